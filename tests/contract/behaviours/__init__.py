"""What every engine does, as a list of small notebooks and what must come of each, one module a theme."""

from __future__ import annotations

from importlib import import_module

from tests.contract.behaviours.behaviour import BEHAVIOURS, HASTY, INPUTS, LIMITS, Behaviour, Notebook, notebooks

THEMES = (
    "magics",
    "shell",
    "outputs",
    "streams",
    "errors",
    "asynchronous",
    "namespace",
    "folders",
    "bridges",
    "libraries",
    "concurrency",
    "values",
    "captures",
    "functions",
    "endings",
    "limits",
    "forgery",
)
for _theme in THEMES:
    import_module(f"{__name__}.{_theme}")

__all__ = ["BEHAVIOURS", "HASTY", "INPUTS", "LIMITS", "THEMES", "Behaviour", "Notebook", "notebooks"]
