"""Names, codes, licence and document numbers find an enterprise in every command that asks for one."""

from datetime import date

import pytest

from flows.store.store import Store
from tests.flows.cli.office import BAD, GOOD, NAMES, build, known, records

FEI, TORONTO, OTHER = "fei:3002807", "toronto:9348578", "fei:9348578"


FOREIGN = {FEI: "Example Pharma Ltd", TORONTO: "Example Deli", OTHER: "Example Labs"}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """The small office, with enterprises of registers that know no unified social credit code."""
    root = tmp_path_factory.mktemp("mixed") / "store"
    build(root)
    day = date(2025, 6, 4)
    rows = [
        {
            "record_id": f"enterprise:{key}",
            "enterprise_id": key,
            "name": name,
            "name_key": name.upper().replace(" ", ""),
        }
        | {"state": "active", "former_names": [], "licence_nos": []}
        for key, name in FOREIGN.items()
    ]
    with Store(root).begin("nightly", day, known(day), "wuhan-2017", "hash") as writing:
        writing.append("enterprise", records("enterprise", *rows))
        writing.commit("passed", {})
    return root


@pytest.fixture
def asked(mixed, yaoxin, monkeypatch):
    monkeypatch.setenv("YAOXIN_STORE", str(mixed))
    return yaoxin


@pytest.mark.parametrize(
    "query", [FEI, "FEI:3002807", "3002807", "ｆｅｉ：３００２８０７", "３００２８０７", " 3002807 "]
)
def test_an_identifier_of_another_register_is_found_with_and_without_its_prefix(asked, query):
    assert asked("explain", query, "--json").document["enterprise_id"] == FEI
    assert [one["enterprise_id"] for one in asked("lookup", query, "--json").document["enterprises"]] == [FEI]


def test_an_identifier_is_called_what_it_is(asked):
    for command in ("explain", "lookup"):
        shown = asked(command, FEI).stdout
        assert f"企业标识          {FEI}" in shown or f"企业标识  {FEI}" in shown
        assert "统一社会信用代码" not in shown
        assert GOOD in asked(command, GOOD).stdout.split("统一社会信用代码")[1].splitlines()[0]


def test_a_number_of_two_registers_means_both(asked):
    found = asked("lookup", "9348578", "--json").document["enterprises"]
    assert [one["enterprise_id"] for one in found] == [OTHER, TORONTO]
    refused = asked("explain", "9348578")
    assert refused.exit_code == 2
    assert "对应多户企业，请用以下标识之一指明：" in refused.stderr
    assert asked("explain", OTHER, "--json").document["enterprise_id"] == OTHER


SPELLINGS = [
    (NAMES[GOOD], GOOD),
    (GOOD.lower(), GOOD),
    ("９１４２０１００ＭＡ４ＫＬ００Ｘ１Ａ", GOOD),
    ("鄂AA0270001", GOOD),
    ("鄂汉药监械经营备（2023）0012号", GOOD),
    ("药监列(2025)第1号", BAD),
]


@pytest.mark.parametrize("query", [query for query, _ in SPELLINGS])
def test_every_command_takes_names_codes_licence_and_document_numbers(asked, query):
    enterprise_id = dict(SPELLINGS)[query]
    name = NAMES[enterprise_id]
    for command in ("explain", "lookup", "penalties", "due", "list"):
        result = asked(command, query)
        assert result.exit_code == 0, (command, result.stderr)
        assert name in result.stdout, command


WHO = [
    *(GOOD, GOOD.lower(), f" {GOOD} ", f"{GOOD[:8]}\u200b-{GOOD[8:]}", "９１420100MA4KL00X1A"),
    *(NAMES[GOOD], "武汉康宁 大药房有限公司", "武汉康宁药店"),
    *("鄂AA0270001", "鄂ａａ０２７０００１", "鄂AA\u200b027 0001", "\u2060鄂aa0270001\u00ad"),
    *("鄂汉药监械经营备〔2023〕12号", "鄂汉药监械经营备（2023）0012号", "鄂汉药监械经营备[2023]12号"),
    "鄂汉药监械经营备【２０２３年】第１２號",
]


@pytest.mark.parametrize("who", WHO)
def test_whom_an_identifier_means(yaoxin, who):
    assert yaoxin("explain", who, "--json").document["enterprise_id"] == GOOD
    assert [one["enterprise_id"] for one in yaoxin("lookup", who, "--json").document["enterprises"]] == [GOOD]


@pytest.mark.parametrize(
    "number", ["药监列〔2025〕1号", "药监列(2025)第1号", "药监列【2025年】００1號", "药监\u200b列[2025] 1号\ufeff"]
)
def test_the_number_of_a_document_means_whoever_it_is_about(yaoxin, number):
    assert yaoxin("explain", number, "--json").document["enterprise_id"] == BAD
    assert [one["enterprise_id"] for one in yaoxin("lookup", number, "--json").document["enterprises"]] == [BAD]
