"""The batch: submissions in, a stream of grades out, over any engine; it holds no rules of marking."""

from grader.batch.collect import Collected, HandIn, collect
from grader.batch.environment import folder_digest, installed
from grader.batch.grading import Batch
from grader.batch.identify import identify
from grader.batch.outputs import OutputFolder
from grader.batch.roster import Roster, read_roster
from grader.batch.stages import Described, Graded, HandedIn, Pages, Prepared
from grader.batch.workers import Workers

__all__ = [
    "Batch",
    "Collected",
    "Described",
    "Graded",
    "HandIn",
    "HandedIn",
    "OutputFolder",
    "Pages",
    "Prepared",
    "Roster",
    "Workers",
    "collect",
    "folder_digest",
    "identify",
    "installed",
    "read_roster",
]
