"""What the law makes of records on a day.

- `listing`    which entries stand on the serious-violation list (严重违法失信名单)
- `publicity`  penalties made public: whether, by when, until when
               (its steps: `facts`, `low_fines`, `classes`, `ends`, `state`)
- `duties`     what is due, overdue, ending
- `gaps`       what the policy must say first
- `calendar`   working days, and how periods end
- `words`      the publicity of a penalty as a table
"""

from transforms.law.calendar import Calendar, CalendarGap, calendar_of, working_days_after
from transforms.law.duties import Asked, duties, unanswered
from transforms.law.gaps import gap_texts
from transforms.law.listing import ENTRY_SCHEMA, listings, serious_list
from transforms.law.publicity import publicity
from transforms.law.words import PUBLICITY

__all__ = [
    "ENTRY_SCHEMA",
    "PUBLICITY",
    "Asked",
    "Calendar",
    "CalendarGap",
    "calendar_of",
    "duties",
    "gap_texts",
    "listings",
    "publicity",
    "serious_list",
    "unanswered",
    "working_days_after",
]
