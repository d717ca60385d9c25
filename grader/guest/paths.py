"""Follows a path from a variable through attributes and keys; it may run code of the student's."""

from __future__ import annotations

from typing import Any

ABSENT = object()


def label(path: Any) -> str:
    """How a path is written; a mere variable comes as its name."""
    return path if isinstance(path, str) else str(path[0])


def follow(namespace: dict[str, Any], path: Any) -> Any:
    """What stands at a path (its text, the variable, and steps from there), or ABSENT. Never raises."""
    if isinstance(path, str):
        return namespace.get(path, ABSENT)
    _, root, steps = path
    value = namespace.get(root, ABSENT)
    for kind, key in steps:
        if value is ABSENT:
            break
        try:
            value = getattr(value, key) if kind == "." else value[key]
        except BaseException:  # whatever lies there may raise anything
            return ABSENT
    return value
