"""Run as a program in the peers' environment: papermill executes notebooks, each into a folder as its copy.

python papermill_alone.py FOLDER NOTEBOOK...
"""

import sys
from pathlib import Path

from papermill import execute_notebook

folder = Path(sys.argv[1])
for path in map(Path, sys.argv[2:]):
    execute_notebook(path, folder / path.name, progress_bar=False, kernel_name="python3")
