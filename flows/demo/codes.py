"""Codes and numbers that are well formed and belong to nobody."""

from __future__ import annotations

from random import Random

from stdnum.cn import ric, uscc

from transforms.records.uscc import organisation_check

PROVINCE = "350000"
OTHER_PROVINCE = "520000"  # of both it is set what a low fine was, so that every penalty can be dated
ORGANISATION_CODES = 1_000_000
STRIDE = 611_953  # prime to the number of codes: consecutive enterprises get codes far apart, none twice


def credit_code(prefix: str, region: str, serial: int) -> str:
    """A unified social credit code (GB 32100-2015). `prefix` 91 is a company, 92 a sole trader, 11 an authority.

    Bodies start with MX, which the registries have not reached; serials below ORGANISATION_CODES differ.
    """
    body = f"MX{serial * STRIDE % ORGANISATION_CODES:06d}"
    code = f"{prefix}{region}{body}{organisation_check(body)}"
    return code + str(uscc.calc_check_digit(code))


def authority_code(province: str) -> str:
    """The code of the bureau of a province (11: an organ of the state)."""
    return credit_code("11", province, 0)


def wrong_check(code: str) -> str:
    """The same code with another last character: well formed, but the check fails."""
    return code[:-1] + ("1" if code[-1] == "0" else "0")


def identity_number(rng: Random) -> str:
    """A resident identity number whose check character is right, of a birth in the nineteenth century.

    The division is the province as a whole, which no card carries: no row of the demo can be a real person's.
    """
    head = f"{PROVINCE}{rng.randrange(1850, 1900)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    number = f"{head}{rng.randrange(1000):03d}"
    return number + str(ric.calc_check_digit(number + "0"))


def wrong_organisation(code: str) -> str:
    """The same code with a wrong check of its organisation part, and a right last character."""
    part = code[8:16] + ("1" if code[16] == "0" else "0")
    return code[:8] + part + str(uscc.calc_check_digit(code[:8] + part))
