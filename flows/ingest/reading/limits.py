"""The engineering sizes of reading, in one place: they bound memory and time, and say nothing about the law.

The largest real exchange files known are about a million rows and 300 MB; a spreadsheet's own bounds are 1,048,576
rows, 16,384 columns and 32,767 characters in a cell. Reading holds a file's bytes, its UTF-8 text and its frame at
once, so its peak is about four times the file's size.
"""

from __future__ import annotations

MAX_FILE_BYTES = 1 << 30
MAX_COLUMNS = 500
MAX_CELL_CHARS = 32_767  # what a spreadsheet can hold, so that every row can go back to the sender in one
MAX_SHOWN_CHARS = 200  # of a value quoted in a sentence or kept for a row that could not be read

# A workbook is a ZIP archive of XML; both bounds are checked by unpacking it piece by piece, before it is parsed.
MAX_UNPACKED_BYTES = 2 << 30
MAX_UNPACKED_RATIO = 500  # the most that repeated rows of a real sheet reach is about 150
MIN_RATIO_BYTES = 64 << 20  # below this size no ratio is harmful
MAX_ARCHIVE_MEMBERS = 5_000
# Rows times columns of the range with content: a parsed cell costs about 32 bytes, filled or not, so that a single far
# one could cost gigabytes.
MAX_SHEET_CELLS = 40_000_000
MIN_SPARSE_CELLS = 6_000_000
MAX_SPARSENESS = 8  # cells of the range for each that is filled

# Rows that could not be told apart into cells go back to their sender one by one, up to these; past them the whole file
# goes back, because no person corrects so many and what is kept of them would fill the memory.
MAX_BROKEN_ROWS = 50_000
MAX_BROKEN_CHARS = 32_000_000

# Of one parsing step of a CSV file, so that it stays in the cache; a longer row is read carefully.
BLOCK_BYTES = 1 << 20
CHUNK_BYTES = 1 << 20
MIN_BLOCK_BYTES = 64 << 10
BLOCK_CELLS = 8_000_000  # of a block of nothing but line ends, times the columns

# Reading apart: address space over what the process has when it begins, per file and per byte of it; and time.
# Libraries reserve far more than they use, so these stop what runs wild; what is used is bounded by the sizes above.
LARGE_TEXT_BYTES = 256 << 10  # so much is read in a moment, whatever stands in it
READER_BYTES = 8 << 30
MEMORY_TIMES_TEXT = 8
MEMORY_TIMES_ARCHIVE = 40  # a workbook is packed, and a cell of three bytes becomes a text of fifty
READER_SECONDS = 300
READER_BYTES_A_SECOND = 200_000
BATCH_ROWS = 100_000
