"""Beginning an assignment: the first one to look at, or a draft made of an instructor's own solution.

Nothing of a solution is ever run here; its syntax is read.
"""

from grader.drafting.beginning import HAND_INS, example_files
from grader.drafting.draft import Draft, draft
from grader.drafting.folder import write_folder
from grader.drafting.notes import Note
from grader.drafting.surroundings import Surroundings, look_around

__all__ = ["HAND_INS", "Draft", "Note", "Surroundings", "draft", "example_files", "look_around", "write_folder"]
