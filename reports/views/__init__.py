"""Frozen view models: `night` for the office report, `enterprise` for one enterprise, `lists` for what is published.

`office_law` and `enterprise_law` are the law's part of the first two, `coming` what falls due in both,
`outlook` what the tier is to be.

They need neither Jinja2 nor matplotlib: the command line prints them as text.
"""
