"""Files of an inbox become frames of text, every row of them accounted for, whatever arrives.

- `discovery`            what is in an inbox
- `isolation`            reads one file in a process of its own, where that could crash
- `read`                 one file becomes a `RawFile`: kind, tables, checks
- `delimited`            CSV and other delimited text
- `encoding`             the encoding of a text
- `headings`             the header of a table
- `workbook`             XLSX, XLS and ODS
- `workbook_inspection`  workbooks examined before they are parsed
- `raw_file`             what reading takes and gives; the kind of a file by its first bytes
- `limits`               the bounds of memory and time

Nothing here raises for a bad file: a file that cannot be read has a `FileFinding`, a row that cannot be read as a row
is in `RawFile.broken`, every other row in `RawFile.frame`. What cells mean is decided elsewhere.
"""
