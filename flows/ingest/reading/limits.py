"""The bounds of reading: they limit memory and time, and have nothing to do with the law.

The largest real exchange files known are about a million rows and 300 MB; a spreadsheet's own bounds are 1,048,576
rows, 16,384 columns and 32,767 characters in a cell. Reading holds a file's bytes, its UTF-8 text and its frame at
once, so its peak is about four times the file's size.
"""

from __future__ import annotations

MAX_FILE_BYTES = 1 << 30
MAX_COLUMNS = 500
MAX_CELL_CHARS = 32_767  # what a spreadsheet can hold, so that every row can go back to the sender in one
MAX_SHOWN_CHARS = 200  # of a value quoted in a sentence or kept for a row that could not be read
MAX_EXTRA_CELLS = 200  # beyond the headings; a longer row is kept as a line

# A workbook is mostly a ZIP archive of XML; these are checked by unpacking it piece by piece, before it is parsed.
MAX_UNPACKED_BYTES = 2 << 30
MAX_UNPACKED_RATIO = 500  # the most that repeated rows of a real sheet reach is about 150
MIN_RATIO_BYTES = 64 << 20  # below this size no ratio is harmful
MAX_ARCHIVE_MEMBERS = 5_000
# Rows times columns of the range with content: a parsed cell takes about 32 bytes, filled or not, so that a single
# distant one could take gigabytes.
MAX_SHEET_CELLS = 40_000_000
MIN_SPARSE_CELLS = 6_000_000
MAX_SPARSENESS = 8  # cells of the range for each that is filled
MAX_MARKED_CELLS = 2_000_000  # in error or not computed

# Rows that cannot be split into cells are returned to their sender one by one, up to these bounds; beyond them the file
# is rejected, because nobody corrects so many, and keeping them would fill the memory.
MAX_BROKEN_ROWS = 50_000
MAX_BROKEN_CHARS = 32_000_000

# Of one parsing step of a CSV file, so that it stays in the cache; a file with a longer row is read record by record.
BLOCK_BYTES = 1 << 20
CHUNK_BYTES = 1 << 20
MIN_BLOCK_BYTES = 64 << 10
BLOCK_CELLS = 8_000_000  # of a block of nothing but line ends, times the columns

# Isolated reading: address space beyond what the process has when it begins, per file and per byte of it; and time.
# Libraries reserve far more than they use: these stop what runs wild, the sizes above bound what is used.
LARGE_TEXT_BYTES = 256 << 10  # a smaller text is read in a moment, whatever it holds
READER_BYTES = 8 << 30
MEMORY_TIMES_TEXT = 8
MEMORY_TIMES_ARCHIVE = 40  # a workbook is packed, and a cell of three bytes becomes a text of fifty
READER_SECONDS = 300
READER_BYTES_A_SECOND = 200_000
BATCH_ROWS = 100_000
