"""The loop that cells run in. It opens its descriptors only once something waits in it, as hardly a notebook does."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any

_Loop: Any = asyncio.SelectorEventLoop


def new_event_loop() -> Any:
    """A loop of asyncio's own class, which libraries patch, and to which three methods are given for itself alone."""
    loop = _Loop.__new__(_Loop)
    late = _LateSelector(loop)
    loop._ssock = loop._csock = None
    loop._make_self_pipe = lambda: None
    loop._close_self_pipe = lambda: _Loop._close_self_pipe(loop) if late.is_open else None
    loop.add_signal_handler = late.add_signal_handler
    loop.__init__(late)
    return loop


class _LateSelector(selectors.BaseSelector):
    """The platform's own selector, made together with the pipe by which other threads and signals wake a loop.

    That is before anything is registered or waited for.
    """

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self._real: Any = None

    @property
    def is_open(self) -> bool:
        return self._real is not None

    def select(self, timeout: Any = None) -> Any:
        if self._real is not None:
            return self._real.select(timeout)
        if timeout is None or timeout > 0:
            self._open()  # and nothing: another thread may have called while there was no way to be woken
        return []

    def add_signal_handler(self, *arguments: Any) -> None:
        self._open()
        _Loop.add_signal_handler(self._loop, *arguments)

    def register(self, fileobj: Any, events: int, data: Any = None) -> Any:
        return self._open().register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> Any:
        return self._open().unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> Any:
        return self._open().modify(fileobj, events, data)

    def get_map(self) -> Any:
        return self._open().get_map()

    def close(self) -> None:
        if self._real is not None:
            self._real.close()

    def _open(self) -> Any:
        """The selector; where it can't be made (too many files are open), the next who needs it tries again."""
        if self._real is None:
            loop, self._real = self._loop, selectors.DefaultSelector()
            try:
                _Loop._make_self_pipe(loop)
            except BaseException:
                for end in (loop._ssock, loop._csock):
                    if end is not None:
                        end.close()
                loop._ssock = loop._csock = None
                loop._internal_fds = 0
                self._real.close()
                self._real = None
                raise
        return self._real
