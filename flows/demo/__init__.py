"""A made-up region to try the product on: an inbox as it really looks, and exactly what is wrong with it.

`write_demo` writes it; `deliver` hands it out day by day. Everything in it is invented: see docs/demo-region.md.
"""

from flows.demo.inbox import DemoSummary, FileSummary, deliver, write_demo

__all__ = ["DemoSummary", "FileSummary", "deliver", "write_demo"]
