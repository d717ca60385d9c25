"""The student's end of the stream to the parent: messages of a length, a kind and a payload."""

from __future__ import annotations

import json
import os
import threading
from base64 import b64encode
from struct import pack
from typing import Any

HELLO, STARTED, TEXT, OUTPUT, ENDED, CAPTURES, CALLS, OVER, AGAIN = b"h", b"s", b"t", b"o", b"e", b"c", b"f", b"x", b"r"


class Stream:
    """Writes messages, and reads what is to be run. Student code may close or change all of it; the parent copes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._write = os.write
        self._pieces: list[bytes] = []
        self._lock = threading.RLock()  # several threads may print at once
        self._thread, self._main, self._sender = threading.get_ident, threading.get_ident(), 0
        self._interrupted = False
        self._dumps = json.JSONEncoder(default=_plain, ensure_ascii=True).encode

    def request(self) -> Any:
        """The JSON document that the parent has sent: eight bytes of length, and the text."""
        return json.loads(self.block())

    def block(self) -> bytes:
        """Bytes that the parent has sent, behind their length."""
        return self._read(int.from_bytes(self._read(8), "little"))

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = os.read(self._descriptor, min(size - len(data), 1 << 20))
            if not piece:
                raise EOFError("the parent has gone")
            data += piece
        return bytes(data)

    def send(self, kind: bytes, *payload: bytes, more: bool = False) -> None:
        """Write one message; with `more`, together with the next one, which is about to come."""
        with self._lock:
            self._sender = self._thread()
            try:
                self._pieces += (pack("<I", sum(map(len, payload))), kind, *payload)
                if not more:
                    self._send_pieces()
            finally:
                self._sender = 0
        if self._interrupted and self._thread() == self._main:
            self._interrupted = False
            raise KeyboardInterrupt

    def flush(self) -> None:
        """Write what waits for a next message."""
        with self._lock:
            self._send_pieces()

    def _send_pieces(self) -> None:
        data = b"".join(self._pieces)
        self._pieces.clear()
        written = self._write(self._descriptor, data)
        while written < len(data):
            data = data[written:]
            written = self._write(self._descriptor, data)

    def interrupt(self, *_: Any) -> None:
        """Raise KeyboardInterrupt, the handler of a signal; while a message is being written, once all of it is."""
        if self._sender == self._main:
            self._interrupted = True
        else:
            raise KeyboardInterrupt

    def send_json(self, kind: bytes, document: dict[str, Any], *, more: bool = False) -> None:
        """Write a message whose payload is JSON; bytes (images) become base64, anything else that JSON lacks a string."""
        self.send(kind, self._dumps(document).encode("ascii"), more=more)


def _plain(value: Any) -> str:
    return b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)
