"""How fast it is, beside what else one could do: `python -m bench` writes docs/performance.md and its picture.

What is measured:
- `sections`   the sections of the page, each with its own data
- `scoring`    rating with the reference scheme; the same by hand (`reference.sql`, `by_pandas`); merely reading
- `gate`       one suite on the Polars engine and on the pandas engine of Great Expectations
- `night`      a night after few changes, and the same night rating all
- `intake`     a CSV taken in, and merely scanned and written
- `commands`   the light commands as a person calls them

With what, and how:
- `made`, `kinds`, `dice`   an invented office; `penalties` for the gate
- `side`       one side of a measurement in a process of its own: `python -m bench.measure NAME FOLDER WARM`
- `pairs`      both sides in turn, several times, and what follows from that
- `rows`, `page`, `picture` the table, and what is said of it (`notes`)

Times depend on the machine and are never asserted; that both sides say the same always is.
"""
