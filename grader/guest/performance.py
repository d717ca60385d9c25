"""Calls a function with one case after another, in a process that is a copy and has nothing else to do."""

from __future__ import annotations

import io
import sys
import time
from typing import Any

from .captures import seed_generators
from .frames import encode
from .libraries import Libraries
from .objects import Objects
from .stand_ins import StandIns
from .values import Reader

RETURNED, RAISED, TIMEOUT, DIED, NOT_MADE = range(5)
"""How a call ended."""
UNTRIED, SAME, STATE, RANDOM = range(4)
"""What it gave the second time."""
BEGUN, ENDED, AGAIN, OVER = range(4)
"""What is told of calls."""
_SEED = 20_240_229
_SECOND_SECONDS = 0.25
"""So long calls are made a second time, to see whether they give the same."""
_TEXT = 300
_ELEMENTS = 200
_COMPARED = (int, str, bytes, type(None))
"""What is compared as it is. Floating numbers aren't: NaN would differ from itself, where its bytes don't."""


class Performance:
    """Calls a function with one case after another, in a process that has nothing else to do."""

    def __init__(
        self,
        function: Any,
        asked: dict[str, Any],
        objects: Objects,
        limits: dict[str, int],
        libraries: Libraries,
        stand_ins: StandIns | None = None,
    ) -> None:
        self._found = function
        self._asked = asked
        self._objects = objects
        self._limits = limits
        self._libraries = libraries
        self._stand_ins = stand_ins
        self._target: Any = None

    def give(self, begin: int, tell: Any) -> None:
        """Make the calls, all of them once and then again, while there is time."""
        first: dict[int, Any] = {}
        seed_generators(_SEED)
        for case in range(begin, self._asked["count"]):
            tell(BEGUN, case, b"")
            status, frame, first[case] = self._told(case)
            tell(ENDED, case, bytes((status,)) + frame)
        if self._stand_ins is not None:
            return  # that was tried where the student's own helpers were called
        until = time.monotonic() + _SECOND_SECONDS
        seed_generators(_SEED)  # the same calls in the same order draw the same numbers
        steady = True
        for case in first:
            if time.monotonic() > until:
                return
            same = self._again(case) == first[case]
            steady = steady and same
            tell(AGAIN, case, bytes((SAME if same else STATE,)))
        if steady and first and self._again(begin, seed=_SEED + 1) != first[begin]:
            tell(AGAIN, begin, bytes((RANDOM,)))

    def _told(self, case: int) -> tuple[int, bytes, Any]:
        """One call: how it ended, a frame with all that is told of it, and what another try is compared by."""
        reader = self._reader()
        arguments: list[Any] = []
        before: list[Any] = []
        facts: dict[str, Any] = {}
        image: Any = None
        captures: list[dict[str, Any]] = []
        sys.stdout = sys.stderr = printed = Printed()
        try:
            target = self._prepared()
            arguments += self._objects.make(str(case))
            before += map(self._image, arguments)
            tree = _result(self._called(target, case, arguments), reader)
            status, image = RETURNED, (tree, list(reader.arrays))
            captures.append({"name": "value", "identity": 0, "value": tree})
        except BaseException as error:  # a student's function may raise anything, SystemExit too
            status, image = RAISED, type(error)
            facts.update(_error(error))
            if self._asked["elementwise"]:
                captures += self._by_elements(arguments, reader)
        changed = [at for at, was in enumerate(before) if self._image(arguments[at]) != was]
        if changed:
            facts["changed"] = changed
        if printed.text:
            facts["printed"] = printed.text
        if facts:
            captures.append({"name": "facts", "identity": 0, "value": _tree(facts)})
        return status, b"".join(encode(captures, reader.arrays)), image

    def _called(self, target: Any, case: int, arguments: list[Any]) -> Any:
        if self._stand_ins is None:
            return target(*arguments)
        self._stand_ins.case = case
        return self._stand_ins.call(target, arguments)

    def _again(self, case: int, seed: int = 0) -> Any:
        """What the same call gives another time, to be compared."""
        sys.stdout = sys.stderr = Printed()
        if seed:
            seed_generators(seed)
        reader = self._reader()
        try:
            return _result(self._prepared()(*self._objects.make(str(case))), reader), reader.arrays
        except BaseException as error:
            return type(error)

    def _prepared(self) -> Any:
        """What is called with each case: the function itself, or the object that a class makes, or its method."""
        if self._target is None:
            target = self._found
            if self._asked["constructed"]:
                target = target(*self._objects.make("construct"))
                if "state" in self._objects:
                    _load(target, self._objects.make("state"))
                if hasattr(target, "eval") and hasattr(target, "state_dict"):
                    target.eval()
            self._target = getattr(target, self._asked["method"]) if self._asked["method"] else target
        return self._target

    def _image(self, value: Any) -> Any:
        """What two states of an argument are compared by."""
        numpy = self._libraries.numpy
        if numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject:
            return value.shape, value.tobytes()
        if isinstance(value, _COMPARED):
            return value
        reader = Reader(self._libraries, self._limits)
        return reader.read(value), reader.arrays

    def _reader(self) -> Reader:
        """A reader of results, which are nobody else's."""
        return Reader(self._libraries, self._limits, drains=True)

    def _by_elements(self, arguments: list[Any], reader: Reader) -> list[dict[str, Any]]:
        """What the function gives for each element of its one array, where it works for numbers alone."""
        arrays = [at for at, argument in enumerate(arguments) if hasattr(argument, "ndim") and argument.ndim]
        if len(arrays) != 1:
            return []
        array = arguments[arrays[0]]
        flat = array.reshape(-1).tolist()
        if not 0 < len(flat) <= _ELEMENTS:
            return []
        try:
            given = [self._prepared()(*_with(arguments, arrays[0], element)) for element in flat]
            tree = reader.read([float(each) for each in given])
        except BaseException:  # it doesn't work for numbers either
            return []
        return [{"name": "elementwise", "identity": 0, "value": tree}]


