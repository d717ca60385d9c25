"""Limits of time, memory and output, and what comes after one was reached."""

from __future__ import annotations

from dataclasses import replace

from grader.records import Execution, Limits
from tests.contract.behaviours.behaviour import HASTY, LIMITS, behaviour
from tests.contract.behaviours.reading import capture, error, places, scalar, statuses, streams, text

FLOODED = replace(LIMITS, cell_seconds=40.0)
SPARING = replace(FLOODED, output_bytes=400_000)


@behaviour(
    "x = 1",
    "while True: pass",
    "import time\ntime.sleep(60)",
    "import threading\nthreading.Event().wait()",
    "y = x",
    captures={4: "y"},
    limits=HASTY,
)
def a_cell_over_its_time_is_interrupted_and_the_next_one_runs(execution: Execution) -> None:
    assert execution.status == "timeout"
    assert statuses(execution) == ["ok", "timeout", "timeout", "timeout", "ok"]
    assert "1 s" in execution.reason
    assert scalar(execution, "y") == 1


@behaviour(
    "import subprocess, time\nx = 1",
    "subprocess.run(['sleep', '60'])",
    "try:\n    time.sleep(60)\nfinally:\n    x = 2\n    print('cleaned up')",
    "import numpy as np\nwhile True: np.ones((300, 300)) @ np.ones((300, 300))",
    "y = x",
    captures={4: "y"},
    limits=HASTY,
)
def an_interrupted_cell_ends_its_commands_and_cleans_up(execution: Execution) -> None:
    assert statuses(execution) == ["ok", "timeout", "timeout", "timeout", "ok"]
    assert streams(execution, 2) == {"stdout": "cleaned up\n"}
    assert scalar(execution, "y") == 2


@behaviour(
    "x = 1",
    "import time\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass",
    "x = 2",
    captures={2: "x"},
    limits=HASTY,
)
def a_cell_that_swallows_the_interrupt_is_killed(execution: Execution) -> None:
    assert execution.status == "timeout"
    assert statuses(execution) == ["ok", "timeout", "not-run"]
    assert execution.seconds < 8
    assert (scalar(execution, "x"), capture(execution, "x").place) == (1, "last")


@behaviour(
    "x = 1",
    "import signal\nfor each in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU):\n"
    "    signal.signal(each, signal.SIG_IGN)\nwhile True: pass",
    "x = 2",
    captures={2: "x"},
    limits=HASTY,
)
def a_cell_that_ignores_signals_is_killed(execution: Execution) -> None:
    assert execution.status == "timeout"
    assert statuses(execution) == ["ok", "timeout", "not-run"]
    assert "ended" in execution.reason
    assert (scalar(execution, "x"), capture(execution, "x").place) == (1, "last")


@behaviour(
    "x = 1",
    "import time\ntime.sleep(60)",
    "x = 2",
    captures={1: "x", 2: "x"},
    limits=Limits(cell_seconds=8.0, total_seconds=1.0),
)
def a_notebook_over_its_time_stops(execution: Execution) -> None:
    assert execution.status == "timeout"
    assert statuses(execution) == ["ok", "timeout", "not-run"]
    assert places(execution) == [("x", 1, "end"), ("x", 1, "last")]


@behaviour(
    "x = 1",
    "while True: print('flood')",
    "y = 2",
    "print('heard?')",
    captures={3: "x y"},
    limits=FLOODED,
    repeatable=False,
)
def a_flood_of_output_is_cut_and_the_next_cell_runs(execution: Execution) -> None:
    assert execution.status == "output"
    assert execution.cells[1].status == "output"
    assert 100_000 < len(text(execution, 1)) <= FLOODED.output_bytes
    assert execution.seconds < 15
    assert (scalar(execution, "x"), scalar(execution, "y")) == (1, 2)
    assert statuses(execution)[2:] == ["ok", "ok"]


@behaviour(
    "import os\nx = 1",
    "while True: os.write(1, b'flood\\n' * 1000)",
    "!yes",
    "y = 2",
    captures={3: "x y"},
    limits=SPARING,
    repeatable=False,
)
def floods_past_python_are_cut_too(execution: Execution) -> None:
    assert execution.status == "output"
    assert statuses(execution) == ["ok", "output", "output", "ok"]
    assert sum(len(text(execution, at)) for at in (1, 2)) <= 400_000
    assert (scalar(execution, "x"), scalar(execution, "y")) == (1, 2)


@behaviour("x = 1", "print('a' * 50_000_000)", "y = 2", captures={2: "x"}, limits=SPARING, repeatable=False)
def one_huge_message_is_refused(execution: Execution) -> None:
    assert execution.status == "output"
    assert execution.cells[1].status == "output"
    assert len(text(execution, 1)) <= SPARING.output_bytes
    assert scalar(execution, "x") == 1


@behaviour(
    "x = 1",
    "from IPython.display import HTML, display\nfor _ in range(100): display(HTML('x' * 50_000))",
    "y = 2",
    "print('small')",
    captures={3: "x y"},
    limits=SPARING,
    repeatable=False,
)
def a_flood_of_displays_is_cut(execution: Execution) -> None:
    assert execution.status == "output"
    assert statuses(execution) == ["ok", "output", "ok", "ok"]
    assert sum(len(form) for each in execution.cells[1].outputs for form in each.data.values()) <= 400_000
    assert (scalar(execution, "x"), scalar(execution, "y")) == (1, 2)


@behaviour(
    "x = 1",
    "hog = [bytearray(2**20) for _ in range(3000)]",
    "import numpy as np\nhog = np.zeros((2**30, 2))",
    "y = 2",
    captures={3: "y"},
    limits=replace(LIMITS, memory_bytes=1024**3),
)
def a_memory_hog_gets_a_memory_error(execution: Execution) -> None:
    assert execution.status == "memory", execution
    assert statuses(execution) == ["ok", "error", "error", "ok"]
    assert "MemoryError" in error(execution, 1)[0]
    assert "MemoryError" in error(execution, 2)[0]
    assert "memory" in execution.reason
    assert scalar(execution, "y") == 2


@behaviour(
    "import torch\nx = 1",
    "torch.zeros(2**32)",
    "raise MemoryError('made up')",
    "y = torch.ones(2).sum().item()",
    captures={3: "x y"},
    limits=replace(LIMITS, memory_bytes=1536 * 1024**2),
)
def a_tensor_that_does_not_fit_is_an_error_of_its_cell(execution: Execution) -> None:
    assert execution.status == "memory"
    assert statuses(execution) == ["ok", "error", "error", "ok"]
    assert error(execution, 1)[0] == "RuntimeError"
    assert (scalar(execution, "x"), scalar(execution, "y")) == (1, 2.0)


@behaviour(
    "import multiprocessing, time\nx = 1",
    "multiprocessing.get_context('fork').Pool(2).map(time.sleep, [60, 60])",
    "y = 2",
    captures={2: "x y"},
    limits=HASTY,
    repeatable=False,
)
def processes_over_their_time_are_interrupted(execution: Execution) -> None:
    assert statuses(execution) == ["ok", "timeout", "ok"]
    assert (scalar(execution, "x"), scalar(execution, "y")) == (1, 2)
