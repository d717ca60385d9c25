"""Calls functions of the student's, in copies of the process that are thrown away: whatever a call does ends with it.

All that it needs is bound before student code runs. What it tells is a claim, like all that comes out of the process.
"""

from __future__ import annotations

import gc
import io
import os
import select
import signal
import sys
import time
from struct import Struct
from typing import Any

from .captures import seed_generators
from .frames import encode
from .libraries import Libraries
from .objects import Objects
from .paths import ABSENT, follow
from .values import Reader

RETURNED, RAISED, TIMEOUT, DIED, NOT_MADE = range(5)
UNTRIED, SAME, STATE, RANDOM = range(4)
ABSENT_MARK, FUNCTION_MARK, OTHER_MARK = range(3)
_RESULT = Struct("<BBI")
_TOLD = Struct("<BIQ")
_BEGUN, _ENDED, _AGAIN, _OVER = range(4)
_SEED = 20_240_229
_SECOND_SECONDS = 0.25
"""So long calls are made a second time, to see whether they give the same."""
_TEXT = 300
_ELEMENTS = 200
_MOST_TOLD, _UNTOLD_SECONDS = 1 << 20, 0.05
_UNCHANGING = (int, float, complex, str, bytes, type(None))
_GRACE_SECONDS = 0.05


class Caller:
    """Makes calls of what stands in a namespace, within limits. `stream` is a descriptor that copies don't need."""

    def __init__(self, namespace: dict[str, Any], limits: dict[str, int], stream: int = -1) -> None:
        self._namespace = namespace
        self._limits = limits
        self._stream = stream
        self._libraries = Libraries()
        self._fork, self._kill, self._wait, self._exit = os.fork, os.kill, os.waitpid, os._exit
        self._pipe, self._read, self._write, self._close = os.pipe, os.read, os.write, os.close
        self._select, self._now = select.select, time.monotonic

    def make(self, asked: dict[str, Any], inputs: bytes, seconds: float) -> list[bytes]:
        """Make all calls that are asked for, in at most so many seconds; the pieces of what came of them.

        That is one byte for what was found and two for which of the names, and for each case how it ended, whether the
        second answer is the first (a byte each), and a frame with its length (four bytes).
        """
        self._libraries.refresh()
        number, function = self._find(asked["names"])
        if function is ABSENT or not callable(function):
            return [bytes((ABSENT_MARK if function is ABSENT else OTHER_MARK,)), number.to_bytes(2, "little")]
        results = self._results(function, asked, inputs, self._now() + seconds)
        pieces = [bytes((FUNCTION_MARK,)), number.to_bytes(2, "little")]
        room = self._limits["capture_bytes"]
        for status, again, frame in results:
            room -= len(frame)
            if room < 0:
                status, again, frame = NOT_MADE, UNTRIED, b""
            pieces += (_RESULT.pack(status, again, len(frame)), frame)
        return pieces

    def _find(self, names: list[Any]) -> tuple[int, Any]:
        for number, path in enumerate(names):
            function = follow(self._namespace, path)
            if function is not ABSENT:
                return number, function
        return 0, ABSENT

    def _results(
        self, function: Any, asked: dict[str, Any], inputs: bytes, deadline: float
    ) -> list[tuple[int, int, bytes]]:
        count = asked["count"]
        results = [(NOT_MADE, UNTRIED, b"")] * count
        begin, careful = 0, False
        while begin < count and self._now() < deadline:
            copy = Copy(self, function, asked, inputs, results, begin, careful)
            try:
                begin = copy.run(deadline)
            except OSError:  # no further process, or no further descriptor
                break
            careful = True
        return results


class Copy:
    """A copy of the process that makes the calls from one case on, until one of them ends it.

    One that is `careful` tells of each call as it begins and ends. One that isn't tells of all at its end, which takes
    far less: where it doesn't come to that, a careful one begins again.
    """

    def __init__(
        self,
        caller: Caller,
        function: Any,
        asked: dict[str, Any],
        inputs: bytes,
        results: list[Any],
        begin: int,
        careful: bool,
    ) -> None:
        self._caller = caller
        self._function = function
        self._asked = asked
        self._inputs = inputs
        self._results = results
        self._begin = begin
        self._careful = careful
        self._data = bytearray()
        self._current = begin
        self._over = self._told_all = False

    def run(self, deadline: float) -> int:
        """Make the calls, and say from which case on another copy has to go on."""
        caller = self._caller
        reading, writing = caller._pipe()
        try:
            child = caller._fork()
            if child == 0:
                self._become(writing)
            caller._close(writing)
            writing = -1
            expired = self._listen(reading, deadline)
            try:
                caller._kill(child, signal.SIGKILL)
            except OSError:
                pass
            caller._wait(child, 0)
        finally:
            caller._close(reading)
            if writing >= 0:
                caller._close(writing)
        if self._over:
            return len(self._results)
        if not self._careful:
            return self._begin
        if self._current < len(self._results) and self._results[self._current][0] == NOT_MADE:
            self._results[self._current] = (TIMEOUT if expired else DIED, UNTRIED, b"")
        return self._current + 1

    def _listen(self, reading: int, deadline: float) -> bool:
        """Take in what the copy tells, until it ends or a call takes too long; whether that is so."""
        caller = self._caller
        until = min(deadline, caller._now() + self._asked["seconds"] + _GRACE_SECONDS)
        while True:
            left = until - caller._now()
            ready = caller._select([reading], [], [], max(left, 0.0))[0]
            if not ready:
                return True
            data = caller._read(reading, 1 << 16)
            if not data:
                return False
            self._data += data
            while self._take():
                if self._told_all:
                    return False
                until = min(deadline, caller._now() + self._asked["seconds"] + _GRACE_SECONDS)

    def _take(self) -> bool:
        """Take one message, if all of it is there."""
        if len(self._data) < _TOLD.size:
            return False
        kind, case, length = _TOLD.unpack_from(self._data)
        if len(self._data) < _TOLD.size + length:
            return False
        payload = bytes(self._data[_TOLD.size : _TOLD.size + length])
        del self._data[: _TOLD.size + length]
        if case < len(self._results) and (payload or kind == _BEGUN):
            if kind == _BEGUN:
                self._current = case
            elif kind == _OVER:
                self._told_all = True
            elif kind == _ENDED:
                self._results[case] = (payload[0], UNTRIED, payload[1:])
                self._over = self._over or case == len(self._results) - 1
            else:
                status, _, frame = self._results[case]
                self._results[case] = (status, payload[0], frame)
        return True

    def _become(self, writing: int) -> None:
        try:
            _shut_off(self._caller._stream)
            objects, caller = Objects(self._inputs), self._caller
            performance = Performance(self._function, self._asked, objects, caller._limits, caller._libraries)
            told = Told(writing, self._caller._write, self._careful)
            performance.give(self._begin, told.tell)
            told.tell(_OVER, 0, b"\0")
            told.flush()
        finally:
            self._caller._exit(0)


