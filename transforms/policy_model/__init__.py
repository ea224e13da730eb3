"""Policy as data: dated values, grading schemes, sources, law. Text in, typed models or readable mistakes out."""

from transforms.policy_model.document import PolicyProblems, Problem, load_document
from transforms.policy_model.law_listing import SeriousListLaw, load_serious_list_law
from transforms.policy_model.scheme import Scheme
from transforms.policy_model.scheme_loader import load_scheme

__all__ = [
    "PolicyProblems",
    "Problem",
    "Scheme",
    "SeriousListLaw",
    "load_document",
    "load_scheme",
    "load_serious_list_law",
]
