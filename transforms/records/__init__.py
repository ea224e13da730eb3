"""Rows of text become canonical records, and records become versions. Pure Polars; nothing is lost.

- `mapping`            rows to records of a kind, by the source's YAML
- `identity`           which enterprise a record concerns
- `licences`           what several offices report of one licence, and what has become of it on a day
- `versions`           rows that make one record; current, superseded and duplicate versions of a record
- `problems`           what is wrong with a cell, for the officer who corrects it
- `text`               text in the form in which it is compared; integers and amounts of money in it
- `uscc`               check characters of credit codes
"""
