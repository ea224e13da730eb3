# run, test, check, bench, docs: each first creates the environment, or updates it when the locks have changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: run test check bench docs campaign mutants lock

run: $(VENV)/.run
	@$(BIN)/python -m flows.first_run

test: check
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(VENV)/.dev
	@$(BIN)/python -m bench

docs: $(VENV)/.dev
	@$(BIN)/python -m docs.build

# The same tests with many more Hypothesis examples, and longer sequences of runs.
campaign: $(VENV)/.dev
	@HYPOTHESIS_PROFILE=campaign $(BIN)/python -m pytest -q -n 2 tests/oracle tests/transforms tests/flows/run tests/flows/publishing

# Small changes of the code, for each of which a test must fail (docs/mutants.md); half an hour.
mutants: $(VENV)/.dev
	@$(BIN)/python -m bench.mutants

# Run by hand when pyproject.toml changes; needs uv.
lock:
	@bash docs/lock.sh

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; found %s. Say which: make PYTHON=python3.12" % sys.version.split()[0])'
	@echo "Creating the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# The lock is given as a constraint too: only then does a pin hold for a package that is required with extras.
$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked packages (about a minute) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement requirements.lock --constraint requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing the locked tools for tests ..."
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement requirements-dev.lock --constraint requirements-dev.lock
	@touch $@
