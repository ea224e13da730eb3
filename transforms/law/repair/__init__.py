"""Credit repair (信用修复).

- `eligibility`   who may apply, from when, and why not
- `conditions`    what the records answer to each condition
- `applications`  applications under way, findings of falsehood, releases for a rating
"""
