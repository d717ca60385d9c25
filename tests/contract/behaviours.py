"""What every engine does, as a list of small notebooks and what must come of each."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader.records import Array, Capture, CapturePoint, Execution, Limits, Plan, Run, Scalar, Sequence, Source

LIMITS = Limits(
    cell_seconds=8.0,
    total_seconds=20.0,
    memory_bytes=2 * 1024**3,
    output_bytes=400_000,
    capture_bytes=4 * 1024**2,
    value_bytes=1024**2,
)
HASTY = Limits(
    cell_seconds=1.0, total_seconds=20.0, output_bytes=400_000, capture_bytes=4 * 1024**2, value_bytes=1024**2
)


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """A promise: cells, what to capture after which of them, and a function that asserts what must hold.

    `captures` maps a cell's index to names, separated by spaces. `provided` maps file names to contents.
    """

    name: str
    cells: tuple[str, ...]
    check: Callable[[Execution], None]
    captures: dict[int, str] = field(default_factory=dict)
    provided: dict[str, str] = field(default_factory=dict)
    limits: Limits = LIMITS
    seed: int = 1

    def plan(self) -> Plan:
        """The plan of one run."""
        points = tuple(CapturePoint(after_cell=at, names=tuple(names.split())) for at, names in self.captures.items())
        cells = tuple(Source(index=index, code=code) for index, code in enumerate(self.cells))
        return Plan(cells=cells, main=Run(seed=self.seed, captures=points))


BEHAVIOURS: list[Behaviour] = []


def behaviour(*cells: str, **options: object) -> Callable[[Callable[[Execution], None]], Callable[[Execution], None]]:
    """Register the decorated function as what must hold after these cells have been executed."""

    def register(check: Callable[[Execution], None]) -> Callable[[Execution], None]:
        BEHAVIOURS.append(Behaviour(name=check.__name__, cells=cells, check=check, **options))  # type: ignore[arg-type]
        return check

    return register


def text(execution: Execution, cell: int) -> str:
    """What a cell showed, as text."""
    return "".join(output.text for output in execution.cells[cell].outputs)


def statuses(execution: Execution) -> list[str]:
    return [cell.status for cell in execution.cells]


def capture(execution: Execution, name: str, after_cell: int | None = None) -> Capture:
    return next(c for c in execution.captures if c.name == name and after_cell in (None, c.after_cell))


def scalar(execution: Execution, name: str, after_cell: int | None = None) -> object:
    value = capture(execution, name, after_cell).value
    assert isinstance(value, Scalar), value
    return value.value


def array(execution: Execution, name: str) -> tuple[str, str, list[object]]:
    value = capture(execution, name).value
    assert isinstance(value, Array), value
    return value.container, value.dtype, np.frombuffer(value.data, value.dtype).reshape(value.shape).tolist()


def alive(pid: int) -> bool:
    """Whether a process still runs (a zombie doesn't)."""
    try:
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False


def completed(execution: Execution) -> None:
    assert execution.status == "completed", (execution.reason, execution.cells)


# What IPython can do


@behaviour("x = 20\n%time y = x + 1", "%%time\nz = 2", "!echo from the shell", "%matplotlib inline\nprint('no plots')")
def magics_and_shell_commands_work(execution: Execution) -> None:
    assert statuses(execution)[:3] == ["ok"] * 3
    assert "Wall time" in text(execution, 0)
    assert "Wall time" in text(execution, 1)
    assert text(execution, 2).strip() == "from the shell"


@behaviour(
    "from IPython.display import HTML, display, clear_output\ndisplay(HTML('<b>bold</b>'))\nHTML('<i>result</i>')",
    "handle = display('before', display_id=True)\nhandle.update('after')",
    "print('gone')\nclear_output()\nprint('stays')",
    "print('10%\\r50%\\r100%')",
    "1 + 1",
    "_ + 1",
)
def rich_outputs_updates_and_results_are_kept_as_a_frontend_shows_them(execution: Execution) -> None:
    completed(execution)
    display, result = execution.cells[0].outputs
    assert (display.kind, display.data["text/html"]) == ("display", "<b>bold</b>")
    assert (result.kind, result.data["text/html"]) == ("result", "<i>result</i>")
    assert text(execution, 1) == "'after'"
    assert text(execution, 2) == "stays\n"
    assert text(execution, 3) == "100%\n"
    assert (text(execution, 4), text(execution, 5)) == ("2", "3")


@behaviour(
    "import asyncio\nawait asyncio.sleep(0.01)\nx = 'awaited'",
    "name = 'žluťoučký 漢字 🐎'\nprint(name)",
    "import sys, warnings\nwarnings.warn('careful')\nprint('to stderr', file=sys.stderr)",
    "import threading\nout = []\nt = threading.Thread(target=lambda: out.append(7))\nt.start(); t.join()",
    "print('\\n'.join(map(str, range(10_000))))",
    "",
    captures={5: "x name out"},
)
def await_unicode_warnings_threads_and_long_outputs_are_no_failures(execution: Execution) -> None:
    completed(execution)
    assert scalar(execution, "x") == "awaited"
    assert scalar(execution, "name") == "žluťoučký 漢字 🐎"
    assert text(execution, 1) == "žluťoučký 漢字 🐎\n"
    assert {output.stream for output in execution.cells[2].outputs} == {"stderr"}
    assert capture(execution, "out").value == Sequence(items=(Scalar(value=7),))
    assert text(execution, 4).splitlines() == [str(number) for number in range(10_000)]


@behaviour("x = 1", "1/0", "def broken(:", "y = x + 1", captures={3: "x y"})
def cells_after_a_failed_one_still_run(execution: Execution) -> None:
    assert execution.status == "error"
    assert statuses(execution) == ["ok", "error", "error", "ok"]
    names = [cell.error.name for cell in execution.cells if cell.error]
    assert names == ["ZeroDivisionError", "SyntaxError"]
    assert execution.cells[1].outputs[-1].kind == "error"
    assert execution.cells[1].outputs[-1].traceback
    assert scalar(execution, "y") == 2


@behaviour("name = input('Your name? ')", "x = 1", captures={1: "x name"})
def input_is_refused_at_once(execution: Execution) -> None:
    assert statuses(execution) == ["error", "ok"]
    assert execution.cells[0].error is not None
    assert "Stdin" in execution.cells[0].error.name
    assert execution.seconds < 5
    assert [c.name for c in execution.captures] == ["x"]


@behaviour("x = 1\nimport sys\nsys.exit(3)", "exit()", "quit()", "y = 2", captures={3: "x y"})
def ways_out_of_python_do_not_end_the_notebook(execution: Execution) -> None:
    assert statuses(execution) == ["error", "ok", "ok", "ok"]
    assert execution.cells[0].error is not None
    assert execution.cells[0].error.name == "SystemExit"
    assert scalar(execution, "y") == 2


# Values


@behaviour(
    "import numpy as np, torch",
    "t = torch.ones(2, 2, requires_grad=True)\n"
    "p = torch.nn.Parameter(torch.zeros(1))\n"
    "half = torch.tensor([1., 2.], dtype=torch.bfloat16)\n"
    "n = np.arange(4.).reshape(2, 2).T\n"
    "big = np.array([1, 2], dtype='>i4')\n"
    "number = np.float32(1.5)\n"
    "flag, nothing, nan, i = True, None, float('nan'), 10**30",
    captures={1: "t p half n big number flag nothing nan i absent"},
)
def numbers_of_every_common_kind_are_captured(execution: Execution) -> None:
    completed(execution)
    assert array(execution, "t") == ("tensor", "float32", [[1, 1], [1, 1]])
    assert array(execution, "p") == ("tensor", "float32", [0])
    assert capture(execution, "half").value == Array(
        dtype="bfloat16", shape=(2,), data=b"\x80\x3f\x00\x40", container="tensor"
    )
    assert array(execution, "n") == ("ndarray", "float64", [[0, 2], [1, 3]])
    assert array(execution, "big") == ("ndarray", "int32", [1, 2])
    assert array(execution, "number") == ("number", "float32", 1.5)
    assert [scalar(execution, name) for name in ("flag", "nothing", "i")] == [True, None, 10**30]
    assert array(execution, "nan")[:2] == ("number", "float64")
    assert "absent" not in {c.name for c in execution.captures}
    assert {"python", "ipython", "numpy", "torch"} <= set(execution.environment)


@behaviour("x = [1]\ny = x\nz = [1]", "x.append(2)\ndel z", captures={0: "x y z", 1: "x z"})
def a_value_is_what_stood_at_its_place_and_aliases_are_told(execution: Execution) -> None:
    first = {c.name: c for c in execution.captures if c.after_cell == 0}
    assert first["x"].value == first["y"].value == Sequence(items=(Scalar(value=1),))
    assert first["x"].identity == first["y"].identity != first["z"].identity
    assert capture(execution, "x", 1).value == Sequence(items=(Scalar(value=1), Scalar(value=2)))
    assert {c.name for c in execution.captures if c.after_cell == 1} == {"x"}


@behaviour(
    "import numpy as np",
    "class Liar:\n"
    "    __class__ = property(lambda self: list)\n"
    "    def __len__(self): raise SystemExit\n"
    "    def __iter__(self): raise SystemExit\n"
    "    def __reduce__(self): open('pickled', 'w'); return (str, ())\n"
    "class Greedy(list):\n"
    "    def __iter__(self):\n"
    "        while True: pass\n"
    "class Odd(np.ndarray):\n"
    "    shape = property(lambda self: 1/0)\n"
    "    def tobytes(self, *a): raise SystemExit\n"
    "liar, greedy, odd = Liar(), Greedy([1]), np.ones(2).view(Odd)\n"
    "huge = np.zeros(10**6)\n"
    "endless = np.broadcast_to(1.0, (10**12,))\n"
    "loop = []; loop.append(loop)\n"
    "after = 5",
    "import os\npickled = os.path.exists('pickled')",
    captures={1: "liar greedy odd huge endless loop after", 2: "pickled"},
)
def objects_that_lie_or_are_too_large_are_refused_and_nothing_else_is_lost(execution: Execution) -> None:
    completed(execution)
    for name, reason in {"liar": "no plain value", "huge": "too large", "endless": "too large"}.items():
        assert reason in capture(execution, name).value.reason
    assert capture(execution, "liar").value.type == "Liar"
    assert capture(execution, "greedy").value == Sequence(items=(Scalar(value=1),))
    assert array(execution, "odd") == ("ndarray", "float64", [1, 1])
    assert scalar(execution, "after") == 5
    assert scalar(execution, "pickled") is False


@behaviour(
    "import numpy as np, builtins, sys\nx = np.ones(2)",
    "list = dict = open = len = str = None\nnp.ndarray = np.asarray = None",
    "%reset -f",
    "y = 3",
    captures={1: "x", 3: "x y"},
)
def captures_survive_what_students_rename_patch_and_reset(execution: Execution) -> None:
    assert [(c.name, c.after_cell) for c in execution.captures] == [("x", 1), ("y", 3)]
    assert array(execution, "x") == ("ndarray", "float64", [1, 1])


@behaviour(
    "import sys, types\n"
    "class DataFrame:\n"
    "    def to_numpy(self):\n"
    "        while True: pass\n"
    "sys.modules['pandas'] = types.SimpleNamespace(DataFrame=DataFrame)\n"
    "frame = DataFrame()",
    "x = 1",
    captures={0: "frame", 1: "x"},
)
def a_value_that_takes_for_ever_to_read_ends_the_process(execution: Execution) -> None:
    assert execution.status == "timeout"
    assert statuses(execution) == ["ok", "not-run"]
    assert "could not be read" in execution.reason
    assert execution.captures == ()


# Ends


def died_after_the_first(execution: Execution) -> None:
    assert execution.status == "died", execution
    assert statuses(execution) == ["ok", "died", "not-run"]
    assert execution.reason
    assert [(c.name, c.after_cell, c.place) for c in execution.captures] == [("x", 0, "last")]
    assert scalar(execution, "x") == 41


for _name, _code in {
    "a_process_that_exits_leaves_what_the_last_finished_cell_left": "import os\nos._exit(0)",
    "a_process_that_crashes_leaves_what_the_last_finished_cell_left": "import ctypes\nctypes.string_at(0)",
    "a_process_that_kills_itself_leaves_what_the_last_finished_cell_left": "import os\nos.kill(os.getpid(), 9)",
}.items():
    BEHAVIOURS.append(
        Behaviour(
            name=_name,
            cells=("x = 41", "x = 42\n" + _code, "x = 43"),
            captures={2: "x y"},
            check=died_after_the_first,
        )
    )


@behaviour("x = 1", "get_ipython().kernel.do_shutdown(False)", "import time\ntime.sleep(1)", captures={0: "x", 2: "y"})
def a_kernel_that_is_told_to_shut_down_has_died_and_keeps_what_was_captured(execution: Execution) -> None:
    assert execution.status == "died"
    assert scalar(execution, "x") == 1


@behaviour("x = 1", "while True: pass", "import time\ntime.sleep(60)", "y = x", captures={3: "y"}, limits=HASTY)
def a_cell_over_its_time_is_interrupted_and_the_next_one_runs(execution: Execution) -> None:
    assert execution.status == "timeout"
    assert statuses(execution) == ["ok", "timeout", "timeout", "ok"]
    assert "1 s" in execution.reason
    assert scalar(execution, "y") == 1


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
    "import time\ntime.sleep(60)",
    "x = 2",
    captures={1: "x", 2: "x"},
    limits=Limits(cell_seconds=8.0, total_seconds=1.0),
)
def a_notebook_over_its_time_stops(execution: Execution) -> None:
    assert execution.status == "timeout"
    assert statuses(execution) == ["ok", "timeout", "not-run"]
    assert [(c.after_cell, c.place) for c in execution.captures] == [(1, "end"), (1, "last")]


