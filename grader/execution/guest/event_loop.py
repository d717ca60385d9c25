"""The loop that cells run in. It opens its descriptors only once something waits in it, as hardly a notebook does."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any, Callable


class _LateSelector(selectors.BaseSelector):
    """The platform's own selector, made before anything is registered or waited for."""

    def __init__(self) -> None:
        self._real: Any = None
        self.needed: Callable[[], None]

    def open(self) -> None:
        """Make it."""
        self._real = selectors.DefaultSelector()

    def select(self, timeout: Any = None) -> Any:
        if self._real is not None:
            return self._real.select(timeout)
        if timeout is None or timeout > 0:
            self.needed()  # and nothing: another thread may have called while there was no way to be woken
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> Any:
        return self._opened().register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> Any:
        return self._opened().unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> Any:
        return self._opened().modify(fileobj, events, data)

    def get_map(self) -> Any:
        return self._opened().get_map()

    def close(self) -> None:
        if self._real is not None:
            self._real.close()

    def _opened(self) -> Any:
        if self._real is None:
            self.needed()
        return self._real


class _UnixSelectorEventLoop(asyncio.SelectorEventLoop):
    """A kernel's loop, by the same name, but for the time at which it opens its descriptors."""

    def __init__(self) -> None:
        self._late = _LateSelector()
        self._late.needed = self._open
        self._opened = False
        super().__init__(self._late)

    def _open(self) -> None:
        if not self._opened:
            self._opened = True
            self._late.open()
            super()._make_self_pipe()  # type: ignore[misc]  # by which other threads and signals wake it

    def _make_self_pipe(self) -> None:
        self._ssock = self._csock = None

    def _close_self_pipe(self) -> None:
        if self._opened:
            super()._close_self_pipe()  # type: ignore[misc]

    def add_signal_handler(self, *arguments: Any) -> None:  # type: ignore[override]
        self._open()
        super().add_signal_handler(*arguments)


EventLoop = _UnixSelectorEventLoop
