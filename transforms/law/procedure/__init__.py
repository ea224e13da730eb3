"""The register of decisions against the law of procedure.

- `follow`    step by step: which were taken, which refused, where each matter stands
- `life`      a matter as its steps make it
- `refusals`  why a step is impossible
- `stays`     what is stayed by a reviewing body or a court
- `terms`     what is awaited, and until when
"""

from transforms.law.procedure.follow import DEFAULT_SYSTEM, Followed, Lapse, follow
from transforms.law.procedure.life import Life

__all__ = ["DEFAULT_SYSTEM", "Followed", "Lapse", "Life", "follow"]
