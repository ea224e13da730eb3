"""Which night a question is about."""

from __future__ import annotations

from datetime import date, timedelta

from flows.cli.faults import Mistake
from flows.store import Run, Store


def night_of(store: Store, as_of: date | None) -> Run:
    """The last night that passed, up to the day `as_of` where it is given.

    Raises Mistake for a store without a night, and for a day before its first night or after its last.
    """
    last = store.last("nightly")
    if last is None:
        held = [run for run in store.every_run() if run.flow == "nightly" and run.state == "refused"]
        if held:
            run_id = held[-1].run_id
            raise Mistake(
                f"The store {store.place.root} holds no night yet: the gate refused the last one, {run_id}. "
                f"What it would not let pass, and the workbooks to send back, lie in {store.run_folder(run_id)}."
            )
        raise Mistake(
            f"The store {store.place.root} holds no night yet. "
            "Run `yaoxin nightly`, or name another store with --store or YAOXIN_STORE."
        )
    if as_of is None or as_of == last.as_of:
        return last
    if as_of > last.as_of:
        raise Mistake(f"--as-of {as_of}: no night has been run for that day; the last one is {last.as_of}.")
    night = store.last("nightly", before=as_of + timedelta(days=1))
    if night is None:
        raise Mistake(f"--as-of {as_of}: that is before the first night, {first_day(store)}; ask from that day on.")
    return night


def first_day(store: Store) -> date | None:
    """The day of the first night that passed."""
    nights = store.runs().filter(state="passed", flow="nightly")
    found = nights["as_of"].min()
    return found if isinstance(found, date) else None
