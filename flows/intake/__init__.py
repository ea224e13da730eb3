"""Files of an inbox become records, each row of them accounted for.

`take_in` is the way in: it reads every new file below an inbox by the source that maps it, and gives the new versions
of records by kind, with the tables `files`, `accounts` and `quarantine`. `Known.of(store.scan)` says what the store
has; `Rules` holds the sources, `read_common` the rules of all sources.

A row turned away is not tried again by itself: its sender corrects the quarantine workbook and sends it back, or,
where only the register was late, sends it back as it is. So one night's records depend on that night's files alone.
"""

from flows.intake.intake import Intake, take_in
from flows.intake.known import Known
from flows.intake.rules import Rules, read_common

__all__ = ["Intake", "Known", "Rules", "read_common", "take_in"]
