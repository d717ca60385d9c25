"""Grades in, figures out: what a class came to as a whole. Pure, and for staff."""

from grader.analysis.attention import Attention, attention
from grader.analysis.distribution import BINS, Distribution, distribution
from grader.analysis.graded import FEW, NOT_GRADED, Graded, graded
from grader.analysis.items import Item, discrimination, items
from grader.analysis.mistakes import Mistake, cause, mistakes
from grader.analysis.overview import Overview, overview
from grader.analysis.scores import UNSCORED, Score, score
from grader.analysis.similarity import Shared, Similar, flagged, similar
from grader.analysis.wrong_answers import WrongAnswer, wrong_answers

__all__ = [
    "BINS",
    "FEW",
    "NOT_GRADED",
    "UNSCORED",
    "Attention",
    "Distribution",
    "Graded",
    "Item",
    "Mistake",
    "Overview",
    "Score",
    "Shared",
    "Similar",
    "WrongAnswer",
    "attention",
    "cause",
    "discrimination",
    "distribution",
    "flagged",
    "graded",
    "items",
    "mistakes",
    "overview",
    "score",
    "similar",
    "wrong_answers",
]
