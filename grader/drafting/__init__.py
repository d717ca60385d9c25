"""Beginning an assignment: the first one to look at, or a draft made of an instructor's own solution.

Nothing of a solution is ever run here; its syntax is read.
"""

from grader.drafting.beginning import HAND_INS, example_files
from grader.drafting.folder import write_folder

__all__ = ["HAND_INS", "example_files", "write_folder"]
