"""Models and loaders of the files in policy/: YAML text in; a typed model, or every mistake with its line, out.

- `document`       reading a file, and the mistakes found in it; values that change by date, points, durations
- `conditions`     SQL conditions on records
- `scheme`         grading schemes
- `rating`         which scheme rates which trade
- `incentives`     what a good tier brings
- `scheme_cases`   test cases of a scheme
- `source`         what the columns of incoming files mean
- `law`            the law, and what a run may withdraw from a published list by itself
- `procedure`      the procedures of the office's matters
- `paper`          the texts of the office's papers
"""

from transforms.policy_model.document import PolicyProblems, Problem, load_document
from transforms.policy_model.law import SeriousListLaw, load_serious_list_law
from transforms.policy_model.scheme import Scheme, load_scheme

__all__ = [
    "PolicyProblems",
    "Problem",
    "Scheme",
    "SeriousListLaw",
    "load_document",
    "load_scheme",
    "load_serious_list_law",
]
