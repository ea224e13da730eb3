"""Incoming text to canonical records.

- `mapping`   columns of text to the fields of a kind, by the source's YAML; what cannot be read is a problem
- `fold`      several rows to one record
- `refusals`  what must not stand together in one record
- `party`     organisation, sole trader or natural person
- `identity`  whose record it is, by the register; never guessed
- `torn`      what may be kept of a row that could not be read
- `together`  rows of one file that name one record
- `versions`  the same fact again: repeats, corrections, older reports; `current` is what is known at an instant
- `rivals`    reports of one fact that arrive together and differ
- `stamps`    the source's own word on which report is newer
"""

from transforms.history import current
from transforms.person_numbers import mask_person_numbers, masked_number
from transforms.records.fold import fold_rows, spread
from transforms.records.identity import REASONS, identified, own_identity
from transforms.records.mapping import Mapped, Terms, map_rows, rows_where
from transforms.records.party import with_party_class
from transforms.records.problems import PROBLEMS, Check, describe, merged
from transforms.records.refusals import with_refusals
from transforms.records.register import Register
from transforms.records.text import document_key, mask, normalise_name
from transforms.records.together import Together, brought_together
from transforms.records.torn import kept_text
from transforms.records.versions import KEYS, with_fates, with_hash, with_keys

__all__ = [
    "KEYS",
    "PROBLEMS",
    "REASONS",
    "Check",
    "Mapped",
    "Register",
    "Terms",
    "Together",
    "brought_together",
    "current",
    "describe",
    "document_key",
    "fold_rows",
    "identified",
    "kept_text",
    "map_rows",
    "mask",
    "mask_person_numbers",
    "masked_number",
    "merged",
    "normalise_name",
    "own_identity",
    "rows_where",
    "spread",
    "with_fates",
    "with_hash",
    "with_keys",
    "with_party_class",
    "with_refusals",
]
