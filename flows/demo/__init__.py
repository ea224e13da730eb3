"""An invented region to try the product on: an inbox as it really looks, and exactly what is wrong with it.

`write_demo` writes the inbox, `deliver` hands it out day by day. See docs/demo-region.md.

- `inbox`    files, and the summary of what they hold
- `senders`  the offices that send files, and how they write values
- `region`   all records in order, with the planted faults
- `model`    enterprises and records; their vocabulary; random draws
- `supervision`, `penalties`, `credit_office`  the records, by subject; invented people for the office database
"""

from flows.demo.inbox import DemoSummary, FileSummary, deliver, write_demo

__all__ = ["DemoSummary", "FileSummary", "deliver", "write_demo"]
