"""What is asked: an assignment as data (`spec`), how authors write one (`authoring`), and its reference (`reference`).

This package imports neither torch nor numpy by itself, so that whoever needs the data alone pays for nothing else.
`grader.assignment.loading.load` reads an assignment from its folder.
"""

from grader.assignment.spec import (
    CheckSpec,
    Container,
    Policies,
    QuantitySpec,
    Reveal,
    Rules,
    Spec,
    TaskSpec,
    Tolerance,
    VersionSpec,
)

__all__ = [
    "CheckSpec",
    "Container",
    "Policies",
    "QuantitySpec",
    "Reveal",
    "Rules",
    "Spec",
    "TaskSpec",
    "Tolerance",
    "VersionSpec",
]
