"""Files of an inbox become records, each row of them accounted for.

`take_in` is the way in: it reads every new file below an inbox by the source that maps it, and gives the new versions
of records by kind, with the tables `files`, `accounts` and `quarantine`. `Known.of(store.scan)` says what the store
has; `Rules` holds the sources, `read_common` the rules of all sources.

What was turned away is tried again where it may come to another end: a file turned away whole when it is sent again, or
a source or the program is another; a row whose enterprise was unknown when the register learns of it; the rows of a
source when its text is another. All else waits for its sender, who corrects the quarantine workbook and sends it back.
"""

from flows.ingest.arrivals import IngestRules, read_common_rules
from flows.ingest.file_archive import FileArchive
from flows.ingest.history import IngestHistory, RuleChanges
from flows.ingest.ingest import FileStorage, Ingested, ingest_inbox

__all__ = [
    "FileArchive",
    "FileStorage",
    "IngestHistory",
    "IngestRules",
    "Ingested",
    "RuleChanges",
    "ingest_inbox",
    "read_common_rules",
]