@behaviour(
    "x = 1",
    "while True: print('flood')",
    "y = 2",
    captures={2: "x y"},
    limits=Limits(cell_seconds=40.0, total_seconds=60.0, output_bytes=2_000_000),
)
def a_flood_of_output_is_cut_and_the_next_cell_runs(execution: Execution) -> None:
    assert execution.status == "output"
    assert execution.cells[1].status == "output"
    assert 100_000 < len(text(execution, 1)) <= 2_000_000
    assert execution.seconds < LIMITS.cell_seconds
    assert scalar(execution, "x") == 1
    assert statuses(execution)[2] == "ok"
    assert scalar(execution, "y") == 2


@behaviour("x = 1", "print('a' * 50_000_000)", "y = 2", captures={2: "x"})
def one_huge_message_is_refused(execution: Execution) -> None:
    assert execution.status == "output"
    assert execution.cells[1].status == "output"
    assert len(text(execution, 1)) <= LIMITS.output_bytes
    assert scalar(execution, "x") == 1


@behaviour(
    "x = 1",
    "hog = [bytearray(2**20) for _ in range(3000)]",
    "import numpy as np\nhog = np.zeros((2**30, 2))",
    "y = 2",
    captures={3: "y"},
    limits=Limits(cell_seconds=8.0, total_seconds=20.0, memory_bytes=1024**3),
)
def a_memory_hog_gets_a_memory_error(execution: Execution) -> None:
    assert execution.status == "memory", execution
    assert statuses(execution) == ["ok", "error", "error", "ok"]
    assert "memory" in execution.reason
    assert scalar(execution, "y") == 2


