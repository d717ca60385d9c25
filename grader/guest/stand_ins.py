"""Functions that stand in for a student's helpers, in a copy of the process: they know what is right for a few arguments.

A table comes with the arguments of the calls, case by case. An argument that isn't in it ends the attempt.
"""

from __future__ import annotations

import sys
from typing import Any

from .objects import Objects

_CLOSE = 1e-6


class NotInTable(BaseException):
    """That a helper was called with what its table doesn't hold; no `except Exception` of a student's keeps it."""


class StandIns:
    """Stand-ins for the helpers of these names, as far as a namespace has them."""

    def __init__(self, names: list[str], objects: Objects) -> None:
        self._names = names
        self._objects = objects
        self._missed = False
        self.case = 0

    def put(self, namespace: dict[str, Any]) -> None:
        """Let them stand in the namespace, which is a copy's."""
        for name in self._names:
            if name in namespace:
                namespace[name] = self._stand_in(name)

    def call(self, function: Any, arguments: list[Any]) -> Any:
        """Call a function, which has failed where a stand-in of its was asked for what it doesn't know."""
        self._missed = False
        result = function(*arguments)
        if self._missed:
            raise NotInTable
        return result

    def _stand_in(self, name: str) -> Any:
        def stand_in(*arguments: Any) -> Any:
            for known, result in self._objects.make("%d %s" % (self.case, name)):
                if len(known) == len(arguments) and all(map(_is_same, arguments, known)):
                    return result
            self._missed = True
            raise NotInTable

        return stand_in


def _is_same(one: Any, other: Any) -> bool:
    """Whether an argument is what a table holds, but for rounding. Never raises."""
    numpy = sys.modules.get("numpy")
    try:
        if numpy is None or isinstance(other, (str, dict)):
            return bool(one == other)
        mine, known = (numpy.asarray(_plain(each)) for each in (one, other))
        return mine.shape == known.shape and bool(numpy.allclose(mine, known, rtol=_CLOSE, atol=_CLOSE))
    except Exception:  # what a student's code hands over may be anything
        return False


def _plain(value: Any) -> Any:
    return value.detach() if hasattr(value, "detach") else value
