"""The office's papers from a store's records.

- `legal`     a party's records, and what the law makes of them
- `subjects`  which penalty or listing an identifier means, and whose
- `facts`     what is known of it, by the names that papers' texts use
- `write`     facts and texts to a paper, and a paper to files
"""
