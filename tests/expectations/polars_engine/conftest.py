"""Great Expectations warns while it is loaded; the engine loads it quietly, and before any test does."""

import expectations.polars_engine  # noqa: F401
