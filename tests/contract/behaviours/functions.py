"""Calls of students' functions: made in copies of the process, each with arguments of its own."""

from __future__ import annotations

from functools import partial

import numpy as np

from grader.records import Array, CallResult, CallsMade, Execution, Mapping, Scalar, Sequence, Unreadable, Value
from tests.contract.behaviours.behaviour import LIMITS, behaviour, calls
from tests.contract.behaviours.reading import all_ok, completed, items, scalar, text

function = partial(behaviour, together="functions")
hasty = partial(behaviour, together="hasty functions", limits=LIMITS)


def floats(*numbers: float, container: str = "ndarray", dtype: str = "float64") -> Array:
    data = np.array(numbers, dtype=dtype)
    return Array(dtype=dtype, shape=data.shape, data=data.tobytes(), container=container)  # type: ignore[arg-type]


def number(value: float) -> Scalar:
    return Scalar(value=value)


def not_a_number() -> Array:
    return Array(dtype="float64", shape=(), data=np.float64("nan").tobytes(), container="number")


def made(execution: Execution) -> CallsMade:
    (only,) = execution.calls
    return only


def results(execution: Execution) -> tuple[CallResult, ...]:
    return made(execution).results


def numbers(value: Value | None) -> list[float]:
    assert isinstance(value, Array), value
    return np.frombuffer(value.data, value.dtype).tolist()  # type: ignore[no-any-return]


@function(
    "import numpy as np\ndef relu(x):\n    return np.maximum(x, 0)",
    calls={0: (calls("relu", (floats(-1, 2),), (floats(3),), (number(-4),)),)},
)
def a_function_is_called_with_each_case(execution: Execution) -> None:
    all_ok(execution)
    assert made(execution).found == "relu"
    assert [result.status for result in results(execution)] == ["returned"] * 3
    assert [numbers(result.value) for result in results(execution)[:2]] == [[0, 2], [3]]
    assert {result.again for result in results(execution)} == {"same"}


@function(
    "import numpy as np\ncount = 0\ndef counted(x):\n    global count\n    count += 1\n    return x + count",
    "count",
    calls={0: (calls("counted", (number(0),), (number(0),)),)},
    captures={1: "count"},
)
def calls_change_nothing_for_later_cells_and_kept_state_is_told(execution: Execution) -> None:
    all_ok(execution)
    assert scalar(execution, "count", 1) == 0
    assert [result.value for result in results(execution)] == [number(1), number(2)]
    assert {result.again for result in results(execution)} == {"state"}


@function(
    "import numpy as np\ndef noisy(x):\n    return x + np.random.rand(2)",
    calls={0: (calls("noisy", (floats(0, 0),)),)},
)
def a_random_answer_is_told(execution: Execution) -> None:
    assert results(execution)[0].again == "random"


@function(
    "import numpy as np\ndef draw(n):\n    return np.random.default_rng().random(n)",
    calls={0: (calls("draw", (number(3),)),)},
    repeatable=False,
)
def a_generator_without_a_seed_is_told_like_state(execution: Execution) -> None:
    assert results(execution)[0].again == "state"


@function(
    "def clip(x, low):\n    x[x < low] = low\n    print('clipped')\n    return x",
    calls={0: (calls("clip", (floats(-1, 2), number(0))),)},
)
def a_changed_argument_and_what_is_printed_are_told(execution: Execution) -> None:
    (result,) = results(execution)
    assert (result.changed, result.printed, numbers(result.value)) == ((0,), "clipped\n", [0, 2])
    assert text(execution, 0) == ""


@function(
    "class Odd(ValueError): pass\ndef root(x):\n    if x < 0: raise Odd('negative')\n    return x ** 0.5",
    calls={0: (calls("root", (number(4.0),), (number(-1.0),), (number(9.0),)),)},
)
def an_exception_is_that_cases_own(execution: Execution) -> None:
    first, second, third = results(execution)
    assert (first.value, third.value) == (number(2.0), number(3.0))
    assert second.status == "raised"
    assert second.error is not None
    assert (second.error.name, second.error.message) == ("Odd", "negative")
    assert second.bases[:2] == ("Odd", "ValueError")


@function(
    "def sign(x):\n    return 1.0 if x > 0 else 0.0",
    calls={0: (calls("sign", (floats(-1, 2),), elementwise=True),)},
)
def a_function_for_one_number_is_tried_with_each_element(execution: Execution) -> None:
    (result,) = results(execution)
    assert (result.status, result.error and result.error.name) == ("raised", "ValueError")
    assert result.elementwise == Sequence(items=(number(0.0), number(1.0)))


