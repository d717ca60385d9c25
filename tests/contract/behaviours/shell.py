"""Shell commands: `!`, `!!`, and what they leave."""

from __future__ import annotations

from functools import partial

from grader.records import Execution
from tests.contract.behaviours.behaviour import HASTY, behaviour
from tests.contract.behaviours.reading import all_ok, items, result, scalar, statuses, streams, text

shell = partial(behaviour, together="shell")


@shell(
    "!echo from the shell", "name = 'w'\n!echo {name} $name ${{HOME:+set}}", "!echo one; echo two >&2", "!!echo listed"
)
def commands_show_what_they_print(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0) == "from the shell\n"
    assert text(execution, 1) == "w w set\n"
    assert sorted(text(execution, 2).split()) == ["one", "two"]
    assert result(execution, 3) == "['listed']"


@shell(
    "!touch a.txt b.txt",
    "files = !ls *.txt",
    "count = len(files)\njoined = files.s\npath = %sx pwd",
    "import os\nsame = os.path.samefile(path[0], os.getcwd())",
    captures={3: "files count joined same"},
)
def their_lines_can_be_assigned(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "files") == ["a.txt", "b.txt"]
    assert [scalar(execution, name) for name in ("count", "joined", "same")] == [2, "a.txt b.txt", True]


@shell(
    "!exit 3",
    "status = _exit_code",
    "!no_such_command_at_all",
    "!false\nafter = 'ran'",
    captures={3: "status after"},
)
def a_command_that_fails_is_no_failure(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "status") == 3
    assert "not found" in text(execution, 2)
    assert scalar(execution, "after") == "ran"


@shell(
    "for i in range(3):\n    !echo $i",
    "def shout(word):\n    answer = !echo {word.upper()}\n    return answer[0]\nshouted = shout('loud')",
    "if True:\n    !echo inside && echo chained",
    "!printf 'no newline'",
    captures={1: "shouted"},
)
def commands_stand_anywhere_in_python(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0) == "0\n1\n2\n"
    assert scalar(execution, "shouted") == "LOUD"
    assert text(execution, 2) == "inside\nchained\n"
    assert text(execution, 3) == "no newline"


@shell(
    '!python -c "import sys; print(sum(map(int, sys.argv[1:])))" 1 2 3',
    "!seq 1 5 | tail -1 > last.txt; cat last.txt; wc -l < last.txt",
    "!mkdir -p deep/er && cd deep && pwd | tail -c 5",
    "import os\nunmoved = os.path.isdir('deep')",
    captures={3: "unmoved"},
)
def pipes_files_and_folders_are_the_shells_own(execution: Execution) -> None:
    all_ok(execution)
    assert text(execution, 0) == "6\n"
    assert text(execution, 1).split() == ["5", "1"]
    assert text(execution, 2) == "deep\n"
    assert scalar(execution, "unmoved") is True


@shell("%%bash\necho $((1 + 1))\nfor n in 1 2; do echo n$n; done", "%%bash --bg\nsleep 0", "print('on')")
def bash_scripts_run(execution: Execution) -> None:
    all_ok(execution)
    assert streams(execution, 0) == {"stdout": "2\nn1\nn2\n"}
    assert text(execution, 2) == "on\n"


@behaviour("x = 1", "!sleep 60", "%%bash\nsleep 60", "y = x", captures={3: "y"}, limits=HASTY)
def a_command_over_its_time_is_interrupted(execution: Execution) -> None:
    assert execution.status == "timeout"
    assert statuses(execution) == ["ok", "timeout", "timeout", "ok"]
    assert scalar(execution, "y") == 1


@behaviour("x = 1", "!cat; echo read", "y = x", captures={2: "y"}, limits=HASTY)
def a_command_that_waits_for_input_holds_nothing_up_for_ever(execution: Execution) -> None:
    assert statuses(execution)[::2] == ["ok", "ok"]
    assert statuses(execution)[1] in ("ok", "timeout")
    assert execution.seconds < 8
    assert scalar(execution, "y") == 1
