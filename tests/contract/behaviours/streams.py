"""What is written to stdout and stderr, by whatever way."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import behaviour
from tests.contract.behaviours.reading import all_ok, result, scalar, statuses, streams, text

written = partial(behaviour, together="streams")


# What comes past Python is heard a little later, and beside the rest: not in an order, nor always in time for its cell.
beside = partial(written, repeatable=False)
MOMENT = "import time\ntime.sleep(0.6)"


def said(execution: Execution) -> dict[str, list[str]]:
    """The lines that all cells wrote to each stream, in alphabetical order."""
    lines: dict[str, list[str]] = {}
    for at in range(len(execution.cells)):
        for stream, shown in streams(execution, at).items():
            lines.setdefault(stream, []).extend(shown.splitlines())
    return {stream: sorted(each) for stream, each in lines.items()}


@beside("import os\nos.write(1, b'to one\\n'); os.write(2, b'to two\\n')\nprint('by Python')", MOMENT)
def bytes_written_to_the_descriptors_are_shown(execution: Execution) -> None:
    all_ok(execution)
    assert said(execution) == {"stdout": ["by Python", "to one"], "stderr": ["to two"]}


@beside(
    "import os, subprocess\nsubprocess.run('echo out; echo err >&2', shell=True, check=True);",
    "os.system('echo by system');",
    "subprocess.run(['echo', 'taken'], capture_output=True, text=True).stdout",
    MOMENT,
)
def what_commands_write_is_shown_unless_it_is_taken(execution: Execution) -> None:
    all_ok(execution)
    assert said(execution) == {"stdout": ["by system", "out"], "stderr": ["err"]}
    assert result(execution, 2) == "'taken\\n'"


@beside("import sys\nsys.__stdout__.write('the original\\n')\nsys.__stdout__.flush()", MOMENT)
def what_the_original_stdout_is_given_is_shown(execution: Execution) -> None:
    all_ok(execution)
    assert said(execution) == {"stdout": ["the original"]}


@beside("import ctypes\nlibc = ctypes.CDLL(None)\nlibc.printf(b'from C\\n')\nlibc.fflush(None);", MOMENT)
def what_c_code_prints_is_shown(execution: Execution) -> None:
    all_ok(execution)
    assert said(execution) == {"stdout": ["from C"]}


@written(
    "import sys\nprint('a', end='', flush=True)\nprint('b', flush=True)\nsys.stdout.write('c')\nsys.stdout.flush()",
    "print(1); print(2, file=sys.stderr); print(3)",
    "sys.stdout.writelines(['x\\n', 'y\\n'])",
    "sys.stdout.isatty(), sys.stderr.isatty(), sys.stdout.encoding.lower()",
)
def flushed_pieces_come_together_and_streams_come_apart(execution: Execution) -> None:
    all_ok(execution)
    assert [streams(execution, at) for at in range(3)] == [
        {"stdout": "ab\nc"},
        {"stdout": "1\n3\n", "stderr": "2\n"},
        {"stdout": "x\ny\n"},
    ]
    assert result(execution, 3) == "(False, False, 'utf-8')"


@written(
    "import warnings\nwarnings.warn('careful')",
    "import logging\nlogging.warning('logged')\nlogging.getLogger('course').error('worse')",
    "import sys\nprint('to stderr', file=sys.stderr)",
    "import numpy as np\nnp.array([1.0]) / 0",
)
def warnings_logs_and_text_on_stderr_are_no_failures(execution: Execution) -> None:
    all_ok(execution)
    assert "UserWarning: careful" in streams(execution, 0)["stderr"]
    assert streams(execution, 1) == {"stderr": "WARNING:root:logged\nERROR:course:worse\n"}
    assert streams(execution, 2) == {"stderr": "to stderr\n"}
    assert "RuntimeWarning: divide by zero" in streams(execution, 3)["stderr"]


@written(
    "print('10%\\r50%\\r100%')",
    "for step in range(3):\n    print(f'\\r{step}', end='', flush=True)",
    "print('a\\bb \\x1b[31mred\\x1b[0m \\t tab')",
    "print('ends\\r\\nso')",
)
def carriage_returns_overwrite_as_a_terminal_does(execution: Execution) -> None:
    all_ok(execution)
    assert [text(execution, at) for at in (0, 1, 3)] == ["100%\n", "2", "ends\nso\n"]
    assert text(execution, 2) == "a\bb \x1b[31mred\x1b[0m \t tab\n"


@written(
    "print('\\n'.join(map(str, range(10_000))))",
    "print('x' * 200_000)",
    "for i in range(1000): print(i, flush=True)",
)
def long_outputs_come_whole_and_in_order(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0).splitlines() == [str(number) for number in range(10_000)]
    assert text(execution, 1) == "x" * 200_000 + "\n"
    assert text(execution, 2).splitlines() == [str(number) for number in range(1000)]


@written(
    "name = 'žluťoučký 漢字 🐎'\nprint(name)",
    "import sys\nprint('über', file=sys.stderr)",
    "print('nul \\0 bell \\a')",
    "!echo žluťoučký",
    "名前 = 3\nprint(名前)",
    captures={4: "name 名前"},
)
def text_of_any_script_comes_through(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "name") == "žluťoučký 漢字 🐎"
    assert scalar(execution, "名前") == 3
    assert text(execution, 0) == "žluťoučký 漢字 🐎\n"
    assert streams(execution, 1) == {"stderr": "über\n"}
    assert [text(execution, at) for at in (2, 3, 4)] == ["nul \0 bell \a\n", "žluťoučký\n", "3\n"]


@written("print('\\ud800')", "lone = '\\ud800'\nlone", "print('after')", captures={2: "lone"})
def what_is_no_text_is_no_failure(execution: Execution) -> None:
    all_ok(execution)
    assert result(execution, 1) == "'\\ud800'"
    assert scalar(execution, "lone") == "?"
    assert text(execution, 2) == "after\n"


@beside("import os\nos.write(1, b'\\xff\\xfe\\n'); os.write(1, 'žlu\\n'.encode());", "print('heard')", MOMENT)
def bytes_that_are_no_text_are_no_failure(execution: Execution) -> None:
    all_ok(execution)
    assert {"heard", "žlu"} < set(said(execution)["stdout"])


@written(
    "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as caught:\n    print('caught')",
    "got = caught.getvalue()\nprint('shown')",
    captures={1: "got"},
)
def redirected_output_goes_where_it_is_sent(execution: Execution) -> None:
    all_ok(execution)
    assert execution.cells[0].outputs == ()
    assert scalar(execution, "got") == "caught\n"
    assert text(execution, 1) == "shown\n"


@written(
    "import io, sys\nold = sys.stdout\nsys.stdout = io.StringIO()\nprint('kept')",
    "print('kept too')\n5",
    "text, sys.stdout = sys.stdout.getvalue(), old",
    "print('shown again')",
    captures={3: "text"},
)
def a_replaced_stdout_keeps_what_is_printed_until_it_is_put_back(execution: Execution) -> None:
    all_ok(execution)
    assert execution.cells[0].outputs == ()
    assert result(execution, 1) == "5"
    assert scalar(execution, "text") == "kept\nkept too\n"
    assert text(execution, 3) == "shown again\n"


@written(
    "import threading, time\nthread = threading.Thread(target=print, args=('from a thread',))\n"
    "thread.start()\nthread.join()",
    "def later():\n    time.sleep(0.2)\n    print('later')\nthread = threading.Thread(target=later)\nthread.start()",
    "thread.join()\nprint('joined')",
)
def what_threads_print_is_shown_in_the_cell_that_runs(execution: Execution) -> None:
    all_ok(execution)
    assert [text(execution, at) for at in range(3)] == ["from a thread\n", "", "later\njoined\n"]


@beside(
    "import os\nprint('parent')\nif (pid := os.fork()) == 0:\n"
    "    os.write(1, b'child\\n')\n    os._exit(0)\nos.waitpid(pid, 0);",
    MOMENT,
)
def what_child_processes_write_is_shown(execution: Execution) -> None:
    all_ok(execution)
    assert said(execution) == {"stdout": ["child", "parent"]}


@written(
    "import multiprocessing, time\ndef say(): print('from a process')\n"
    "process = multiprocessing.get_context('fork').Process(target=say)\nprocess.start()\nprocess.join()\n"
    "time.sleep(0.5)",
    MOMENT,
)
def what_child_processes_print_is_shown(execution: Execution) -> None:
    all_ok(execution)
    assert said(execution) == {"stdout": ["from a process"]}


@behaviour("import sys\nsys.stdout.close()", "x = 1", "print('unheard')", "y = 2", captures={3: "x y"})
def closed_streams_lose_no_values(execution: Execution) -> None:
    assert scalar(execution, "x") == 1
    assert scalar(execution, "y") == 2


@behaviour("import os\nos.close(0); os.close(1); os.close(2)", "print('heard')\ny = 2", "y", captures={2: "y"})
def closed_descriptors_lose_neither_output_nor_values(execution: Execution) -> None:
    assert statuses(execution) == ["ok"] * 3
    assert text(execution, 1) == "heard\n"
    assert scalar(execution, "y") == 2


@written(
    "import sys\nsys.stdin.read()",
    "sys.stdin.isatty()",
    "import os\nos.read(0, 10)",
    "for line in sys.stdin: print(line)",
)
def standard_input_is_empty(execution: Execution) -> None:
    all_ok(execution)
    assert [result(execution, at) for at in range(3)] == ["''", "False", "b''"]
    assert text(execution, 3) == ""