@behaviour(
    "import sys\nsys.stdout.close()",
    "x = 1",
    "print('unheard')",
    "y = 2",
    captures={3: "x y"},
)
def closed_streams_lose_no_values(execution: Execution) -> None:
    assert scalar(execution, "x") == 1
    assert scalar(execution, "y") == 2


@behaviour(
    "k = get_ipython().kernel\n"
    "parent = k.get_parent()\n"
    "send = lambda kind, content: k.session.send(k.iopub_socket, kind, content, parent=parent)\n"
    "send('stream', {})\nsend('stream', {'name': 7, 'text': {'a': 1}})\nsend('display_data', {'data': [1]})\n"
    "send('error', {'ename': [], 'evalue': 1, 'traceback': 'x'})\nsend('no_such_kind', {'a': 1})\n"
    "send('update_display_data', {'transient': {'display_id': 'x'}, 'data': {}})\nsend('clear_output', {'wait': 1})",
    "x = 1",
    captures={1: "x"},
)
def forged_messages_do_no_harm(execution: Execution) -> None:
    assert execution.status == "completed", execution
    assert scalar(execution, "x") == 1


# Traces


@behaviour(
    "import os, subprocess, sys, time",
    "plain = subprocess.Popen(['sleep', '300']).pid\n"
    "session = subprocess.Popen(['sleep', '300'], start_new_session=True).pid\n"
    "daemon = int(subprocess.run([sys.executable, '-c', 'import subprocess; "
    'print(subprocess.Popen(["sleep", "300"], start_new_session=True, stdout=-3, stderr=-3).pid)\'], '
    "capture_output=True, text=True).stdout)\n"
    "forked = os.fork()\nif not forked:\n    os.setsid(); time.sleep(300)",
    captures={1: "plain session daemon forked"},
)
def what_it_started_does_not_outlive_it(execution: Execution) -> None:
    pids = [scalar(execution, name) for name in ("plain", "session", "daemon", "forked")]
    deadline = time.monotonic() + 3
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in pids if alive(pid)] == []


