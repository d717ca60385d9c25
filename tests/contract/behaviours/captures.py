"""When values are captured, and what students do to names."""

from __future__ import annotations

from functools import partial

from grader.records import Execution, Scalar, Sequence
from tests.contract.behaviours.behaviour import HASTY, behaviour
from tests.contract.behaviours.reading import all_ok, array, capture, completed, places, scalar, statuses

captured = partial(behaviour, together="captures")


@captured("x = [1]\ny = x\nz = [1]", "x.append(2)\ndel z", captures={0: "x y z", 1: "x z"})
def a_value_is_what_stood_at_its_place_and_aliases_are_told(execution: Execution) -> None:
    first = {c.name: c for c in execution.captures if c.after_cell == 0}
    assert first["x"].value == first["y"].value == Sequence(items=(Scalar(value=1),))
    assert first["x"].identity == first["y"].identity != first["z"].identity
    assert capture(execution, "x", 1).value == Sequence(items=(Scalar(value=1), Scalar(value=2)))
    assert {c.name for c in execution.captures if c.after_cell == 1} == {"x"}


@captured(
    "import numpy as np\nw = np.ones(2)\nalias = w",
    "w *= 2",
    "w = w + 1\nalias[0] = -1",
    captures={0: "w alias", 1: "w alias", 2: "w alias"},
)
def what_later_cells_do_in_place_changes_nothing_that_was_captured(execution: Execution) -> None:
    all_ok(execution)
    assert [array(execution, "w", at)[2] for at in range(3)] == [[1, 1], [2, 2], [3, 3]]
    assert [array(execution, "alias", at)[2] for at in range(3)] == [[1, 1], [2, 2], [-1, 2]]
    shared = [capture(execution, "w", at).identity == capture(execution, "alias", at).identity for at in range(3)]
    assert shared == [True, True, False]


@captured("small = 5\nsame = 5\ntext = 'a'\nnone = None\ncopy = text", captures={0: "small same text none copy"})
def what_python_shares_by_itself_is_no_alias(execution: Execution) -> None:
    all_ok(execution)
    assert {each.identity for each in execution.captures} == {0}


@captured(
    "kept, dropped = 1, 2",
    "del dropped",
    "kept = 3",
    "dropped = 4",
    captures={0: "kept dropped", 1: "kept dropped never", 3: "kept dropped"},
)
def a_name_that_is_gone_is_not_captured_until_it_is_back(execution: Execution) -> None:
    all_ok(execution)
    found = {(name, at): scalar(execution, name, at) for name, at, _ in places(execution)}
    assert found == {
        ("kept", 0): 1,
        ("dropped", 0): 2,
        ("kept", 1): 1,
        ("kept", 3): 3,
        ("dropped", 3): 4,
    }


@captured(
    "def f():\n    inner = 1\n    global outer\n    outer = 2\nf()",
    "exec('executed = 3')\nglobals()['set'] = 4\n[looped := n for n in range(3)]\nfor index in range(2): pass",
    "import builtins\nbuiltins.built = 5\nlen = 6",
    captures={2: "inner outer executed set looped index built len"},
)
def names_count_however_they_came_into_the_notebooks_namespace(execution: Execution) -> None:
    all_ok(execution)
    found = {name: scalar(execution, name) for name, _, _ in places(execution)}
    assert found == {"outer": 2, "executed": 3, "set": 4, "looped": 2, "index": 1, "len": 6}


@captured("del len, set\n_ = 7\n__private = 8\n_hidden_name = 9", captures={0: "_ __private _hidden_name __name__ In"})
def names_with_underscores_are_captured_like_others(execution: Execution) -> None:
    all_ok(execution)
    assert [scalar(execution, name) for name in ("_", "__private", "_hidden_name")] == [7, 8, 9]
    assert scalar(execution, "__name__") == "__main__"
    assert isinstance(capture(execution, "In").value, Sequence)


