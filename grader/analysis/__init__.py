"""Grades in, figures out: what a class came to as a whole. Pure, and for staff."""

from grader.analysis.agreement import Agreement, Pair, agreement, weighted_kappa
from grader.analysis.attention import Attention, attention
from grader.analysis.calibration import TOTAL, Calibration, Disagreement, Remarked, calibration
from grader.analysis.distribution import BINS, Distribution, distribution
from grader.analysis.graded import FEW, NOT_GRADED, Graded, graded
from grader.analysis.items import Item, discrimination, items
from grader.analysis.mistakes import Mistake, cause, mistakes
from grader.analysis.overview import Overview, overview
from grader.analysis.scores import UNSCORED, Score, score
from grader.analysis.settling import Settling, Unfound, settling, to_rejudge
from grader.analysis.similarity import Shared, Similar, flagged, similar
from grader.analysis.wrong_answers import WrongAnswer, wrong_answers

__all__ = [
    "BINS",
    "FEW",
    "NOT_GRADED",
    "TOTAL",
    "UNSCORED",
    "Agreement",
    "Attention",
    "Calibration",
    "Disagreement",
    "Distribution",
    "Graded",
    "Item",
    "Mistake",
    "Overview",
    "Pair",
    "Remarked",
    "Score",
    "Settling",
    "Shared",
    "Similar",
    "Unfound",
    "WrongAnswer",
    "agreement",
    "attention",
    "calibration",
    "cause",
    "discrimination",
    "distribution",
    "flagged",
    "graded",
    "items",
    "mistakes",
    "overview",
    "score",
    "settling",
    "similar",
    "to_rejudge",
    "weighted_kappa",
    "wrong_answers",
]