@behaviour(
    "import os\nnames = sorted(os.environ)\nvalues = ' '.join(os.environ.values())\nhere = os.listdir('.')\n"
    "cwd, user_names = os.getcwd(), [name for name in globals() if 'guest' in name or name == 'sources']",
    "open('left.txt', 'w').write('x')\nos.makedirs('a/b')\nos.chmod('a', 0)",
    captures={1: "names values here cwd user_names"},
)
def it_starts_in_an_empty_folder_without_our_environment_and_leaves_nothing(execution: Execution) -> None:
    completed(execution)
    assert "GRADER_TEST_SECRET" not in str(capture(execution, "names").value)
    assert "s3cret" not in str(scalar(execution, "values"))
    assert capture(execution, "here").value == Sequence(items=())
    assert capture(execution, "user_names").value == Sequence(items=())
    cwd = scalar(execution, "cwd")
    assert isinstance(cwd, str)
    assert cwd != os.getcwd()
    assert not Path(cwd).exists()


@behaviour(
    "from prelude import constant\ntext = open('data.csv').read()",
    "open('data.csv', 'w').write('changed')",
    captures={1: "text constant"},
    provided={"data.csv": "1,2", "prelude.py": "constant = 3"},
)
def what_is_provided_lies_beside_the_notebook(execution: Execution) -> None:
    completed(execution)
    assert scalar(execution, "text") == "1,2"
    assert scalar(execution, "constant") == 3


