"""Charts drawn by Vega-Lite, in a process of their own.

vl-convert carries a JavaScript engine, which takes half a second and a hundred megabytes, holds Python's lock for long,
and ends its whole process where address space is limited. Beside ours it costs nothing of that, and may fail.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile

LONGEST_SECONDS = 60.0

_PROGRAM = """
import json, sys
import vl_convert
drawn = [vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]) for spec in json.load(sys.stdin)]
json.dump(drawn, sys.stdout)
"""


class Drawing:
    """Charts that are being drawn; those who wait for them can do something else first."""

    def __init__(self, specs: Sequence[Mapping[str, object]]) -> None:
        """Begin to draw charts, each given as a Vega-Lite specification."""
        self._process = _begin(specs) if specs else None

    def finish(self) -> tuple[str, ...]:
        """The charts as SVG; none where they couldn't be drawn."""
        if self._process is None:
            return ()
        try:
            text, _ = self._process.communicate(timeout=LONGEST_SECONDS)
            return tuple(json.loads(text))
        except (ValueError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.communicate()
            return ()


def _begin(specs: Sequence[Mapping[str, object]]) -> subprocess.Popen[str] | None:
    """A process that draws; None where none can be started."""
    with suppress(OSError), TemporaryFile("w+", encoding="utf-8") as file:  # a pipe would have us wait for its reader
        json.dump(list(specs), file)
        file.seek(0)
        # Of this folder, nothing is imported (-P): it may be one with students' files.
        return subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-P", "-c", _PROGRAM],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
    return None
