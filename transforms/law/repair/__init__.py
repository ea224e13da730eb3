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
"""

from transforms.law.repair.applications import applications
from transforms.law.repair.eligible import repair, repair_of
from transforms.law.repair.evidence import Records
from transforms.law.repair.falsehoods import falsehoods
from transforms.law.repair.releases import releases

__all__ = [
    "Records",
    "applications",
    "falsehoods",
    "releases",
    "repair",
    "repair_of",
]
