"""The office's papers from a store's records.

- `subjects`  which penalty or listing an identifier means, of which party, and its legal state
- `compose`   the facts and the texts as a paper, and a paper as files
"""
