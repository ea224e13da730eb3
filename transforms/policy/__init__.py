"""Policy as data: dated values, grading schemes, sources, law. Text in, typed models or readable mistakes out."""

from transforms.policy.document import load_document
from transforms.policy.law import SeriousList, load_law
from transforms.policy.problems import PolicyProblems, Problem
from transforms.policy.scheme import Scheme
from transforms.policy.scheme_file import load_scheme

__all__ = ["PolicyProblems", "Problem", "Scheme", "SeriousList", "load_document", "load_law", "load_scheme"]
