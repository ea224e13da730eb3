"""Files of an inbox become records, each row of them accounted for.

`take_in` is the way in: it reads every new file below an inbox by the source that maps it, and gives the new versions
of records by kind, with the tables `files`, `accounts` and `quarantine`. `Known.of(store.scan)` says what the store
has; `Rules` holds the sources, `read_common` the rules of all sources.

What was turned away is tried again where it may come to another end: a file turned away whole when it is sent again, or
a source or the program is another; a row whose enterprise was unknown when the register learns of it; the rows of a
source when its text is another. All else waits for its sender, who corrects the quarantine workbook and sends it back.
"""

from flows.intake.file_archive import FileArchive
from flows.intake.intake import Intake, Kept, take_in
from flows.intake.known import Changed, Known
from flows.intake.rules import Rules, read_common

__all__ = ["Changed", "FileArchive", "Intake", "Kept", "Known", "Rules", "read_common", "take_in"]
