"""Rows of text become canonical records, and records become versions. Pure Polars; nothing is lost.

- `mapping`        rows to records of a kind, by the source's YAML
- `fields`         one field of a row
- `combining`      several rows that make one record
- `identity`       which enterprise a record concerns
- `versions`       current, superseded and duplicate versions of a record
- `problems`       what is wrong with a cell, for the officer who corrects it
- `text`           text in the form in which it is compared
- `numbers`        whole numbers and amounts of money
- `uscc`           check characters of credit codes
- `personal_data`  masks and keyed hashes of natural persons' numbers
"""
