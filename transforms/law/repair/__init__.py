"""Credit repair (信用修复).

- `eligibility`   who may apply, from when, and why not
- `conditions`    what the records answer to each condition
- `verdict`       from the answers to the verdict
- `applications`  applications under way, findings of falsehood, releases for a rating
"""
