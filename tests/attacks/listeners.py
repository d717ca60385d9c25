"""Servers that attacks try to reach, and a caller that tries to reach attacks."""

from __future__ import annotations

import os
import select
import socket
import threading
from contextlib import suppress
from pathlib import Path

from tests.attacks.baits import new_secret

OUTSIDE, OUTSIDE6 = "198.51.100.7", "2001:db8::7"
"""Addresses of documentation, which the machine's own namespace has: no packet ever leaves it."""
_DNS_PORT = 53


class Listeners:
    """Sockets of every family, each of which answers with a secret, and remembers what it was told."""

    def __init__(self, folder: Path) -> None:
        self.heard = b""
        self._secret = new_secret().encode()
        self._streams: list[socket.socket] = []
        self._datagrams: list[socket.socket] = []
        self._stop, self._stopped = socket.socketpair()
        mark = os.urandom(4).hex()
        self.facts: dict[str, object] = {
            "tcp": self._listen(socket.AF_INET, ("0.0.0.0", 0)),
            "tcp6": self._listen(socket.AF_INET6, ("::", 0)),
            "udp": self._receive(socket.AF_INET, ("0.0.0.0", 0)),
            "udp6": self._receive(socket.AF_INET6, ("::", 0)),
            "unix": self._listen(socket.AF_UNIX, str(folder / "listener")),
            "temporary_unix": self._listen(socket.AF_UNIX, f"/tmp/listener-{mark}"),
            "abstract": self._listen(socket.AF_UNIX, f"\0listener-{mark}"),
            "abstract_datagrams": self._receive(socket.AF_UNIX, f"\0datagrams-{mark}"),
            "outside": OUTSIDE,
            "outside6": OUTSIDE6,
        }
        self._receive(socket.AF_INET, ("127.0.0.1", _DNS_PORT))
        threading.Thread(target=self._serve, daemon=True).start()

    def _listen(self, family: socket.AddressFamily, address: object) -> object:
        listener = socket.socket(family, socket.SOCK_STREAM)
        self._streams.append(listener)
        return self._bind(listener, address, listens=True)

    def _receive(self, family: socket.AddressFamily, address: object) -> object:
        receiver = socket.socket(family, socket.SOCK_DGRAM)
        self._datagrams.append(receiver)
        return self._bind(receiver, address, listens=False)

    def _bind(self, bound: socket.socket, address: object, *, listens: bool) -> object:
        if bound.family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)  # type: ignore[arg-type]  # a pair or a path, as the family has it
        if listens:
            bound.listen()
        if bound.family != socket.AF_UNIX:
            return bound.getsockname()[1]
        name = bound.getsockname()
        if isinstance(name, str):
            Path(name).chmod(0o777)
            return name
        return name[1:].decode()

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._stopped, *self._streams, *self._datagrams], [], [])
            if self._stopped in ready:
                return
            for each in ready:
                with suppress(OSError):
                    self._answer_stream(each) if each in self._streams else self._answer_datagram(each)

    def _answer_stream(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(self._secret)
            connection.settimeout(0.2)
            self.heard += connection.recv(1000)

    def _answer_datagram(self, receiver: socket.socket) -> None:
        data, sender = receiver.recvfrom(1000)
        self.heard += data
        if receiver.getsockname() == ("127.0.0.1", _DNS_PORT):
            receiver.sendto(data[:2] + b"\x81\x83" + data[4:], sender)  # there is no such name
        elif sender:
            receiver.sendto(self._secret, sender)

    def close(self) -> None:
        """Stop answering."""
        self._stop.close()


class Caller:
    """Calls, again and again, where attacks listen. What answers with a nonce can be reached from outside."""

    def __init__(self) -> None:
        self.heard = b""
        self._secret = new_secret().encode()
        self._stopped = threading.Event()
        self.facts: dict[str, object] = {
            "listen": _free_port(socket.AF_INET),
            "listen6": _free_port(socket.AF_INET6),
            "listen_abstract": "called-" + os.urandom(4).hex(),
        }
        threading.Thread(target=self._call, daemon=True).start()

    def _call(self) -> None:
        port, port6, name = (self.facts[each] for each in ("listen", "listen6", "listen_abstract"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not self._stopped.wait(0.04):
                with suppress(OSError):
                    sender.sendto(self._secret, ("127.0.0.1", port))
                self._try(socket.AF_INET, ("127.0.0.1", port))
                self._try(socket.AF_INET6, ("::1", port6))
                self._try(socket.AF_UNIX, f"\0{name}")

    def _try(self, family: socket.AddressFamily, address: object) -> None:
        with socket.socket(family, socket.SOCK_STREAM) as caller, suppress(OSError):
            caller.settimeout(0.3)
            caller.connect(address)  # type: ignore[arg-type]  # likewise
            self.heard += caller.recv(1000)

    def close(self) -> None:
        """Stop calling."""
        self._stopped.set()


def _free_port(family: socket.AddressFamily) -> int:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind(("", 0))
        port: int = probe.getsockname()[1]
        return port