@function("relu = 3", calls={0: (calls("relu", (number(1),)),)})
def what_is_no_function_is_told(execution: Execution) -> None:
    assert (made(execution).found, made(execution).callable, results(execution)) == ("relu", False, ())


@function("other = 3", calls={0: (calls("missing", (number(1),)),)})
def a_function_that_is_not_there_is_told(execution: Execution) -> None:
    assert (made(execution).found, results(execution)) == ("", ())


@function(
    "def second(x):\n    return x + 1",
    calls={0: (calls("first second", (number(1),)),)},
)
def the_first_of_several_names_that_is_there_counts(execution: Execution) -> None:
    assert (made(execution).found, results(execution)[0].value) == ("second", number(2))


@function(
    "import torch\nclass Net(torch.nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
    "        self.fc = torch.nn.Linear(n, 1)\n        self.drop = torch.nn.Dropout(0.9)\n"
    "    def forward(self, x):\n        return self.drop(self.fc(x))",
    calls={
        0: (
            calls(
                "Net",
                (floats(1, 2, container="tensor", dtype="float32"),),
                more={
                    "construct": Sequence(container="tuple", items=(number(2),)),
                    "state": Mapping(
                        keys=("w", "b"),
                        values=(
                            Array(
                                dtype="float32",
                                shape=(1, 2),
                                data=np.float32([3, 4]).tobytes(),
                                container="tensor",
                            ),
                            floats(5, container="tensor", dtype="float32"),
                        ),
                    ),
                },
                constructed=True,
            ),
        )
    },
)
def an_object_is_made_filled_with_parameters_and_called(execution: Execution) -> None:
    (result,) = results(execution)
    assert result.status == "returned", result
    assert numbers(result.value) == [16]


@function(
    "def grads(x):\n    return {'dW': x * 2, 'db': (x.sum(), 'text')}",
    calls={0: (calls("grads", (floats(1, 2),)),)},
)
def nested_results_come_out(execution: Execution) -> None:
    value = results(execution)[0].value
    assert isinstance(value, Mapping)
    assert value.keys == ("dW", "db")
    assert isinstance(value.values[1], Sequence)
    assert value.values[1].items[1] == Scalar(value="text")


@function(
    "class Box: pass\nmodel = Box()\nmodel.layers = [Box()]\nmodel.layers[0].weight = {'w': 7}\n"
    "model.predict = lambda x: x * 2",
    captures={0: "model.layers[0].weight['w'] model.nothing model.layers[9]"},
    calls={0: (calls("model.predict", (number(4),)),)},
)
def paths_lead_to_values_and_functions(execution: Execution) -> None:
    assert [capture.name for capture in execution.captures] == ["model.layers[0].weight['w']"]
    assert execution.captures[0].value == Scalar(value=7)
    assert results(execution)[0].value == Scalar(value=8)


@hasty(
    "import time, os\ndef f(x):\n    if x == 1: time.sleep(30)\n    if x == 2: os._exit(3)\n"
    "    if x == 3: raise SystemExit\n    return x",
    "after = 1",
    calls={0: (calls("f", *[(number(at),) for at in range(5)], seconds=0.5),)},
    captures={1: "after"},
)
def a_call_that_hangs_or_ends_its_process_costs_its_own_case(execution: Execution) -> None:
    completed(execution)
    assert [result.status for result in results(execution)] == ["returned", "timeout", "died", "raised", "returned"]
    assert scalar(execution, "after", 1) == 1


@hasty(
    "import sys\ndef loud(x):\n    print('loud'); sys.stderr.write('loud'); sys.__stdout__.write('x')\n"
    "    import os; os.write(1, b'raw'); return x",
    "1",
    calls={0: (calls("loud", (number(1),)),)},
)
def what_calls_print_is_no_cells_output(execution: Execution) -> None:
    completed(execution)
    assert text(execution, 0) == ""
    assert text(execution, 1) == "1"
    assert results(execution)[0].status == "returned"


@function(
    "from IPython.display import clear_output, display\n"
    "def shown(x):\n    display(x)\n    clear_output()\n    display(x, display_id='one')\n    return x + 1",
    "shown(1)",
    calls={0: (calls("shown", (number(1),), (number(2),)),)},
)
def what_calls_display_goes_nowhere(execution: Execution) -> None:
    all_ok(execution)
    assert [(result.status, result.value) for result in results(execution)] == [
        ("returned", number(2)),
        ("returned", number(3)),
    ]
    assert not execution.cells[0].outputs
    assert execution.cells[1].outputs


