"""Great Expectations warns while it is loaded; the gate loads it quietly, and before any test does."""

import expectations.gx_validation  # noqa: F401
