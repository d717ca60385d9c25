"""The batch: submissions in, a stream of grades out, over any engine; it holds no rules of marking."""

from grader.batch.collect import Collected, HandIn, collect, identify
from grader.batch.grading import Batch
from grader.batch.outputs import OutputFolder
from grader.batch.roster import Roster, read_roster
from grader.batch.stages import Graded, Pages, Prepared
from grader.batch.workers import Workers

__all__ = [
    "Batch",
    "Collected",
    "Graded",
    "HandIn",
    "OutputFolder",
    "Pages",
    "Prepared",
    "Roster",
    "Workers",
    "collect",
    "identify",
    "read_roster",
]
