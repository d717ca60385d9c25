"""The module that a notebook is, and what Python's own tools see of it."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import behaviour
from tests.contract.behaviours.reading import all_ok, error, items, result, scalar, statuses

own = partial(behaviour, together="namespace")


@own(
    "is_main = __name__ == '__main__'",
    "has_file = '__file__' in globals()",
    "if __name__ == '__main__':\n    ran = True",
    "import __main__\nshared = __main__.ran and vars(__main__) is globals()",
    "import sys\nlisted = sys.modules['__main__'] is __main__",
    "__file__",
    captures={5: "is_main has_file ran shared listed"},
)
def a_notebook_is_the_main_module_and_no_file(execution: Execution) -> None:
    assert statuses(execution) == [*["ok"] * 5, "error"]
    names = ("is_main", "has_file", "ran", "shared", "listed")
    assert [scalar(execution, name) for name in names] == [True, False, True, True, True]
    assert error(execution, 5) == ("NameError", "name '__file__' is not defined")


@own(
    "import pickle\nclass Point:\n    def __init__(self, x): self.x = x\n"
    "back = pickle.loads(pickle.dumps(Point(3))).x\nmodule = Point.__module__",
    "import copy\ncopied = copy.deepcopy(Point(4)).x",
    "from dataclasses import dataclass, field\n@dataclass\nclass Layer:\n    size: int = 2\n"
    "    weights: list = field(default_factory=list)\nLayer(3)",
    "from enum import Enum\nfrom typing import NamedTuple\nclass Pair(NamedTuple):\n    a: int\n    b: int\nPair(1, 2)",
    "from functools import lru_cache\n@lru_cache\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(30)",
    captures={1: "back module copied"},
)
def classes_of_a_notebook_can_be_pickled_and_shown(execution: Execution) -> None:
    all_ok(execution)
    assert [scalar(execution, name) for name in ("back", "module", "copied")] == [3, "__main__", 4]
    shown = [result(execution, at) for at in (2, 3, 4)]
    assert shown == ["Layer(size=3, weights=[])", "Pair(a=1, b=2)", "832040"]


@own(
    "import inspect\ndef twice(x):\n    return 2 * x",
    "source = inspect.getsource(twice)\nlines = inspect.signature(twice)",
    "str(lines)",
    "import doctest\ndef one():\n    '''\n    >>> one()\n    1\n"
    "    '''\n    return 1\nfailures = doctest.testmod().failed",
    "import unittest\nclass TestOne(unittest.TestCase):\n    def test_one(self): self.assertEqual(one(), 1)\n"
    "import io\nrunner = unittest.TextTestRunner(stream=io.StringIO())\n"
    "ran = unittest.main(argv=['-'], exit=False, testRunner=runner).result",
    "passed = ran.wasSuccessful() and ran.testsRun == 1",
    captures={5: "source failures passed"},
)
def the_source_of_a_cell_can_be_read_and_tested(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "source") == "def twice(x):\n    return 2 * x\n"
    assert result(execution, 2) == "'(x)'"
    assert scalar(execution, "failures") == 0
    assert scalar(execution, "passed") is True


@own(
    "from IPython import get_ipython as imported\nsame = imported() is get_ipython()",
    "in_notebook = 'IPKernelApp' in get_ipython().config or type(get_ipython()).__name__ == 'ZMQInteractiveShell'",
    "spaces = get_ipython().user_ns is globals()",
    "get_ipython().run_cell('by_call = 5')\ngot = get_ipython().ev('by_call + 1')",
    "before = get_ipython().execution_count\nget_ipython().push({'pushed': 7})",
    captures={4: "same in_notebook spaces by_call got pushed"},
)
def get_ipython_is_the_notebooks_shell(execution: Execution) -> None:
    all_ok(execution)
    names = ("same", "in_notebook", "spaces", "by_call", "got", "pushed")
    assert [scalar(execution, name) for name in names] == [True, True, True, 5, 6, 7]


@own(
    "def hook(*args): ran.append(len(args))\nran = []\nget_ipython().events.register('post_run_cell', hook)",
    "1",
    "get_ipython().events.unregister('post_run_cell', hook)\nhooked = len(ran) >= 1",
    "import sys\nold = sys.excepthook\nsys.excepthook = lambda *a: None",
    "1/0",
    "sys.excepthook = old",
    captures={2: "hooked"},
)
def hooks_of_ipython_run_and_pythons_do_not_hide_errors(execution: Execution) -> None:
    assert statuses(execution) == [*["ok"] * 4, "error", "ok"]
    assert scalar(execution, "hooked") is True
    assert error(execution, 4)[0] == "ZeroDivisionError"


@own(
    "%matplotlib inline\n%config Completer.use_jedi = False", "shadowed = [print := 3]\nprint", "del print", "print(1)"
)
def a_shadowed_builtin_comes_back_when_it_is_deleted(execution: Execution) -> None:
    all_ok(execution)
    assert result(execution, 1) == "3"


@own(
    "import os, platform, sys, time\n"
    "found = [sys.version_info >= (3, 9), os.sep, platform.system(), time.time() > 1e9]",
    "import locale, datetime\nencoding = sys.getfilesystemencoding()\nyear = datetime.datetime.now().year > 2000",
    "numbers = [sys.getrecursionlimit() >= 1000, len(sys.argv) >= 1, os.cpu_count() >= 1]",
    captures={2: "found encoding year numbers"},
)
def the_interpreter_is_an_ordinary_one(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "found") == [True, "/", "Linux", True]
    assert scalar(execution, "encoding") == "utf-8"
    assert items(execution, "numbers") == [True, True, True]


@behaviour(
    "import sys\nlast = [name for name in vars(sys) if name.startswith('last_')]",
    captures={0: "last"},
)
def no_error_has_happened_before_the_first(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "last") == []


@behaviour(
    "import os\nbefore = [_i, _ii, _iii, _, __, ___]\nhere = [str(folder) for folder in _dh] == [os.getcwd()]",
    captures={0: "before here"},
)
def nothing_was_run_or_shown_before_the_first_cell(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "before") == [""] * 6
    assert scalar(execution, "here") is True
