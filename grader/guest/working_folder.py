"""Where a notebook runs."""

from __future__ import annotations

import os
import sys


def enter(scratch: str) -> None:
    """Go to the working folder, and say so where programs and imports look for it."""
    work, home, temporary = (os.path.join(scratch, name) for name in ("work", "home", "tmp"))
    os.chdir(work)
    # One by one: `update` first asks of which abstract class its argument is.
    os.environ["HOME"], os.environ["TMPDIR"] = home, temporary
    os.environ["IPYTHONDIR"] = os.path.join(home, "ipython")
    sys.path.insert(_after_the_standard_library(), "")


def _after_the_standard_library() -> int:
    """Where IPython puts the working folder: a student's `random.py` hides nothing that libraries import."""
    packages = (at for at, entry in enumerate(sys.path) if os.path.basename(entry) in ("site-packages", "dist-packages"))
    return next(packages, 0)
