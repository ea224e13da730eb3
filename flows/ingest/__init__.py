"""Files of an inbox become record versions, with an account of every row.

- `ingest`        where to begin: `ingest_inbox` reads an inbox and gives new record versions, accounts and quarantine
- `inbox`         which files are read: new ones, and rejected ones that may be readable now
- `archive`       the bytes of received files, and what is known of their paths
- `reading`       a file becomes a frame of text
- `file_records`  the source of a file, and its rows read as one kind
- `accounts`      what became of each row
- `retries`       quarantined rows that are read again, or corrected by their sender
- `previous_runs` what earlier runs ingested

A rejected file is read again when it is sent again, or when a source or the program has changed. A quarantined row is
read again when the register learns of its enterprise, or when the text of its source has changed. Otherwise its sender
corrects the quarantine workbook and sends it back.
"""

from flows.ingest.archive import FileArchive, FileStorage
from flows.ingest.file_records import IngestRules, read_common_rules
from flows.ingest.ingest import Ingested, ingest_inbox
from flows.ingest.previous_runs import IngestHistory, RuleChanges

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
