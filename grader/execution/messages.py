"""Whose fault it is where what a process sent can't be handled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from zmq import Again, ZMQError

from grader.errors import ExecutionUnavailable


class ForgedMessage(Exception):
    """What no kernel sends, and no guest of ours writes: a student's code made it up."""


@contextmanager
def heard() -> Iterator[None]:
    """Handle in here what a process sends once student code has begun.

    The sender is at fault for whatever fails: a kernel whose messages nobody changed makes nothing fail. That raises
    ForgedMessage. What this machine refuses (no memory, no file handles) is our own fault: ExecutionUnavailable.
    """
    try:
        yield
    except (ForgedMessage, ExecutionUnavailable):
        raise
    except Again as error:
        raise ForgedMessage("nobody takes messages any more") from error
    except (OSError, MemoryError, ZMQError) as error:
        raise ExecutionUnavailable(f"The kernel could not be heard: {error}.") from error
    except Exception as error:
        raise ForgedMessage(f"{type(error).__name__}: {error}") from error


def content_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a message. Raises ForgedMessage where it isn't an object with keys."""
    content = message.get("content")
    if not isinstance(content, dict):
        raise ForgedMessage("the content of a message isn't an object")
    return content
