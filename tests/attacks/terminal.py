"""The terminal at which whoever grades would sit."""

from __future__ import annotations

import os
from contextlib import suppress

from tests.attacks.baits import new_secret


class Terminal:
    """A pseudo-terminal, on which a secret has been typed, and what is shown on it can be read."""

    def __init__(self) -> None:
        self._screen, self._line = os.openpty()
        self.path = os.ttyname(self._line)
        os.set_blocking(self._screen, False)
        self.type()

    def type(self) -> None:
        """Type a secret that nobody has read yet."""
        os.write(self._screen, new_secret().encode() + b"\n")

    def shown(self) -> bytes:
        """What has been written to the terminal."""
        with suppress(BlockingIOError):
            return os.read(self._screen, 10_000)
        return b""

    def close(self) -> None:
        """Close both of its ends."""
        os.close(self._screen)
        os.close(self._line)
