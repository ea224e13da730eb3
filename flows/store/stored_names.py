"""The names in stores, and the names that the code has for them.

Stores are read for years, so their names do not change with the vocabulary of the code. The keys of a run's facts (a
JSON object in the ledger) are used through the constants of this module, and nowhere else as text:

=====================  =================================  ==========================================================
stored                 name in the code                   meaning
=====================  =================================  ==========================================================
``basis``              fingerprint                        what ratings rest on besides records
``scope``              affected enterprises               which enterprises the run rated: mode, why, because, rated
``scope.why``          reason for all                     why all were rated; empty where only some were
``scope.because``      counts by reason                   how many enterprises are affected for which reason
``intake``             ingest rules                       hashes of program and sources by which files were read
``identity_key``       identity key                       fingerprint of the key that hashes identity numbers
``files``              files                              rejected files, noted files, remarks
``files.turned_away``  rejected files                     files of which no row was read, each with its finding
``files.noted``        noted files                        files that were read, with notes
``counts``             row counts                         rows per table that the gate validated
``findings``           findings                           findings of the gate
``numbers``            numbers                            figures of the office report
``workbooks``          correction workbooks               paths, of a run that the gate refused
``fault``              error                              class of the error that a failed run ended with
``annulled``           annulled runs                      of a rewind: the runs that no longer count
``office_journal``     journal head                       last entry of the office's journal: number, digest, first key
``list``               list                               of a publication: the list that was released
``releases``           releases                           of a publication: version, digest and who released it
``format``             store format                       of the tables that the run left; absent: 0
=====================  =================================  ==========================================================

Tables and columns with a stored name that differs from the name in the code:

=====================  =================================  ==========================================================
stored                 name in the code                   meaning
=====================  =================================  ==========================================================
``law``                legal state                        one row per enterprise and change of its legal state
``law_coming``         deadlines                          deadlines and events to come of the legal state
``night_accounts``     file accounts of a run             derived for the gate: accounts of a run's files
``present_ratings``    current ratings                    derived for the gate: every current rating together
``ledger.back_to``     rewound to                         of a rewind: the run_no whose tables hold again
``state: standing``    in force                           of a listing: it is on the list
=====================  =================================  ==========================================================
"""

# The format of the tables that this release writes. It goes up when a table or a column is added, or when what is
# stored changes otherwise: `flows.store.upgrade` brings an older store to it; an older program refuses a newer store.
STORE_FORMAT = 1
FORMAT = "format"

FINGERPRINT = "basis"

AFFECTED = "scope"
MODE = "mode"
REASON_FOR_ALL = "why"
COUNTS_BY_REASON = "because"
RATED = "rated"

INGEST_RULES = "intake"
IDENTITY_KEY = "identity_key"
FILES = "files"
REJECTED = "turned_away"
REJECTED_COUNT = "turned_away_count"
NOTED = "noted"
NOTED_COUNT = "noted_count"
REMARKS = "remarks"

ROW_COUNTS = "counts"
FINDINGS = "findings"
NUMBERS = "numbers"
WORKBOOKS = "workbooks"

ERROR = "fault"
ERROR_MESSAGE = "message"
REASON = "reason"
ANNULLED = "annulled"
JOURNAL_HEAD = "office_journal"
LIST = "list"
RELEASES = "releases"
BUCKETS = "buckets"
TABLES = "tables"
COLUMNS = "columns"
