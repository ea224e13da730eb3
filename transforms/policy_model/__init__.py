"""Models and loaders of the files in policy/: YAML text in; a typed model, or every mistake with its line, out.

- `document`       reading a file, and the mistakes found in it
- `dated_values`   values that change by date, points, durations
- `conditions`     SQL conditions on records
- `scheme`, `scheme_loader`    grading schemes
- `source`, `source_loader`    what the columns of incoming files mean
- `law`, `law_calendar`, `law_publicity`, `law_listing`, `law_repair`, `law_procedure`   the law
- `paper`          the texts of the office's papers
- `cases`          test cases of a scheme
- `withdrawals`    what a run may take off a published list by itself
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
