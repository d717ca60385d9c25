"""One execution: the process that shuts itself in and then runs a student's cells."""

from __future__ import annotations

import os
import random
import sys
import time
from typing import Any

from . import walls, working_folder
from .calls import Caller
from .captures import Captures, import_if_there, run_prelude, seed_generators, use_one_thread, versions
from .rerun import Rerun
from .shell import Session
from .stream import AGAIN, CALLS, CAPTURES, HELLO, OVER, Stream

_STREAM = 3


def run(session: Session, settings: dict[str, Any], request: dict[str, Any], descriptors: list[int]) -> None:
    """Become the student's process. The descriptors are the stream, what standard output
    and error become, and, where something is provided, its folder."""
    scratch, limits, student = request["scratch"], request["limits"], request["student"]
    provided = "/proc/self/fd/%d" % descriptors.pop() if len(descriptors) > 3 else None
    walls.build(settings["walls"], limits, scratch, student, provided)
    stream = Stream(_move(descriptors))
    plan = stream.request()
    plan["inputs"] = [stream.block() for _ in range(plan["inputs"])]
    working_folder.enter(scratch)
    folders = session.shell.user_ns["_dh"]
    folders[:] = [type(folders[0])(os.getcwd())]
    random.seed(request["seed"])  # all others are the slot's; a fork gives this one another seed
    session.connect(stream)
    _complete(plan["imports"], request["seed"])
    captures = Captures(session.shell.user_ns, limits["guest"])
    caller = Caller(session.shell.user_ns, limits["guest"], _STREAM)
    walls.close(settings["walls"], scratch, student)
    rerun = Rerun(session.shell, plan["prelude"]) if plan["again"] else None
    run_prelude(plan["prelude"], session.shell.user_ns)
    stream.send_json(HELLO, {"environment": versions()}, more=True)
    seconds = perform(session, plan, captures, caller, stream)
    if rerun is not None and seconds <= plan["again_within"]:
        _run_again(session, plan["again"], rerun, captures, stream)


def _complete(names: list[str], seed: int) -> None:
    """Import what the notebook needs and the template lacks, and seed it."""
    missing = [name for name in names if name not in sys.modules]
    for name in missing:
        import_if_there(name)
    if missing:
        use_one_thread()
        seed_generators(seed)


def _run_again(session: Session, again: list[Any], rerun: Rerun, captures: Captures, stream: Stream) -> None:
    session.mute()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):  # nobody listens to what is written past `sys.stdout` from now on
        os.dup2(nowhere, descriptor)
    for number, asked in enumerate(again):
        if not rerun.is_sound():
            return
        stream.send(AGAIN, bytes((number,)), *rerun.run(asked, captures))


def perform(session: Session, plan: dict[str, Any], captures: Captures, caller: Caller, stream: Stream) -> float:
    """Run the cells of a plan, and send the values that are due after each, and what came of calls. Gives the seconds
    that the cells took."""
    now, ran = time.monotonic, 0.0
    made_before: set[str] = set()
    for position, cell in enumerate(plan["cells"]):
        began = now()
        session.run(position, cell["code"])
        ran += now() - began
        due = [] if cell["due"] is None else [(b"\0", cell["due"])]
        if cell["ahead"] is not None and ran >= plan["careful_after"]:
            due.append((b"\1", cell["ahead"]))
        if due:
            stream.flush()  # reading values may take for ever, and the end comes first
        place = position.to_bytes(4, "little")
        for mark, asked in due:
            frame = captures.frame(asked["names"])
            session.flush()
            stream.send(CAPTURES, place, mark, *frame, more=True)
            for number, calls in enumerate(asked["calls"]):
                if repr(calls) in made_before:
                    continue
                stream.flush()  # a copy of the process must not hold half a message
                made = caller.make(calls, plan["inputs"][calls["inputs"]], calls["total"])
                stream.send(CALLS, place, mark, number.to_bytes(2, "little"), *made, more=True)
                if mark == b"\0" and len(made) > 2:
                    made_before.add(repr(calls))
    stream.send(OVER)
    return ran


def _move(descriptors: list[int]) -> int:
    """Standard input is empty, output and error are the parent's, the stream is number 3, and nothing else is open."""
    null = os.open(os.devnull, os.O_RDONLY)
    spare = [os.dup(descriptor) for descriptor in (null, *descriptors[1:], descriptors[0])]
    for number, descriptor in enumerate(spare):
        os.dup2(descriptor, number)
    os.set_inheritable(_STREAM, False)
    os.closerange(_STREAM + 1, 4096)
    return _STREAM
