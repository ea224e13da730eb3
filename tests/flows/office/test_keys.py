"""A key is unlocked by its passphrase alone, and never seen."""

from dataclasses import asdict, replace

import pytest

from flows.office.keys import (
    MAX_PASSPHRASE_LENGTH,
    MIN_PASSPHRASE_LENGTH,
    WrongPassphrase,
    is_signed_by,
    new_key,
    seal_key,
    unlock_key,
)

SECRET = "一二三四五六七八九十甲乙"


def test_keys_cost_what_rfc_9106_asks(cost_of_keys):
    assert (cost_of_keys.passes, cost_of_keys.memory_kib, cost_of_keys.lanes) == (3, 64 * 1024, 4)


def test_a_key_signs_what_it_is_given_and_nothing_else():
    record, key = new_key("li", SECRET)
    signature = unlock_key(record, SECRET).sign(b"draft")
    assert is_signed_by(key.public_key, b"draft", signature)
    assert not is_signed_by(key.public_key, b"other", signature)
    assert not is_signed_by(new_key("li", SECRET)[1].public_key, b"draft", signature)
    assert not any(is_signed_by(*odd) for odd in [("", b"", ""), ("zz", b"", "zz"), (key.public_key, b"draft", "00")])


@pytest.mark.parametrize("wrong", ["", "x", SECRET + " ", SECRET[:-1], SECRET[::-1], "\ud800" * 20])
def test_another_passphrase_is_refused_in_a_sentence(wrong):
    record, _ = new_key("li", SECRET)
    with pytest.raises(WrongPassphrase, match=r"^li 的口令不对。$"):
        unlock_key(record, wrong)


def test_what_an_input_method_types_full_width_is_the_same():
    record, _ = new_key("li", "correct horse 12")
    assert unlock_key(record, "ｃｏｒｒｅｃｔ　ｈｏｒｓｅ　１２")


def text_of(length):
    return ("abcdefghij" * length)[:length]


@pytest.mark.parametrize("length", [MIN_PASSPHRASE_LENGTH, MAX_PASSPHRASE_LENGTH])
def test_a_passphrase_of_either_bound_does(length):
    record, _ = new_key("li", text_of(length))
    assert unlock_key(record, text_of(length))


@pytest.mark.parametrize("length", [0, 1, MIN_PASSPHRASE_LENGTH - 1, MAX_PASSPHRASE_LENGTH + 1])
def test_one_beyond_a_bound_does_not(length):
    with pytest.raises(WrongPassphrase, match=rf"^口令须为 12 至 256 个字符，给出的是 {length} 个。$"):
        new_key("li", text_of(length))


@pytest.mark.parametrize("simple", ["aaaaaaaaaaaa", "121212121212", "zhang.san.1234"])
def test_nor_does_one_that_anybody_guesses(simple):
    with pytest.raises(WrongPassphrase, match="口令太简单"):
        new_key("zhang.san.1234", simple)


def test_another_passphrase_keeps_the_key():
    record, key = new_key("li", SECRET)
    fresh = seal_key("li", unlock_key(record, SECRET), "another passphrase")
    assert unlock_key(fresh, "another passphrase").public_key == key.public_key
    with pytest.raises(WrongPassphrase):
        unlock_key(fresh, SECRET)


@pytest.mark.parametrize(
    "changed",
    [
        {"login": "zhang"},
        {"public_key": "0" * 64},
        {"passes": 2},
        {"memory_kib": 16},
        {"lanes": 0},
        {"memory_kib": 2**40},
        {"salt": "00" * 16},
        {"salt": "no"},
        {"nonce": ""},
        {"sealed": ""},
        {"sealed": "not hexadecimal"},
    ],
    ids=str,
)
def test_a_record_that_was_altered_does_not_open(changed):
    record, _ = new_key("li", SECRET)
    altered = replace(record, **changed)
    assert altered.digest != record.digest
    with pytest.raises(WrongPassphrase):
        unlock_key(altered, SECRET)


def test_neither_key_nor_passphrase_is_shown():
    record, key = new_key("li", SECRET)
    assert "PrivateKey" not in repr(key)
    assert SECRET not in repr(asdict(record))
