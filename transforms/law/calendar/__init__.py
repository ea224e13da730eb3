"""Days and periods of the law.

- `working_days`  working days, and the conventions by which a period ends
- `periods`       dated values, and ends of periods across changes of the rules
"""
