"""The lines to an execution's process: the stream of messages, and what its standard output and error are."""

from __future__ import annotations

import codecs
import os
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Literal, Self

from grader.errors import ExecutionUnavailable

_PIECE = 1 << 16
_PIPE_BYTES = 1 << 20
_SEND_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What was written to standard output or error, past Python's own `sys.stdout`: its text, and how many bytes."""

    stream: Literal["stdout", "stderr"]
    text: str
    size: int


class Lines:
    """Our ends; `theirs` are descriptors for the process, which whoever sends them closes."""

    def __init__(self) -> None:
        self._resources = ExitStack()
        self._stream, far = socket.socketpair()
        self._resources.enter_context(self._stream)
        self.theirs = [far.detach()]
        self._pipes: dict[int, Literal["stdout", "stderr"]] = {}
        for name in ("stdout", "stderr"):
            reading, writing = os.pipe()
            os.set_blocking(reading, False)
            self._resources.callback(os.close, reading)
            self._pipes[reading] = "stdout" if name == "stdout" else "stderr"
            self.theirs.append(writing)
        self._descriptor = self._stream.fileno()
        self._own = frozenset((self._descriptor, *self._pipes))
        self._decoders = {pipe: codecs.getincrementaldecoder("utf-8")("replace") for pipe in self._pipes}
        self._poll = select.poll()
        for descriptor in self._own:
            self._poll.register(descriptor, select.POLLIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def send(self, data: bytes) -> None:
        """Send the process what it waits for before it runs anything. Raises ExecutionUnavailable where it doesn't."""
        self._stream.settimeout(_SEND_SECONDS)
        try:
            self._stream.sendall(data)
        except OSError as error:
            raise ExecutionUnavailable(f"The execution could not be told what to run: {error}.") from error
        self._stream.setblocking(False)

    def watch(self, descriptor: int) -> None:
        """Have `wait` end, too, when this descriptor is ready to read."""
        self._poll.register(descriptor, select.POLLIN)

    def wait(self, seconds: float) -> tuple[bytes, list[Printed], set[int]]:
        """Wait for something: a piece of the stream, what was printed, which of the watched descriptors are ready.

        What is in the stream came before what was printed, or at least it began before.
        """
        ready = {descriptor for descriptor, _ in self._poll.poll(max(seconds, 0.0) * 1000 + 1)}
        if ready == {self._descriptor}:  # as nearly always
            return self._read(self._descriptor), [], set()
        printed = [piece for pipe in self._pipes if pipe in ready and (piece := self._read_pipe(pipe)) is not None]
        stream = self._read(self._descriptor) if self._descriptor in ready or printed else b""
        return stream, printed, ready - self._own

    def printed(self) -> Iterator[Printed]:
        """All that has been printed by now; where somebody keeps printing, no more than a pipe can hold."""
        for pipe in self._pipes:
            for _ in range(_PIPE_BYTES // _PIECE):
                if (piece := self._read_pipe(pipe)) is None:
                    break
                yield piece

    def rest(self) -> Iterator[bytes]:
        """What lies in the stream when the process has ended."""
        while data := self._read(self._descriptor):
            yield data

    def _read_pipe(self, pipe: int) -> Printed | None:
        data = self._read(pipe)
        if not data:
            return None
        return Printed(stream=self._pipes[pipe], text=self._decoders[pipe].decode(data), size=len(data))

    def _read(self, descriptor: int) -> bytes:
        try:
            data = os.read(descriptor, _PIECE)
        except BlockingIOError:
            return b""
        except OSError:  # the other end was lost with something unread
            data = b""
        if not data:
            with suppress(KeyError):
                self._poll.unregister(descriptor)
        return data
