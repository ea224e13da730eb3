"""Frozen view models: `night` for the office report, `enterprise` for one enterprise, `listing` for the list.

They need neither Jinja2 nor matplotlib: the command line prints them as text.
"""
