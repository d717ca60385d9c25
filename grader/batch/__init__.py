"""The batch: submissions in, a stream of grades out, over any engine; it holds no rules of marking."""

from grader.batch.collect import Collected, HandIn, collect
from grader.batch.environment import ClassEnvironment, class_environment, folder_digest, interpreter
from grader.batch.grading import Batch
from grader.batch.identify import identify
from grader.batch.imports import common_imports
from grader.batch.outputs import OutputFolder
from grader.batch.roster import Roster, read_roster
from grader.batch.stages import Described, Graded, HandedIn, Outlined, Pages, Prepared
from grader.batch.workers import Workers

__all__ = [
    "Batch",
    "ClassEnvironment",
    "Collected",
    "Described",
    "Graded",
    "HandIn",
    "HandedIn",
    "Outlined",
    "OutputFolder",
    "Pages",
    "Prepared",
    "Roster",
    "Workers",
    "class_environment",
    "collect",
    "common_imports",
    "folder_digest",
    "identify",
    "interpreter",
    "read_roster",
]
