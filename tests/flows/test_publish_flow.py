"""The publish flow on a real Prefect server: it prepares and ends; people sign elsewhere."""

import pytest

from flows import publish as module
from flows.publishing import DraftRef, approve_draft
from reports.publication import ListFolder
from tests.flows.office.staff import signed_in
from tests.flows.publishing.town import AS_OF, town

VERSION = AS_OF.isoformat()
SERIOUS = ("serious-violations",)


@pytest.fixture
def settings(tmp_path):
    """The settings of a town whose list was never published."""
    return town(tmp_path)


def latest(settings, name="serious-violations"):
    return ListFolder(settings.publications / name).latest()


def test_it_prepares_says_who_must_sign_and_ends(settings, prefect_server):
    for _ in range(2):
        state = module.publish(settings=settings, return_state=True)
        assert (state.name, state.type.value) == ("Waiting", "COMPLETED")
        assert f"已由 系统 拟定，待两人批准：yaoxin approve {VERSION} --as 登录名" in state.message
    assert latest(settings) is None


def test_what_one_person_alone_signed_is_not_released_by_it(settings, prefect_server):
    module.publish(lists=SERIOUS, settings=settings)
    approve_draft(settings, DraftRef(VERSION), signed_in(settings, "li"))
    state = module.publish(lists=SERIOUS, settings=settings, return_state=True)
    assert state.name == "Waiting"
    assert "李四 已批准，待他人批准" in state.message
    assert latest(settings) is None


def test_once_two_people_signed_it_says_so(settings, prefect_server):
    module.publish(settings=settings)
    for login in ("li", "zhang"):
        approve_draft(settings, DraftRef(VERSION), signed_in(settings, login))
    assert latest(settings) == VERSION
    state = module.publish(lists=SERIOUS, settings=settings, return_state=True)
    assert (state.name, state.message) == ("Completed", "严重违法失信名单：名单与已发布的最新版本相同，无需发布。")
