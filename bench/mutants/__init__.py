"""`make mutants`: small changes of the code, and whether a test fails for each of them.

- `mutations`  the mutants of a file, by the operators of mutmut
- `trial`      one run of pytest in a copy of the checkout: the first, which measures, and one for each mutant
- `campaign`   a package's sample of mutants, each tried with the tests that reach it

Mutmut itself writes and compiles all mutants of a package before it tries the first: 6,000 for transforms/rating, a
minute and more of one core, and the tests of the package three times besides. A sample of forty needs forty.
"""
