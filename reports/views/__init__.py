"""Frozen view models: `night` for the office report, `enterprise` for one enterprise, `lists` for what is published.

They need neither Jinja2 nor matplotlib: the command line prints them as text.
"""
