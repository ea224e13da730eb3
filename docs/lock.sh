#!/usr/bin/env bash
# Writes both lock files from pyproject.toml: every package pinned with its hashes, for Python 3.11 onward on all
# platforms. Needs uv. What is pinned stays where it still fits; UPGRADE=1 takes the newest.
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url)
[ -n "${UPGRADE:-}" ] && options+=(--upgrade)
uv pip compile "${options[@]}" --group build pyproject.toml --output-file requirements.lock
uv pip compile "${options[@]}" --group build --group dev --extra bench --extra papers --extra postgresql --constraint requirements.lock \
    pyproject.toml --output-file requirements-dev.lock
