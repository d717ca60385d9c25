"""One of the places where executions happen, one after the other: it forks each, watches it, and clears up."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
from typing import Any

from . import student, walls
from . import system_calls as system
from .captures import seed_generators
from .processes import are_more_than, everything_below, holds_more_than, kill, sweep, use_more_than

_ROUND_SECONDS = 0.02
_ROUNDS = 5
"""How many times processes are counted, before what they use is measured."""


def serve(session: Any, settings: dict[str, Any], channel: socket.socket) -> None:
    """Make executions until the parent closes the channel.

    A request is JSON with three descriptors. While it runs, `i` interrupts it and `k`, or the channel's end, kills it.
    The reply is JSON: `exit` as os.waitstatus_to_exitcode tells it, and `over`, the limit for which it was killed.
    """
    seal = settings["walls"]["seal"]
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    system.become_subreaper()
    if seal == "landlock":
        walls.keep_signals_in()
    while True:
        data, descriptors, _, _ = socket.recv_fds(channel, 1 << 16, 4)
        if not data:
            return
        request = json.loads(data)
        if seal == "namespaces":
            walls.separate_processes(own)
        seed_generators(request["seed"])  # here, where it dirties no page that isn't our own already
        child = os.fork()
        if child == 0:
            _become(session, settings, request, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        folder = "" if seal == "namespaces" else request["scratch"]
        count = walls.shares_its_user(seal, request["student"])
        over, present = _watch(child, channel, request["limits"], folder=folder, count=count)
        _, status = os.waitpid(child, 0)
        if seal != "namespaces":  # which end with their first process, and leave nothing
            sweep(everybody=seal == "landlock")
        if not present:
            return
        channel.sendall(json.dumps({"exit": os.waitstatus_to_exitcode(status), "over": over}).encode())


def _become(session: Any, settings: dict[str, Any], request: dict[str, Any], descriptors: list[int]) -> None:
    try:
        student.run(session, settings, request, descriptors)
        os._exit(0)
    except BaseException as fault:
        try:  # before the walls stand this is a fault of ours, and the parent wants to know of which kind
            os.write(2, ("%s: %s" % (type(fault).__name__, fault)).encode("utf-8", "replace")[:1000])
        finally:
            os._exit(70)


def _watch(
    child: int, channel: socket.socket, limits: dict[str, Any], *, folder: str, count: bool
) -> tuple[str, bool]:
    """Wait for the end of an execution, and bring it about where that is asked for or a limit of all its processes is
    passed: that of their number only if we `count`. Says which, and whether the parent is still there."""
    over, present, rounds = "", True, 0
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(channel, select.POLLIN)
    while True:
        ready = dict(poll.poll(_ROUND_SECONDS * 1000 * (1 if count else _ROUNDS)))
        if ended in ready:
            os.close(ended)
            return over, present
        if channel.fileno() in ready:
            command = channel.recv(1)
            if command == b"i":
                _interrupt(child)
                continue
            if not command:
                present = False
                poll.unregister(channel)
            kill(child)
        elif not ready and not over:
            rounds += 1
            over = _passed(limits, folder, count=count, measure=not count or rounds % _ROUNDS == 0)
            if over:
                kill(child)


def _passed(limits: dict[str, Any], folder: str, *, count: bool, measure: bool) -> str:
    """Which limit of all processes together is passed."""
    processes = everything_below(os.getpid())
    if count and are_more_than(limits["processes"], processes):
        return "processes"
    if not measure:
        return ""
    if use_more_than(limits["memory_bytes"], processes):
        return "memory"
    disk = limits["disk_bytes"] + limits["provided_bytes"]
    return "disk" if folder and holds_more_than(disk, folder, processes) else ""


def _interrupt(child: int) -> None:
    try:
        os.killpg(child, signal.SIGINT)
    except OSError:  # it isn't there any more, or has no group of its own yet
        pass
