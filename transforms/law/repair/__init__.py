"""Credit repair (信用修复): who may ask for it, and what it changes.

- `eligible`   a row per penalty or listing and system: verdict, conditions, earliest day
- `penalties`  the times and conditions of a penalty
- `listings`   those of an early removal from the serious-violation list
- `answers`    what the records answer to each condition
- `evidence`   what other records say
- `verdict`    from the answers to the verdict
- `releases`   what repairs and removals release for a rating
- `applications`  where each application stands
- `falsehoods` decisions that find falsehood, public themselves
- `words`      the table and its codes
"""

from transforms.law.repair.applications import APPLICATION, applications
from transforms.law.repair.eligible import repair
from transforms.law.repair.evidence import Records
from transforms.law.repair.falsehoods import FALSEHOOD, falsehoods
from transforms.law.repair.releases import releases
from transforms.law.repair.words import CONDITION_STATES, REPAIR, VERDICTS

__all__ = [
    "APPLICATION",
    "CONDITION_STATES",
    "FALSEHOOD",
    "REPAIR",
    "VERDICTS",
    "Records",
    "applications",
    "falsehoods",
    "releases",
    "repair",
]
