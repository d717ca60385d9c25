"""The batch: submissions in, a stream of grades out, over any engine; it holds no rules of marking."""

from grader.batch.beside import Beside, find_beside, provided_names
from grader.batch.collect import Collected, collect
from grader.batch.environment import ClassEnvironment, class_environment, folder_digest, interpreter
from grader.batch.grading import Batch
from grader.batch.hand_in import HandIn
from grader.batch.identify import identify
from grader.batch.imports import common_imports
from grader.batch.marks import PeoplesMarks, read_marks
from grader.batch.outputs import OutputFolder
from grader.batch.parts import join_parts
from grader.batch.roster import Roster, read_roster
from grader.batch.stages import Described, Graded, HandedIn, Outlined, Pages, Prepared
from grader.batch.unpacker import Unpacker
from grader.batch.workers import Workers

__all__ = [
    "Batch",
    "Beside",
    "ClassEnvironment",
    "Collected",
    "Described",
    "Graded",
    "HandIn",
    "HandedIn",
    "Outlined",
    "OutputFolder",
    "Pages",
    "PeoplesMarks",
    "Prepared",
    "Roster",
    "Unpacker",
    "Workers",
    "class_environment",
    "collect",
    "common_imports",
    "find_beside",
    "folder_digest",
    "identify",
    "interpreter",
    "join_parts",
    "provided_names",
    "read_marks",
    "read_roster",
]
