"""Processes that end before their notebook does."""

from __future__ import annotations

from grader.records import Execution
from tests.contract.behaviours.behaviour import BEHAVIOURS, HASTY, Behaviour, behaviour
from tests.contract.behaviours.reading import completed, places, scalar, statuses, text


def died_after_the_first(execution: Execution) -> None:
    assert execution.status == "died", execution
    assert statuses(execution) == ["ok", "died", "not-run"]
    assert execution.reason
    assert places(execution) == [("x", 0, "last")]
    assert scalar(execution, "x") == 41


for _way, _code in {
    "exits": "import os\nos._exit(3)",
    "crashes": "import ctypes\nctypes.string_at(0)",
    "kills_itself": "import os\nos.kill(os.getpid(), 9)",
    "terminates_itself": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
    "aborts": "import os\nos.abort()",
    "kills_its_group": "import os, signal\nos.killpg(0, signal.SIGKILL)",
}.items():
    BEHAVIOURS.append(
        Behaviour(
            name=f"a_process_that_{_way}_leaves_what_the_last_finished_cell_left",
            theme="endings",
            cells=("x = 41", "x = 42\n" + _code, "x = 43"),
            captures={2: "x y"},
            check=died_after_the_first,
        )
    )


@behaviour(
    "x = 1",
    "import os, threading\nthreading.Timer(0.4, os._exit, [0]).start()\nx = 2",
    "import time\nx = 3\ntime.sleep(5)",
    "y = 4",
    captures={3: "x y"},
)
def a_process_that_dies_later_dies_in_the_cell_that_runs(execution: Execution) -> None:
    assert execution.status == "died"
    assert statuses(execution) == ["ok", "ok", "died", "not-run"]
    assert places(execution) == [("x", 1, "last")]
    assert scalar(execution, "x") == 2


@behaviour(
    "print('said')\nx = 1",
    "print('last words', flush=True)\nimport os\nos._exit(0)",
    captures={1: "x"},
    repeatable=False,
)
def what_was_said_before_a_death_is_kept(execution: Execution) -> None:
    assert statuses(execution) == ["ok", "died"]
    assert text(execution, 0) == "said\n"
    assert text(execution, 1) in ("", "last words\n")


@behaviour(
    "x = 1",
    "import os\nchild = os.fork()\nif not child:\n    os.kill(os.getpid(), 9)\nos.waitpid(child, 0)",
    "import subprocess, sys\n"
    "ended = subprocess.run([sys.executable, '-c', 'import ctypes; ctypes.string_at(0)']).returncode",
    captures={2: "x ended"},
    repeatable=False,
)
def a_child_that_dies_takes_nothing_with_it(execution: Execution) -> None:
    completed(execution)
    assert (scalar(execution, "x"), scalar(execution, "ended")) == (1, -11)


@behaviour(
    "import os\nx = 1",
    "child = os.fork()\nif child:\n    os.waitpid(child, 0)\nelse:\n    x = 2",
    "y = 3",
    captures={2: "x y"},
    limits=HASTY,
    repeatable=False,
)
def a_forked_copy_that_goes_on_is_not_taken_for_the_notebook(execution: Execution) -> None:
    assert statuses(execution) in (["ok", "ok", "ok"], ["ok", "timeout", "ok"])
    assert (scalar(execution, "x"), scalar(execution, "y")) == (1, 3)


@behaviour(
    "x = 1",
    "get_ipython().kernel.do_shutdown(False)",
    "import time\ntime.sleep(1)",
    captures={0: "x", 2: "y"},
    engines=("kernel",),
    repeatable=False,  # the process ends a little later, on a busy machine in the next cell
)
def a_kernel_that_is_told_to_shut_down_has_died_and_keeps_what_was_captured(execution: Execution) -> None:
    assert execution.status == "died"
    assert scalar(execution, "x") == 1
