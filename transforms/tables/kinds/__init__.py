"""The kinds of record that come in, by name."""

from transforms.tables.kinds.conduct import COMMITMENT, DECISION, HONOUR
from transforms.tables.kinds.parties import ENTERPRISE, PERSON_BAN
from transforms.tables.kinds.penalties import PENALTY
from transforms.tables.kinds.supervision import INSPECTION, RECTIFICATION, SAMPLING, SIGNAL
from transforms.tables.shape import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        ENTERPRISE,
        INSPECTION,
        PENALTY,
        SAMPLING,
        SIGNAL,
        RECTIFICATION,
        COMMITMENT,
        HONOUR,
        DECISION,
        PERSON_BAN,
    )
}

LISTS = DECISION.name  # the kind whose records put an enterprise on the serious-violation list

__all__ = ["KINDS", "LISTS"]
