"""Feeds one target what atheris finds by its coverage; the target's name is followed by libFuzzer's own arguments."""

from __future__ import annotations

import sys

import atheris

from tests.fuzz.watch import Watch

with atheris.instrument_imports(
    include=[
        *(f"grader.execution.{name}" for name in ("wire", "stream", "payloads", "outputs")),
        "grader.guest",
        "grader.execution.warm.transcript",
        "tests.fuzz.generators",
        "tests.fuzz.values",
    ]
):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until the number of runs is reached, or something is found."""
    target = sys.argv.pop(1)
    atheris.Setup(sys.argv, Watch(TARGETS[target]))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
