"""Awaiting at the top of a cell, and tasks that go on beyond it."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import HASTY, behaviour
from tests.contract.behaviours.reading import all_ok, error, items, result, scalar, statuses, text

awaited = partial(behaviour, together="asynchronous")


@awaited(
    "import asyncio\nawait asyncio.sleep(0.01)\nx = 'awaited'",
    "async def double(n):\n    await asyncio.sleep(0.01)\n    return 2 * n\nawait double(21)",
    "values = await asyncio.gather(double(1), double(2))",
    captures={2: "x values"},
)
def cells_can_await(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "x") == "awaited"
    assert result(execution, 1) == "42"
    assert items(execution, "values") == [2, 4]


@awaited(
    "async def count():\n    for n in range(3):\n        yield n",
    "counted = [n async for n in count()]",
    "async with asyncio.Lock():\n    locked = True",
    "async for n in count(): print(n)",
    captures={2: "counted locked"},
)
def asynchronous_loops_and_contexts_stand_at_the_top(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "counted") == [0, 1, 2]
    assert scalar(execution, "locked") is True
    assert text(execution, 3) == "0\n1\n2\n"


@awaited(
    "task = asyncio.create_task(double(5))",
    "taken = await task",
    "endless = asyncio.ensure_future(asyncio.sleep(600))",
    "print('goes on')\nrunning = asyncio.get_event_loop().is_running() and not endless.done()",
    captures={3: "taken running"},
)
def a_task_lives_on_into_later_cells(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "taken") == 10
    assert text(execution, 3) == "goes on\n"
    assert scalar(execution, "running") is True


@awaited(
    "async def fail(): raise TypeError('asynchronous')\nawait fail()",
    "asyncio.run(double(1))",
    "await 3",
    "after = await double(3)",
    captures={3: "after"},
)
def errors_of_asynchronous_cells_are_told(execution: Execution) -> None:
    assert statuses(execution) == ["error", "error", "error", "ok"]
    assert error(execution, 0) == ("TypeError", "asynchronous")
    assert error(execution, 1) == ("RuntimeError", "asyncio.run() cannot be called from a running event loop")
    assert error(execution, 2)[0] == "TypeError"
    assert scalar(execution, "after") == 6


@behaviour(
    "import asyncio\nx = 1", "await asyncio.sleep(600)", "y = 2", captures={2: "x y"}, limits=HASTY, repeatable=False
)
def a_cell_that_awaits_too_long_is_ended(execution: Execution) -> None:
    assert execution.status == "timeout"
    assert statuses(execution)[:2] == ["ok", "timeout"]
    assert statuses(execution)[2] in ("ok", "not-run")  # a kernel that doesn't interrupt an await may be killed for it
    assert scalar(execution, "x") == 1


@behaviour(
    "import asyncio, threading\nloop, woken = asyncio.get_running_loop(), asyncio.Event()",
    "threading.Timer(0.2, loop.call_soon_threadsafe, [woken.set]).start()\nawait woken.wait()",
    "total = await loop.run_in_executor(None, sum, [1, 2])",
    captures={2: "total"},
)
def other_threads_wake_the_loop(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "total") == 3


@behaviour(
    "import asyncio, os\nloop = asyncio.get_running_loop()\nread, (way_out, way_in) = loop.create_future(), os.pipe()",
    "loop.add_reader(way_out, lambda: read.done() or read.set_result(os.read(way_out, 9).decode()))",
    "os.write(way_in, b'piped')\npiped = await read\nloop.remove_reader(way_out)",
    "child = await asyncio.create_subprocess_exec('echo', 'from a child', stdout=asyncio.subprocess.PIPE)",
    "told = (await child.communicate())[0].decode()",
    captures={4: "piped told"},
)
def the_loop_waits_for_descriptors_and_child_processes(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "piped") == "piped"
    assert scalar(execution, "told") == "from a child\n"


@behaviour(
    "import asyncio, os, signal\ncame = asyncio.Event()",
    "asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, came.set)",
    "os.kill(os.getpid(), signal.SIGUSR1)\nawait came.wait()\nname = type(asyncio.get_running_loop()).__name__",
    captures={2: "name"},
)
def the_loop_takes_signals(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "name") == "_UnixSelectorEventLoop"


@behaviour(
    "try:\n    import nest_asyncio as nest\nexcept ImportError:\n    import nest_asyncio2 as nest\nnest.apply()",
    "import asyncio\nnested = asyncio.get_event_loop().run_until_complete(asyncio.sleep(0.01, 5))",
    "other = asyncio.new_event_loop().run_until_complete(asyncio.sleep(0.01, 6))",
    captures={2: "nested other"},
)
def libraries_may_let_loops_be_nested(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "nested") == 5
    assert scalar(execution, "other") == 6


@behaviour(
    "import asyncio, os\nleaked = []",
    "try:\n    while True: leaked.append(os.open('/dev/null', os.O_RDONLY))\nexcept OSError:\n    pass",
    "for descriptor in leaked: os.close(descriptor)\nslept = await asyncio.sleep(0.01, 'slept')",
    captures={2: "slept"},
)
def the_loop_works_once_there_are_descriptors_again(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "slept") == "slept"
