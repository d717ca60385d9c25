"""Our end of a slot: one execution at a time is asked for, interrupted, killed, and tells how it ended."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from grader.errors import ExecutionUnavailable
from grader.execution.sandbox.students import return_student, take_student

_MESSAGE_BYTES = 1 << 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the process of an execution ended: `exit_code` is negative for a signal; `over` names a limit of all its
    processes together that it passed ("memory"), or is empty."""

    exit_code: int
    over: str = ""


class Slot:
    """A place where executions happen, one after the other. `student` is the user that they run as; see there."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self.student = take_student()

    def fileno(self) -> int:
        """The descriptor that is ready to read once the execution has ended."""
        return self._channel.fileno()

    def start(self, request: dict[str, Any], descriptors: list[int]) -> None:
        """Ask for an execution, whose process gets the descriptors. Raises ExecutionUnavailable if nobody is there."""
        try:
            socket.send_fds(self._channel, [json.dumps(request).encode("ascii")], descriptors)
        except OSError as error:
            raise ExecutionUnavailable(f"The process that makes executions has died: {error}.") from error
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def interrupt(self) -> None:
        """Interrupt the cell that runs, and the commands that it has started."""
        self._command(b"i")

    def kill(self) -> None:
        """End the execution and all its processes."""
        self._command(b"k")

    def _command(self, command: bytes) -> None:
        with suppress(OSError):  # where nobody is there, nothing runs either
            self._channel.send(command, socket.MSG_DONTWAIT)

    def ending(self, seconds: float) -> Ending:
        """Wait for the execution's end. Raises ExecutionUnavailable where the slot has died, or doesn't answer."""
        self._channel.settimeout(seconds)
        try:
            told = self._channel.recv(_MESSAGE_BYTES)
        except OSError as error:
            raise ExecutionUnavailable(f"The process that makes executions doesn't answer: {error}.") from error
        finally:
            self._channel.settimeout(None)
        if not told:
            raise ExecutionUnavailable("The process that makes executions has died.")
        ending = json.loads(told)
        return Ending(exit_code=int(ending["exit"]), over=str(ending["over"]))

    def hang_up(self) -> None:
        """End what runs in it at once. Whoever waits for an ending is told that there is none; `close` is still due."""
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the slot, and what runs in it."""
        with suppress(OSError):
            self._channel.close()
        return_student(self.student)