@behaviour(
    "x = 1",
    "k = get_ipython().kernel\nk.session.key = b'other'\nprint('unsigned')",
    "y = 2",
    captures={2: "x"},
)
def messages_that_no_kernel_sends_end_the_process_not_the_grader(execution: Execution) -> None:
    assert execution.status == "died", execution
    assert "messages" in execution.reason
    assert (scalar(execution, "x"), capture(execution, "x").place) == (1, "last")


# Each message that the grader waits for, in a form that no kernel gives it


FORGE = (
    "s = get_ipython().kernel.session; send = s.send\n"
    "def forged(stream, msg, content=None, *a, **k):\n"
    "    if msg == {kind!r}: content = {content}\n"
    "    return send(stream, msg, content, *a, **k)\n"
    "print('before'); s.send = forged"
)


def died_of_its_messages(execution: Execution) -> None:
    assert execution.status == "died", execution
    assert execution.reason == "The process sent messages that no kernel sends, and was ended."
    assert "died" in statuses(execution)
    assert statuses(execution)[-1] == "not-run"
    assert text(execution, 1) == "before\n"
    assert scalar(execution, "x", 0) == 1


for _name, _code in {
    "a_forged_reply": FORGE.format(kind="execute_reply", content="b'[1]'"),
    "a_forged_reply_without_a_status": FORGE.format(kind="execute_reply", content="{}"),
    "a_forged_status": FORGE.format(kind="status", content="b'[1]'"),
    "a_forged_answer_to_whether_it_lives": FORGE.format(
        kind="kernel_info_reply", content="{'protocol_version': 5, 'status': 'ok'}"
    )
    + "\nwhile True: pass",
    "a_forged_answer_with_values": (
        "k = get_ipython().kernel\nprint('before')\n"
        "k.shell_handlers['grader_capture_request'] = lambda stream, ident, request: "
        "k.session.send(stream, 'grader_capture_request_reply', b'[1]', request, ident=ident)"
    ),
}.items():
    BEHAVIOURS.append(
        Behaviour(
            name=_name + "_ends_the_process_and_keeps_what_was_reached",
            cells=("x = 1", _code, "y = 2"),
            captures={0: "x", 2: "x y"},
            check=died_of_its_messages,
            limits=HASTY,
        )
    )
