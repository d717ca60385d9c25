"""Reading a file into a notebook, whatever it is; `document` first, then what it is made of."""

from grader.notebook.reading.document import CELLS, FILE_BYTES, read
from grader.notebook.reading.outputs import NOTEBOOK_CHARACTERS, OUTPUT_CHARACTERS

__all__ = ["CELLS", "FILE_BYTES", "NOTEBOOK_CHARACTERS", "OUTPUT_CHARACTERS", "read"]