@function(
    "import matplotlib.pyplot as plt",
    "def plotted(x):\n    plt.plot([1, 2], [x, x])\n    plt.show()\n    return x",
    calls={1: (calls("plotted", (number(1),)),)},
)
def a_call_that_shows_a_figure_returns(execution: Execution) -> None:
    all_ok(execution)
    assert (results(execution)[0].status, results(execution)[0].value) == ("returned", number(1))
    assert not execution.cells[1].outputs


@function(
    "import sys\n"
    "def asks(x):\n"
    "    out = sys.stdout\n"
    "    out.flush()\n"
    "    return [out.encoding.lower(), out.errors, out.isatty(), out.writable(), out.closed, out.name]",
    calls={0: (calls("asks", (number(1),)),)},
)
def what_calls_print_to_answers_as_in_a_cell(execution: Execution) -> None:
    (result,) = results(execution)
    assert result.status == "returned", result
    assert isinstance(result.value, Sequence)
    asked = [item.value for item in result.value.items if isinstance(item, Scalar)]
    assert asked == ["utf-8", "strict", False, True, False, "<stdout>"]


@function(
    "import subprocess, sys\n"
    "def started(x):\n"
    "    subprocess.run(['true'], stdout=sys.stdout, stderr=sys.stderr)\n"
    "    return x",
    calls={0: (calls("started", (number(1),)),)},
)
def a_call_may_hand_on_what_it_prints_to(execution: Execution) -> None:
    assert results(execution)[0].status == "returned", results(execution)


@function(
    "import numpy as np\n"
    "def logs(x):\n    return np.log(x)\n"
    "def both(x):\n    return [float('nan'), complex(0, float('nan')), {'a': np.float32('nan')}, x]\n"
    "def objects(x):\n    return np.array([x * 1.5, float('nan'), None], dtype=object)",
    calls={
        0: (
            calls("logs", (number(-1.0),), (floats(-1, 2),)),
            calls("both", (not_a_number(),), (Sequence(items=(not_a_number(),)),)),
            calls("objects", (number(7.0),), (number(8.0),)),
        )
    },
)
def nan_is_the_same_as_itself(execution: Execution) -> None:
    for each in execution.calls:
        assert [result.status for result in each.results] == ["returned"] * 2
        assert {result.again for result in each.results} == {"same"}
        assert {result.changed for result in each.results} == {()}


@function(
    "def lazy(x):\n    made = (n * n for n in x)\n"
    "    return {'map': map(abs, x), 'zip': zip(x, 'ab'), 'keys': {1: 2}.keys(), 'made': made}\n"
    "def drawn(x):\n    for each in x:\n        print(each)\n        yield each + 1\n"
    "def fails(x):\n    yield 1\n    raise KeyError('later')\n"
    "def endless(x):\n    while True: yield x",
    calls={
        0: (
            calls("lazy", (Sequence(items=(number(-1), number(2))),)),
            calls("drawn", (Sequence(items=(number(1), number(2))),)),
            calls("fails", (number(1),)),
            calls("endless", (number(1),), (number(2),)),
        )
    },
)
def lazy_results_are_read(execution: Execution) -> None:
    lazy, drawn, fails, endless = (each.results for each in execution.calls)
    assert isinstance(lazy[0].value, Mapping)
    pair = [Sequence(container="tuple", items=(number(n), Scalar(value=letter))) for n, letter in ((-1, "a"), (2, "b"))]
    assert lazy[0].value.values == (
        Sequence(items=(number(1), number(2))),
        Sequence(items=tuple(pair)),
        Sequence(items=(number(1),)),
        Sequence(items=(number(1), number(4))),
    )
    assert (drawn[0].value, drawn[0].printed) == (Sequence(items=(number(2), number(3))), "1\n2\n")
    assert (fails[0].status, fails[0].bases[0]) == ("raised", "KeyError")
    assert [isinstance(result.value, Unreadable) for result in endless] == [True, True]
    assert {result.again for results in (lazy, drawn, fails) for result in results} == {"same"}
    assert {result.again for result in endless} <= {"same", ""}  # a busy machine has no time to read it again


@function("made = (n for n in [1, 2])", "left = list(made)", captures={0: "made", 1: "left"})
def a_variable_that_can_be_gone_through_once_is_left_alone(execution: Execution) -> None:
    all_ok(execution)
    assert items(execution, "left") == [1, 2]
