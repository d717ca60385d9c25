"""Run as a program in the peers' environment: otter-grader grades notebooks without a container.

    python otter_alone.py AUTOGRADER RESULTS NOTEBOOK...

It does what `otter run` does for each, in one process, and writes everybody's points as JSON.
"""

import json
import sys
from pathlib import Path

from otter.api import grade_submission

autograder, results, *notebooks = sys.argv[1:]
points = {path: grade_submission(path, autograder, quiet=True).total for path in notebooks}
Path(results).write_text(json.dumps(points), encoding="utf-8")