class Printed(io.TextIOBase):
    """Keeps the beginning of what is printed, and answers what code asks of `sys.stdout` as a cell's does."""

    encoding = "utf-8"
    errors = "strict"
    name = "<stdout>"

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1  # which leads nowhere

    def write(self, text: str) -> int:
        if len(self.text) < _TEXT:
            self.text = (self.text + str(text))[:_TEXT]
        return len(text)


def _result(value: Any, reader: Reader) -> Any:
    """The tree of what a call returned. What goes on computing while it is read may still raise, and so has the call."""
    tree = reader.read(value)
    if reader.fault is not None:
        reader.arrays.clear()
        raise reader.fault
    return tree


def _with(arguments: list[Any], place: int, element: Any) -> list[Any]:
    return [element if at == place else argument for at, argument in enumerate(arguments)]


def _load(module: Any, state: dict[str, Any]) -> None:
    """Load parameters by their names; where the names are others, in their order, where all shapes agree."""
    own = module.state_dict()
    if set(own) != set(state) and [tuple(own[name].shape) for name in own] == [
        tuple(tensor.shape) for tensor in state.values()
    ]:
        state = dict(zip(own, state.values()))
    module.load_state_dict(state)


def _error(error: BaseException) -> dict[str, Any]:
    try:
        message = str(error)[:_TEXT]
    except BaseException:  # a student's exception may raise from its own __str__
        message = ""
    bases = [str(kind.__name__)[:100] for kind in type(error).__mro__[:10]]
    return {"name": bases[0] if bases else "", "message": message, "bases": bases}


def _tree(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as the tree of a dict."""
    values = [
        {"kind": "sequence", "container": "list", "items": value} if isinstance(value, list) else value
        for value in facts.values()
    ]
    return {"kind": "mapping", "keys": list(facts), "values": values}