@behaviour(
    "import numpy as np, builtins, sys\nx = np.ones(2)",
    "list = dict = open = len = str = None\nnp.ndarray = np.asarray = None",
    "%reset -f",
    "y = 3",
    captures={1: "x", 3: "x y"},
)
def captures_survive_what_students_rename_patch_and_reset(execution: Execution) -> None:
    assert places(execution) == [("x", 1, "end"), ("y", 3, "end")]
    assert array(execution, "x") == ("ndarray", "float64", [1, 1])


@behaviour(
    "import builtins, json, os, struct, sys\nx = 1",
    "for module in (builtins, json, os, struct, sys):\n"
    "    for name in ('open', 'print', 'len', 'dumps', 'pack', 'write', 'type', 'isinstance', 'id', 'modules'):\n"
    "        if hasattr(module, name): setattr(module, name, None)",
    "y = 2",
    captures={0: "x", 2: "x y"},
    repeatable=False,
)
def what_was_captured_stays_where_a_process_breaks_its_own_python(execution: Execution) -> None:
    assert execution.status in ("completed", "error", "died")
    assert ("x", 0, "end") in places(execution)
    assert {each.value for each in execution.captures if each.name == "x"} == {Scalar(value=1)}


@behaviour("x = 1", "", "x = 2", captures={0: "x", 1: "x", 5: "x"})
def a_point_after_a_cell_without_code_stands_after_the_one_before_it(execution: Execution) -> None:
    completed(execution)
    assert places(execution) == [("x", 0, "end"), ("x", 1, "end"), ("x", 5, "end")]
    assert [scalar(execution, "x", at) for at in (0, 1, 5)] == [1, 1, 2]


@behaviour(
    "first = 1\nsecond = 2",
    "first = 10",
    "second = 20\nimport os\nos._exit(0)",
    "third = 3",
    captures={0: "first", 2: "second third", 3: "first"},
)
def what_was_captured_before_a_death_stays_and_the_next_points_names_stand_as_last_left(execution: Execution) -> None:
    assert execution.status == "died"
    assert statuses(execution) == ["ok", "ok", "died", "not-run"]
    assert places(execution) == [("first", 0, "end"), ("second", 1, "last")]
    assert (scalar(execution, "first", 0), scalar(execution, "second")) == (1, 2)


@behaviour("x = [1]", "x.append(2)\nwhile True: pass", "y = 2", captures={0: "x", 1: "x", 2: "x y"}, limits=HASTY)
def a_point_after_a_cell_over_its_time_is_reached(execution: Execution) -> None:
    assert statuses(execution) == ["ok", "timeout", "ok"]
    assert places(execution) == [("x", 0, "end"), ("x", 1, "end"), ("x", 2, "end"), ("y", 2, "end")]
    assert [len(capture(execution, "x", at).value.items) for at in range(3)] == [1, 2, 2]


@captured(
    "import numpy as np\nvalues = {f'v{n}': float(n) for n in range(300)}\nglobals().update(values)",
    "large = [np.ones(50_000) for _ in range(20)]\nl0, l1, l2, l3, l4, l5, l6, l7, l8, l9, l10, l11 = large[:12]",
    "small = 1",
    captures={0: " ".join(f"v{n}" for n in range(300)), 1: " ".join(f"l{n}" for n in range(12)), 2: "small large"},
)
def many_values_come_out_as_far_as_they_fit(execution: Execution) -> None:
    all_ok(execution)
    assert [scalar(execution, f"v{n}") for n in range(300)] == [float(n) for n in range(300)]
    kinds = [capture(execution, f"l{n}").value.kind for n in range(12)]
    fitting = kinds.count("array")  # 4 MiB hold some of the twelve arrays of 400 kB, in order
    assert kinds == ["array"] * fitting + ["unreadable"] * (12 - fitting)
    assert 0 < fitting < 12
    assert capture(execution, "large").value.reason == "too large"
    assert scalar(execution, "small") == 1
