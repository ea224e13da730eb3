"""What the law makes of records on a day.

- `listing`    the serious-violation list (严重违法失信名单): every listing, and which stand (its steps: `serious`)
- `procedure`  the register of decisions, step by step
- `publicity`  penalties made public: whether, by when, until when
               (its steps: `facts`, `low_fines`, `classes`, `ends`, `state`)
- `duties`     what is due, overdue, ending
- `legal`      all of it on a day, each part worked out once, when it is asked for
- `coming`     what falls due in the coming days
- `gaps`       what the policy must say first
- `calendar`   working days, and how periods end
"""

from transforms.law.calendar import Calendar, CalendarGap, calendar_of, working_days_after
from transforms.law.duties import Asked, duties, unanswered
from transforms.law.gaps import gap_texts
from transforms.law.listing import ENTRY_SCHEMA, entries_of, listings, serious_list
from transforms.law.publicity import publicity
from transforms.law.serious.records import ListLaw, ListRecords

__all__ = [
    "ENTRY_SCHEMA",
    "Asked",
    "Calendar",
    "CalendarGap",
    "ListLaw",
    "ListRecords",
    "calendar_of",
    "duties",
    "entries_of",
    "gap_texts",
    "listings",
    "publicity",
    "serious_list",
    "unanswered",
    "working_days_after",
]
