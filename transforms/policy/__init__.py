"""Policy as data: dated values, grading schemes, sources, law. Text in, typed models or readable mistakes out."""

from transforms.policy.document import load_document
from transforms.policy.problems import PolicyProblems, Problem

__all__ = ["PolicyProblems", "Problem", "load_document"]
