"""prefect.yaml: the words are Prefect's, the flows exist, their parameters fit, the schedule is the office's."""

import inspect
from importlib import import_module

import jsonschema
import pytest
import yaml

from flows.serve import PREFECT_FILE, deployments, flow_of, runner_deployment

ENTRIES = {entry["name"]: entry for entry in deployments()}


def _without_unknown_words(schema):
    """Prefect's own schema lets unknown words pass in silence: where it lists words, only those."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            _without_unknown_words(part)
    elif isinstance(schema, list):
        for part in schema:
            _without_unknown_words(part)
    return schema


@pytest.fixture(scope="module")
def schema():
    from prefect.cli.deploy._models import PrefectYamlModel

    return _without_unknown_words(PrefectYamlModel.model_json_schema())


@pytest.fixture
def document():
    return yaml.safe_load(PREFECT_FILE.read_text(encoding="utf-8"))


def test_the_file_is_what_prefect_expects(schema, document):
    jsonschema.validate(document, schema)


@pytest.mark.parametrize("wrong", ["concurency_limit", "schedules_", "trigger"])
def test_a_misspelt_word_would_be_found(schema, document, wrong):
    document["deployments"][0][wrong] = {}
    with pytest.raises(jsonschema.ValidationError, match=wrong):
        jsonschema.validate(document, schema)


def test_the_version_is_the_installed_one(document):
    from importlib.metadata import version

    assert document["prefect-version"] == version("prefect")


@pytest.mark.parametrize("name", ENTRIES)
def test_the_flow_is_there_and_takes_the_parameters(name):
    path, flow_name = ENTRIES[name]["entrypoint"].split(":")
    assert (PREFECT_FILE.parent / path).is_file()
    flow = getattr(import_module(path.removesuffix(".py").replace("/", ".")), flow_name)
    assert flow.name == name
    bound = inspect.signature(flow.fn).bind(**ENTRIES[name]["parameters"])
    schema = flow.parameters.model_dump()
    jsonschema.validate(dict(bound.arguments), {**schema, "additionalProperties": False})


def test_the_nightly_run_is_at_two_in_the_morning_one_at_a_time():
    made = runner_deployment(ENTRIES["nightly"])
    assert made.schedules
    (schedule,) = made.schedules
    assert (schedule.schedule.cron, schedule.schedule.timezone, schedule.active) == ("0 2 * * *", "Asia/Shanghai", True)
    assert made.concurrency_limit == 1
    assert made.concurrency_options.collision_strategy.value == "ENQUEUE"
    assert made.parameters == {}
    assert not made.triggers


def test_a_run_that_ended_well_and_no_other_prepares_a_publication():
    made = runner_deployment(ENTRIES["publish"])
    assert not made.schedules
    (trigger,) = made.triggers
    assert trigger.expect == {"prefect.flow-run.Completed"}
    assert trigger.match_related.model_dump() == {
        "prefect.resource.name": "nightly",
        "prefect.resource.role": "flow",
    }
    assert (made.concurrency_limit, made.concurrency_options.collision_strategy.value) == (1, "ENQUEUE")
    assert made.parameters == {}, "what it prepares is signed by nobody"


def test_the_flow_runs_as_the_module_it_is_wherever_the_command_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert {name: runner_deployment(entry).entrypoint for name, entry in ENTRIES.items()} == {
        "nightly": "flows.nightly.nightly",
        "publish": "flows.publish.publish",
    }


def test_every_trigger_is_one_that_prefect_knows():
    from prefect.events import DeploymentEventTrigger

    for entry in ENTRIES.values():
        for trigger in entry.get("triggers", []):
            assert DeploymentEventTrigger.model_validate(trigger).match_related


@pytest.mark.parametrize("name", ["nightly", "publish"])
def test_settings_are_no_parameter_of_a_run(name):
    """A process of the machine could otherwise have lists released into a folder of its own."""
    made = runner_deployment(ENTRIES[name])
    assert "settings" not in made._parameter_openapi_schema.properties
    state = flow_of(ENTRIES[name]["entrypoint"]).fn(settings={"publications": "/tmp/elsewhere"})
    assert state.name == "Declined"
    assert "takes none as parameters" in state.message or "不能由运行参数给出" in state.message
