"""How fast it is, beside what else one could do: `python -m bench` writes docs/performance.md and its picture.

- `made`      invented records and penalties, the same for the same seed
- `scoring`   rating with the reference scheme; merely reading the columns it needs
- `gate`      one suite on the Polars engine and on the pandas engine of Great Expectations
- `side`      one side of a measurement in a process of its own: `python -m bench.side NAME FOLDER`
- `pairs`     both sides in turn, several times, and what follows from that
- `page`      the table in words
- `picture`   the same as a plot

Times depend on the machine and are never asserted; that both sides do the same work always is.
"""