class Told:
    """What a copy tells of its calls: at once where it is careful, and else after a while, or at the end."""

    def __init__(self, descriptor: int, write: Any, careful: bool) -> None:
        self._descriptor = descriptor
        self._write = write
        self._seconds = 0.0 if careful else _UNTOLD_SECONDS
        self._data = bytearray()
        self._now, self._since = time.monotonic, time.monotonic()

    def tell(self, kind: int, case: int, payload: bytes) -> None:
        """Tell one thing."""
        self._data += _TOLD.pack(kind, case, len(payload)) + payload
        if self._now() - self._since >= self._seconds or len(self._data) > _MOST_TOLD:
            self.flush()
            self._since = self._now()

    def flush(self) -> None:
        """Write all that waits."""
        data = bytes(self._data)
        self._data.clear()
        while data:
            data = data[self._write(self._descriptor, data) :]


class Performance:
    """Calls a function with one case after another, in a process that has nothing else to do."""

    def __init__(
        self, function: Any, asked: dict[str, Any], objects: Objects, limits: dict[str, int], libraries: Libraries
    ) -> None:
        self._found = function
        self._asked = asked
        self._objects = objects
        self._limits = limits
        self._libraries = libraries
        self._target: Any = None

    def give(self, begin: int, tell: Any) -> None:
        """Make the calls, all of them once and then again, while there is time."""
        first: dict[int, Any] = {}
        seed_generators(_SEED)
        for case in range(begin, self._asked["count"]):
            tell(_BEGUN, case, b"")
            status, frame, first[case] = self._told(case)
            tell(_ENDED, case, bytes((status,)) + frame)
        until = time.monotonic() + _SECOND_SECONDS
        seed_generators(_SEED)  # the same calls in the same order draw the same numbers
        steady = True
        for case in first:
            if time.monotonic() > until:
                return
            same = self._again(case) == first[case]
            steady = steady and same
            tell(_AGAIN, case, bytes((SAME if same else STATE,)))
        if steady and first and self._again(begin, seed=_SEED + 1) != first[begin]:
            tell(_AGAIN, begin, bytes((RANDOM,)))

    def _told(self, case: int) -> tuple[int, bytes, Any]:
        """One call: how it ended, a frame with all that is told of it, and what another try is compared by."""
        reader = Reader(self._libraries, self._limits)
        arguments: list[Any] = []
        before: list[Any] = []
        facts: dict[str, Any] = {}
        captures: list[dict[str, Any]] = []
        sys.stdout = sys.stderr = printed = Printed()
        try:
            target = self._prepared()
            arguments += self._objects.make(str(case))
            before += map(self._image, arguments)
            value = target(*arguments)
            status, image = RETURNED, self._image(value)
            captures.append({"name": "value", "identity": 0, "value": reader.read(value)})
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

    def _again(self, case: int, seed: int = 0) -> Any:
        """What the same call gives another time, to be compared."""
        sys.stdout = sys.stderr = Printed()
        if seed:
            seed_generators(seed)
        try:
            return self._image(self._prepared()(*self._objects.make(str(case))))
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
        """What two states of an argument, or two results, are compared by."""
        numpy = self._libraries.numpy
        if numpy is not None and type(value) is numpy.ndarray:
            return value.shape, value.tobytes()
        if isinstance(value, _UNCHANGING):
            return value
        reader = Reader(self._libraries, self._limits)
        return reader.read(value), reader.arrays

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
    """Keeps the beginning of what is printed."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        if len(self.text) < _TEXT:
            self.text = (self.text + str(text))[:_TEXT]
        return len(text)


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


def _shut_off(stream: int) -> None:
    """Cut the copy off from what its original talks to."""
    gc.disable()  # it would look at each object of the original's, and so have each page copied
    try:
        os.setpgid(0, 0)
    except OSError:
        pass
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    if stream >= 0:
        os.close(stream)
    if "torch" in sys.modules:
        # The threads of a pool that the original has used aren't there in a copy, which would wait for them for ever.
        sys.modules["torch"].set_num_threads(1)
