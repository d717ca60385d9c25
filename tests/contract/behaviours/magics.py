"""IPython's magics."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import behaviour
from tests.contract.behaviours.reading import (
    all_ok,
    completed,
    error,
    items,
    outputs,
    result,
    scalar,
    statuses,
    streams,
    text,
)

magic = partial(behaviour, together="magics")


@magic(
    "x = 20\n%time y = x + 1",
    "%%time\nz = 2\nz",
    "%timeit -n 2 -r 1 sum([1])",
    "%%timeit -n 1 -r 1\nsum([1])",
    "%prun -q sum([1])",
    captures={4: "y z"},
)
def timing_magics_run_the_code_and_tell_how_long_it_took(execution: Execution) -> None:
    all_ok(execution)
    assert "Wall time" in text(execution, 0)
    assert "Wall time" in text(execution, 1)
    assert result(execution, 1) == "2"
    assert "per loop" in text(execution, 2)
    assert "per loop" in text(execution, 3)
    assert (scalar(execution, "y"), scalar(execution, "z")) == (21, 2)


@magic(
    "%%capture caught\nimport sys\nprint('hidden'); print('also', file=sys.stderr)\nvalue = 4",
    "heard = [caught.stdout, caught.stderr]",
    "caught.show()",
    captures={1: "heard value"},
)
def captured_output_is_not_shown_and_can_be_used(execution: Execution) -> None:
    all_ok(execution)
    assert execution.cells[0].outputs == ()
    assert items(execution, "heard") == ["hidden\n", "also\n"]
    assert scalar(execution, "value") == 4
    assert streams(execution, 2) == {"stdout": "hidden\n", "stderr": "also\n"}


@magic(
    "%load_ext autoreload\n%autoreload 2\nimport helper\nfirst = helper.answer()",
    "%%writefile helper.py\ndef answer():\n    return 42",
    "second = helper.answer()",
    captures={2: "first second"},
    provided={"helper.py": "def answer():\n    return 41\n"},
)
def autoreload_takes_in_a_changed_module(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 1) == "Overwriting helper.py\n"
    assert (scalar(execution, "first"), scalar(execution, "second")) == (41, 42)


@magic(
    "%run script.py 5",
    "doubled = 2 * from_script",
    captures={1: "doubled said"},
    provided={
        "script.py": "import sys\nfrom_script = int(sys.argv[1])\nsaid = [__name__, __file__[-9:]]\nprint('it ran')\n"
    },
)
def run_executes_a_provided_script_in_the_notebooks_namespace(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0) == "it ran\n"
    assert scalar(execution, "doubled") == 10
    assert items(execution, "said") == ["__main__", "script.py"]


@magic(
    "import os\n%mkdir inner",
    "%cd inner",
    "inside = os.path.basename(os.getcwd())\npwd = %pwd\nsame = pwd == os.getcwd()",
    "%cd -q ..\noutside = os.path.isdir('inner')",
    captures={3: "inside same outside"},
)
def the_folder_can_be_changed_and_told(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 1).endswith("/inner\n")
    assert text(execution, 3) == ""
    assert [scalar(execution, name) for name in ("inside", "same", "outside")] == ["inner", True, True]


@magic(
    "%%writefile made.py\nvalue = 8",
    "import made\nvalue = made.value",
    "%%writefile -a made.py\nmore = 9",
    "lines = open('made.py').read().split()",
    captures={3: "value lines"},
)
def a_file_that_a_cell_writes_is_there_for_the_next(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0) == "Writing made.py\n"
    assert scalar(execution, "value") == 8
    assert items(execution, "lines") == ["value", "=", "8", "more", "=", "9"]


@magic(
    "%%bash\necho out; echo err >&2; echo $((6 * 7)) > answer.txt",
    "%%bash --out shouted\necho loud",
    "%%bash\nexit 3",
    "%%sh\ncat answer.txt",
    "%%python\nprint(1 + 1)",
    captures={4: "shouted"},
)
def cells_in_other_languages_run_in_the_same_folder_and_fail_by_their_exit_status(execution: Execution) -> None:
    assert statuses(execution) == ["ok", "ok", "error", "ok", "ok"]
    assert streams(execution, 0) == {"stdout": "out\n", "stderr": "err\n"}
    assert scalar(execution, "shouted") == "loud\n"
    assert error(execution, 2)[0] == "CalledProcessError"
    assert "exit status 3" in error(execution, 2)[1]
    assert [text(execution, at) for at in (3, 4)] == ["42\n", "2\n"]


@magic(
    "%env COURSE=numerics",
    "import os\ncourse = os.environ['COURSE']",
    "told = !echo $COURSE",
    captures={2: "course told"},
)
def a_variable_of_the_environment_reaches_python_and_commands(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0) == "env: COURSE=numerics\n"
    assert scalar(execution, "course") == "numerics"
    assert items(execution, "told") == ["numerics"]


@magic(
    "%precision 3\n3.14159",
    "%precision",
    "import numpy as np\n%config InlineBackend.figure_format = 'retina'",
    "%alias_magic t time",
    "%t w = 3",
    "w",
    captures={5: "w"},
)
def settings_of_the_shell_take_effect(execution: Execution) -> None:
    all_ok(execution)
    assert result(execution, 0) == "3.142"
    assert "Wall time" in text(execution, 4)
    assert result(execution, 5) == "3"


@behaviour("alpha = 1\nbeta = 'b'", "%who", "%whos int", "names = %who_ls", "%history -n 1-2", captures={4: "names"})
def magics_that_list_names_and_history_tell_the_notebooks_own(execution: Execution) -> None:
    completed(execution)
    assert text(execution, 1).split() == ["alpha", "beta"]
    assert text(execution, 2).splitlines()[-1].split() == ["alpha", "int", "1"]
    assert items(execution, "names") == ["alpha", "beta"]
    assert text(execution, 4) == "   1:\nalpha = 1\nbeta = 'b'\n   2: %who\n"


@magic(
    "%no_such_magic",
    "%%no_such_cell_magic\nx = 1",
    "get_ipython().magic('nor_this')",
    "after = 1",
    captures={3: "after"},
)
def an_unknown_magic_fails_its_own_cell(execution: Execution) -> None:
    assert statuses(execution) == ["error", "error", "error", "ok"]
    assert error(execution, 0) == ("UsageError", "Line magic function `%no_such_magic` not found.")
    assert error(execution, 1) == ("UsageError", "Cell magic `%%no_such_cell_magic` not found.")
    assert "not found" in streams(execution, 0)["stderr"]
    assert scalar(execution, "after") == 1


@magic("1 / 0", "%tb", "%xmode Minimal", "1 / 0", "%xmode Context", "%debug", "after = 2", captures={6: "after"})
def the_last_traceback_can_be_shown_again_but_not_debugged(execution: Execution) -> None:
    assert statuses(execution) == ["error", "ok", "ok", "error", "ok", "error", "ok"]
    assert outputs(execution, 1, "error")[0].error_name == "ZeroDivisionError"
    assert len(outputs(execution, 3, "error")[0].traceback) < len(outputs(execution, 0, "error")[0].traceback)
    assert error(execution, 5)[0] == "StdinNotImplementedError"
    assert scalar(execution, "after") == 2


@magic(
    "%pip show --disable-pip-version-check numpy",
    "!python --version",
    "import sys\nversion = 'Python ' + sys.version.split()[0]",
    captures={2: "version"},
)
def pip_tells_of_the_packages_that_are_there_and_python_is_the_classes(execution: Execution) -> None:
    all_ok(execution)
    assert "Name: numpy" in text(execution, 0)
    assert text(execution, 1) == f"{scalar(execution, 'version')}\n"


@magic(
    "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('echo by call')",
    "lines = get_ipython().getoutput('echo taken')",
    "from IPython.core.magic import register_cell_magic, register_line_magic\n"
    "@register_line_magic\ndef double(line): return 2 * int(line)\n"
    "@register_cell_magic\ndef shout(line, cell): print(cell.strip().upper())",
    "twice = %double 21\ntwice",
    "%%shout\nquiet",
    "import numpy as np\n%reset -f array\n%reset_selective -f twice\ngone = 'twice' not in globals()",
    captures={5: "lines twice gone"},
)
def magics_can_be_called_and_made(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0) == "by call\n"
    assert items(execution, "lines") == ["taken"]
    assert result(execution, 3) == "42"
    assert text(execution, 4) == "QUIET\n"
    assert scalar(execution, "gone") is True
    assert [each.name for each in execution.captures if each.name == "twice"] == []
