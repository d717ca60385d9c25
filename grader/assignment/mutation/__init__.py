"""Mutants of a reference: each of its functions with one small change, of the kinds that students make by mistake.

changes    what can be changed in a syntax tree, operator by operator
sources    the syntax trees of an author's functions, and of those that they call
mutants    changed trees made into functions again, for all of a graph
trying     running these, for a bounded time
"""

from grader.assignment.mutation.change import Change, Code
from grader.assignment.mutation.mutants import Mutant, mutants_of, of_derivative, pair_of
from grader.assignment.mutation.trying import Patience, TooLong

__all__ = ["Change", "Code", "Mutant", "Patience", "TooLong", "mutants_of", "of_derivative", "pair_of"]
