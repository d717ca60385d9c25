"""Cells that fail: what is told of it, and that the others run."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import behaviour
from tests.contract.behaviours.reading import (
    all_ok,
    capture,
    error,
    outputs,
    result,
    scalar,
    statuses,
    streams,
    text,
    traceback,
)

failing = partial(behaviour, together="errors")


@behaviour("x = 1", "1/0", "def broken(:", "y = x + 1", captures={3: "x y"})
def cells_after_a_failed_one_still_run(execution: Execution) -> None:
    assert execution.status == "error"
    assert statuses(execution) == ["ok", "error", "error", "ok"]
    assert [cell.error.name for cell in execution.cells if cell.error] == ["ZeroDivisionError", "SyntaxError"]
    assert execution.cells[1].outputs[-1].kind == "error"
    assert scalar(execution, "y") == 2


@failing("def inverse(n):\n    return 1 / n\n\nprint('now')\ninverse(0)")
def an_exception_is_told_with_its_name_its_message_and_its_lines(execution: Execution) -> None:
    assert error(execution, 0) == ("ZeroDivisionError", "division by zero")
    (shown,) = outputs(execution, 0, "error")
    assert (shown.error_name, shown.error_message) == ("ZeroDivisionError", "division by zero")
    lines = traceback(execution, 0)
    assert "Cell In[1], line 5" in lines
    assert "Cell In[1], line 2" in lines
    assert "return 1 / n" in lines
    assert lines.rstrip().endswith("ZeroDivisionError: division by zero")
    assert text(execution, 0) == "now\n"


@failing(
    "class Mine(Exception): pass\nraise Mine('own', 2)",
    "try:\n    1/0\nexcept ZeroDivisionError as cause:\n    raise KeyError('key') from cause",
    "assert 1 == 2, 'not equal'",
    "raise Exception",
    "raise BaseException('base')",
    "undefined_name",
    "import no_such_module",
    "open('absent.csv')",
)
def exceptions_of_any_class_are_told(execution: Execution) -> None:
    assert [error(execution, at) for at in range(8)] == [
        ("Mine", "('own', 2)"),
        ("KeyError", "'key'"),
        ("AssertionError", "not equal"),
        ("Exception", ""),
        ("BaseException", "base"),
        ("NameError", "name 'undefined_name' is not defined"),
        ("ModuleNotFoundError", "No module named 'no_such_module'"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'absent.csv'"),
    ]
    assert "direct cause" in traceback(execution, 1)
    assert "ZeroDivisionError" in traceback(execution, 1)


@failing(
    "x = (",
    "if True:\nprint(1)",
    "print 1",
    "return 5",
    "'unterminated",
    "eval('1 +')",
    "yield 3",
    "x = 1\n  y = 2",
    "reached = 'x' not in globals()",
    captures={8: "reached"},
)
def code_that_is_no_python_is_told_and_none_of_its_cell_runs(execution: Execution) -> None:
    names = [error(execution, at)[0] for at in range(8)]
    assert names == ["SyntaxError", "IndentationError", *["SyntaxError"] * 5, "IndentationError"]
    assert "Missing parentheses in call to 'print'" in error(execution, 2)[1]
    assert "line 2" in traceback(execution, 1)
    assert all(outputs(execution, at, "error") for at in range(8))
    assert scalar(execution, "reached") is True


@failing(
    "import sys\nsys.setrecursionlimit(300)\ndef deeper(n): return deeper(n + 1)\ndeeper(0)",
    "nested = []\nfor _i in range(100_000): nested = [nested]\nstr(nested)",
    "sys.setrecursionlimit(1000)\nafter = 1",
    captures={2: "after"},
)
def recursion_without_end_is_an_error_of_its_cell(execution: Execution) -> None:
    assert error(execution, 0) == ("RecursionError", "maximum recursion depth exceeded")
    assert error(execution, 1)[0] == "RecursionError"
    assert (statuses(execution)[2], scalar(execution, "after")) == ("ok", 1)


@behaviour("def deeper(n): return deeper(n + 1)\ndeeper(0)", "after = 1", captures={1: "after"}, engines=("warm",))
def recursion_to_pythons_own_limit_is_told_in_good_time(execution: Execution) -> None:
    # A kernel takes seconds over the thousand frames, and on a busy machine more than a cell has.
    assert error(execution, 0) == ("RecursionError", "maximum recursion depth exceeded")
    assert execution.cells[0].seconds < 10
    assert scalar(execution, "after") == 1


@failing(
    "raise KeyboardInterrupt",
    "try:\n    raise KeyboardInterrupt\nfinally:\n    print('cleaned up')",
    "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)",
    "after = 2",
    captures={3: "after"},
)
def an_interrupt_of_its_own_ends_a_cell_alone(execution: Execution) -> None:
    assert statuses(execution) == ["error", "error", "error", "ok"]
    assert [error(execution, at) for at in range(3)] == [("KeyboardInterrupt", "")] * 3
    assert text(execution, 1) == "cleaned up\n"
    assert execution.cells[2].seconds < 4
    assert scalar(execution, "after") == 2


@failing(
    "import sys\nsys.exit()",
    "sys.exit(3)",
    "raise SystemExit('enough')",
    "exit()",
    "quit()",
    "exit(1)\nwent_on = True",
    "exit",
    "after = 3",
    captures={7: "after went_on"},
)
def ways_out_of_python_do_not_end_the_notebook(execution: Execution) -> None:
    assert statuses(execution) == ["error", "error", "error", "ok", "ok", "ok", "ok", "ok"]
    assert [error(execution, at) for at in range(3)] == [("SystemExit", each) for each in ("", "3", "enough")]
    assert (scalar(execution, "after"), scalar(execution, "went_on")) == (3, True)


@failing(
    "import threading\nthread = threading.Thread(target=lambda: 1/0)\nthread.start()\nthread.join()",
    "class Late:\n    def __del__(self): 1/0\nlate = Late()\ndel late",
    "print('after')",
)
def an_exception_outside_the_cells_own_thread_is_no_failure(execution: Execution) -> None:
    all_ok(execution)
    assert "ZeroDivisionError" in streams(execution, 0)["stderr"]
    assert "ZeroDivisionError" in streams(execution, 1)["stderr"]
    assert text(execution, 2) == "after\n"


@failing(
    "raise ExceptionGroup('several', [ValueError(1), KeyError(2)])",
    "class Silent(Exception):\n    def __str__(self): raise ValueError('in str')\nraise Silent",
    "raise ValueError('x' * 50_000)",
    "raise ValueError('lone \\ud800')",
    "import warnings\nwarnings.simplefilter('error')\nwarnings.warn('strict')",
    "warnings.simplefilter('default')\nafter = 4",
    captures={5: "after"},
)
def odd_exceptions_are_errors_like_others(execution: Execution) -> None:
    assert statuses(execution) == [*["error"] * 5, "ok"]
    assert error(execution, 0) == ("ExceptionGroup", "several (2 sub-exceptions)")
    assert error(execution, 2) == ("ValueError", "x" * 10_000)
    assert error(execution, 4) == ("UserWarning", "strict")
    assert scalar(execution, "after") == 4


@failing(
    "name = input('Your name? ')",
    "import getpass\ngetpass.getpass()",
    "raw = input()",
    "after = 5",
    captures={3: "after name raw"},
)
def input_is_refused_at_once(execution: Execution) -> None:
    assert statuses(execution) == ["error"] * 3 + ["ok"]
    assert {error(execution, at)[0] for at in range(3)} == {"StdinNotImplementedError"}
    assert "does not support input requests" in error(execution, 0)[1]
    assert "does not support input requests" in error(execution, 1)[1]
    assert sum(cell.seconds for cell in execution.cells) < 5
    assert [each.name for each in execution.captures] == ["after"]


@failing("import pdb\npdb.set_trace()", "print('on')", repeatable=False)
def a_debugger_is_refused_its_input(execution: Execution) -> None:
    assert statuses(execution) == ["error", "ok"]
    assert error(execution, 0)[0] == "StdinNotImplementedError"
    assert text(execution, 1) == "on\n"


@behaviour(
    "items = [1]\nx = 1\nitems.append(2)\nx = 2\n1/0\nx = 3", "", captures={0: "x items", 1: "x"}, together="partial"
)
def what_a_failed_cell_did_before_it_failed_counts(execution: Execution) -> None:
    assert statuses(execution) == ["error", "ok"]
    assert scalar(execution, "x", 0) == scalar(execution, "x", 1) == 2
    assert len(capture(execution, "items").value.items) == 2


@behaviour(
    "def handler(shell, kind, value, tb, tb_offset=None):\n    print('handled', kind.__name__)\n"
    "get_ipython().set_custom_exc((ZeroDivisionError,), handler)",
    "1/0",
    "try:\n    int('x')\nexcept ValueError as problem:\n    told = str(problem)\ntold",
    "import traceback\ntry:\n    1/0\nexcept ZeroDivisionError:\n    traceback.print_exc()",
    together="partial",
)
def exceptions_that_are_dealt_with_are_no_failures(execution: Execution) -> None:
    assert statuses(execution)[::2] == ["ok", "ok"]
    assert text(execution, 1) == "handled ZeroDivisionError\n"
    assert result(execution, 2) == "\"invalid literal for int() with base 10: 'x'\""
    assert "ZeroDivisionError: division by zero" in streams(execution, 3)["stderr"]
    assert statuses(execution)[3] == "ok"
