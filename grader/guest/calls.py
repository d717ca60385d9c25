"""Calls functions of the student's, in copies of the process that are thrown away: whatever a call does ends with it.

All that it needs is bound before student code runs. What it tells is a claim, like all that comes out of the process.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import time
from struct import Struct
from typing import Any

from .captures import use_one_thread
from .libraries import Libraries
from .objects import Objects
from .paths import ABSENT, follow
from .performance import BEGUN, DIED, ENDED, NOT_MADE, OVER, TIMEOUT, UNTRIED, Performance
from .stand_ins import StandIns

ABSENT_MARK, FUNCTION_MARK, OTHER_MARK = range(3)
_RESULT = Struct("<BBI")
_TOLD = Struct("<BIQ")
_MOST_TOLD, _UNTOLD_SECONDS = 1 << 20, 0.05
_GRACE_SECONDS = 0.05


class Caller:
    """Makes calls of what stands in a namespace, within limits. `stream` is a descriptor that leads nowhere in copies."""

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
        results = [(NOT_MADE, UNTRIED, b"")] * asked["count"]
        careful = False
        while self._now() < deadline:
            begin = next((case for case, result in enumerate(results) if result[0] == NOT_MADE), None)
            if begin is None:
                break
            copy = Copy(self, function, asked, inputs, results, begin, careful)
            try:
                copy.run(deadline)
            except OSError:  # no further process, or no further descriptor
                break
            careful = True
        return results


class Copy:
    """A copy of the process that makes the calls from one case on, until one of them ends it.

    One that is `careful` tells of each call as it begins and ends. One that isn't tells of all at its end, which takes
    far less: where it doesn't come to that, a careful one goes on from the first case of which nothing was told.
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
        self._told_all = False

    def run(self, deadline: float) -> None:
        """Make the calls. What a careful copy didn't come back from is a result, too."""
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
        if self._careful and self._results[self._current][0] == NOT_MADE:
            self._results[self._current] = (TIMEOUT if expired else DIED, UNTRIED, b"")

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
        if case < len(self._results) and (payload or kind == BEGUN):
            if kind == BEGUN:
                self._current = case
            elif kind == OVER:
                self._told_all = True
            elif kind == ENDED:
                self._results[case] = (payload[0], UNTRIED, payload[1:])
            else:
                status, _, frame = self._results[case]
                self._results[case] = (status, payload[0], frame)
        return True

    def _become(self, writing: int) -> None:
        try:
            _shut_off(self._caller._stream)
            objects, caller = Objects(self._inputs), self._caller
            stand_ins = StandIns(self._asked["stand_ins"], objects) if self._asked["stand_ins"] else None
            if stand_ins is not None:
                stand_ins.put(caller._namespace)
            performance = Performance(
                self._function, self._asked, objects, caller._limits, caller._libraries, stand_ins
            )
            told = Told(writing, self._caller._write, self._careful)
            performance.give(self._begin, told.tell)
            told.tell(OVER, 0, b"\0")
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


def _shut_off(stream: int) -> None:
    """Cut the copy off from what its original talks to."""
    gc.disable()  # it would look at each object of the original's, and so have each page copied
    try:
        os.setpgid(0, 0)
    except OSError:
        pass
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    # The stream, too: what a call displays is written to it, and goes nowhere as what it prints does.
    for number in (0, 1, 2, stream):
        if number >= 0:
            os.dup2(nowhere, number)
    use_one_thread()
