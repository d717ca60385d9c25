"""Functions that students write: what authors may say of them, what is refused, and what the reference gives."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
import pytest

from grader.assignment.loading import Loaded, load
from grader.errors import AssignmentError
from grader.records import Scalar

HEAD = """\
import torch
from grader import Assignment, Tolerance, call, hidden, integers, normal, raises, uniform

a = Assignment("a", title="A", points=1)
t = a.task("Task 1")
"""


def write(folder: Path, body: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "assignment.py").write_text(HEAD + textwrap.dedent(body), encoding="utf-8")
    return folder


def loaded(tmp_path: Path, body: str) -> Loaded:
    return load(write(tmp_path / "reference", body))


def test_cases_are_written_or_drawn_and_the_reference_answers_each(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """
        @t.function(points=1, cases=[[-1.0, 2.0], normal(3, 4, n=2, seed=1), integers(2, low=0, high=5), 3])
        def double(x):
            return 2 * x
        """,
    )
    (check,) = found.spec.checks
    assert check.function is not None
    assert check.function.calls.count == 5
    expected = found.reference.functions["double"].expected
    assert [np.shape(answer) for answer in expected] == [(2,), (3, 4), (3, 4), (2,), ()]
    assert expected[0].tolist() == [-2, 4]  # type: ignore[union-attr]


def test_several_arguments_are_tuples_and_draws_go_together(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """
        @t.function(points=1, cases=[(normal(2, 3, n=4, seed=1), uniform(3, n=4, seed=2), {"k": [1.0]}, "mean")])
        def f(x, w, params, how):
            assert how == "mean"
            return (x @ w).mean() * params["k"][0]
        """,
    )
    assert len(found.reference.functions["f"].expected) == 4


def test_draws_are_the_same_each_time_and_their_digest_stands_for_them(tmp_path: Path) -> None:
    body = "@t.function(points=1, cases=[normal(3, n=2, seed={seed})])\ndef f(x):\n    return x\n"
    first, again, other = (load(write(tmp_path / f"r{n}", body.format(seed=s))) for n, s in enumerate((1, 1, 2)))
    assert first.spec.inputs.keys() == again.spec.inputs.keys() != other.spec.inputs.keys()


def test_nested_results_are_expected_as_they_are(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """
        @t.function(points=1, cases=[[1.0, 2.0]])
        def f(x):
            return {"dW": x * 2, "db": (x.sum(), "text")}
        """,
    )
    (answer,) = found.reference.functions["f"].expected
    assert answer.keys == ("dW", "db")  # type: ignore[union-attr]


def test_a_module_gets_the_references_parameters(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """
        @t.function(points=1, cases=[normal(4, 3, seed=1)], construct=(3, 2), load_state=True, arguments="tensor")
        class Net(torch.nn.Module):
            def __init__(self, inputs, outputs):
                super().__init__()
                self.fc = torch.nn.Linear(inputs, outputs)
            def forward(self, x):
                return self.fc(x)
        """,
    )
    function = found.reference.functions["Net"]
    assert function.calls.constructed
    assert function.state is not None
    assert list(function.state) == ["fc.weight", "fc.bias"]
    assert np.shape(function.expected[0]) == (4, 2)


WRONG = {
    "raises": ("def f(x):\n    return x / [1]\n", "raised TypeError", 8),
    "nothing": ("def f(x):\n    x + 1\n", "returns nothing", 7),
    "an object": ("def f(x):\n    return object()\n", "returns a object", 7),
    "NaN": ("def f(x):\n    return (x - 5).log()\n", "gives NaN for case 0", 7),
    "another shape for other inputs": (
        "def f(x):\n    return x[x > 0]\n",
        "another shape for case 2 than for case 0",
        7,
    ),
    "global state": ("n = []\ndef f(x):\n    n.append(1)\n    return x + len(n)\n", "isn't deterministic", 8),
    "a global generator": ("def f(x):\n    return x + torch.rand(())\n", "isn't deterministic", 7),
    "its own generator": (
        "g = torch.Generator()\ndef f(x):\n    return x + torch.rand((), generator=g)\n",
        "isn't deterministic",
        8,
    ),
    "changes its argument": ("def f(x):\n    x += 1\n    return x\n", "changes 'x' in place", 7),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_reference_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    source, says, line = WRONG[name]
    definition = source.index("def f")
    body = source[:definition] + "@t.function(points=1, cases=[[1.0, 2.0], 3.0, [-1.0, 1.0]])\n" + source[definition:]
    with pytest.raises(AssignmentError) as refused:
        loaded(tmp_path, body)
    assert says in str(refused.value)
    assert f"assignment.py:{line}:" in str(refused.value)
    assert refused.value.remedy


def test_a_shape_may_depend_on_the_numbers_where_the_author_says_so(tmp_path: Path) -> None:
    loaded(
        tmp_path,
        "@t.function(points=1, cases=[[1.0, 2.0], [-1.0, 1.0]], varying_shape=True)\ndef f(x):\n    return x[x > 0]\n",
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("", "no list of cases"),
        ("cases=[]", "no list of cases"),
        ("cases=[(1.0, 2.0)], names='f(x)'", "calls a function"),
        ("cases=[object()]", "can't be read"),
        ("cases=[1.0], credit='half'", "credit='half'"),
        ("cases=[1.0], seconds=0", "seconds=0"),
        ("cases=[1.0], arguments='table'", "arguments='table'"),
        ("cases=[1.0], scalars='accept'", "no option 'scalars'"),
        ("cases=[raises(ValueError, 1.0)]", "raises nothing for case 0"),
        ("cases=[hidden('x.npy')]", "hidden('x.npy') isn't there"),
        ("cases=[hidden('provided/x.npy')]", "which students see"),
        ("cases=[normal(2, n=1001)]", "1000 is the most"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_line(tmp_path: Path, options: str, says: str) -> None:
    with pytest.raises(AssignmentError) as refused:
        loaded(tmp_path, f"@t.function(points=1{', ' + options if options else ''})\ndef f(x):\n    return x\n")
    assert says in str(refused.value)
    assert "assignment.py:" in str(refused.value)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("@t.property(points=1, q=call('f', 1.0), w='z')\ndef p(q):\n    return True\n", "'w' is neither an option"),
        ("@t.property(points=1)\ndef p(q, y=3):\n    return True\n", "names nothing that can be judged"),
        ("@t.property(points=1, arguments='table')\ndef p(q):\n    return True\n", "arguments='table'"),
        ("@t.property(points=1, dtype='float99')\ndef p(q):\n    return True\n", "dtype='float99'"),
        ("@t.property(points=1, q='df.mean()')\ndef p(q):\n    return True\n", "calls a function"),
        ("@t.property(points=1)\ndef p(q, y=hidden('y.npy')):\n    return True\n", "hidden('y.npy') isn't there"),
        (
            "@t.value(points=1, names='df[\"score\"].mean()')\ndef v():\n    return 1.0\n",
            "calls a function, and a path only looks up",
        ),
        ("a.given_by_student('w', shape=3)\n", "shape=3 is no shape"),
        ("a.given_by_student('w', shape=(3,), spread=(2, 1))\n", "no range"),
    ],
)
def test_properties_paths_and_draws_that_cannot_be_meant_are_refused(tmp_path: Path, body: str, says: str) -> None:
    with pytest.raises(AssignmentError) as refused:
        loaded(tmp_path, body)
    assert says in str(refused.value)


def test_a_value_whose_shape_depends_on_the_givens_numbers_is_refused(tmp_path: Path) -> None:
    body = "a.given(x=[1.0, 2.0, -1.0])\n@t.value(points=1)\ndef y(x):\n    return x[x > 0]\n"
    with pytest.raises(AssignmentError, match="another shape for other numbers"):
        loaded(tmp_path, body)
    loaded(tmp_path, body.replace("points=1", "points=1, varying_shape=True"))


def test_a_predicate_that_changes_what_it_judges_by_judges_everybody_alike(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    body = """
        a.given(x=[3.0, 4.0])
        @t.property(points=1)
        def p(q, x, held=hidden("held.npy")):
            x += 1
            held += 1
            return bool(x[0] == 4 and held[0] == 1)
        """
    write(folder, body)
    np.save(folder / "held.npy", np.zeros(2))
    judge = load(folder).reference.properties["p"].judge
    assert [judge({"q": Scalar(value=1)}).share for _ in range(2)] == [1, 1]


def test_parameters_with_defaults_may_be_left_out_of_cases(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """
        @t.function(points=1, cases=[2.0, (2.0, 3.0), (2.0, 3.0, 1.0)])
        def line(x, slope=2.0, intercept=0.5):
            return slope * x + intercept
        """,
    )
    expected = found.reference.functions["line"].expected
    assert [float(answer) for answer in expected] == [4.5, 6.5, 7.0]  # type: ignore[arg-type]


@pytest.mark.parametrize("case", ["()", "(1.0, 2.0, 3.0, 4.0)"])
def test_too_few_or_too_many_arguments_are_refused_with_how_many_there_may_be(tmp_path: Path, case: str) -> None:
    body = f"""
        @t.function(points=1, cases=[{case}])
        def line(x, slope=2.0, intercept=0.5):
            return slope * x + intercept
        """
    with pytest.raises(AssignmentError, match="where the function takes 1 to 3"):
        loaded(tmp_path, body)


def test_a_parameter_that_is_annotated_as_a_number_gets_one(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """
        @t.function(points=1, cases=[(1.0, 3, 2.0)])
        def steps(start: float, count: int, x):
            assert type(start) is float and type(count) is int and isinstance(x, torch.Tensor)
            return torch.stack([start + x * step for step in range(count)])
        """,
    )
    assert found.reference.functions["steps"].expected[0].tolist() == [1, 3, 5]  # type: ignore[union-attr]


def test_arrays_arrive_as_tensors_where_the_reference_is_a_module(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """
        @t.function(points=1, construct=(3, 2), load_state=True, cases=[normal(5, 3, seed=1)])
        class Net(torch.nn.Module):
            def __init__(self, inputs, outputs):
                super().__init__()
                self.fc = torch.nn.Linear(inputs, outputs)
            def forward(self, x):
                return self.fc(x)
        """,
    )
    (case,) = found.reference.functions["Net"].cases
    assert case.arguments[0].container == "tensor"  # type: ignore[union-attr]


def test_what_an_object_is_made_with_is_a_tuple(tmp_path: Path) -> None:
    body = """
        @t.function(points=1, construct=5, cases=[1.0])
        class Scale:
            def __init__(self, by): self.by = by
            def __call__(self, x): return self.by * x
        """
    with pytest.raises(AssignmentError, match="construct=5 is no tuple"):
        loaded(tmp_path, body)


@pytest.mark.parametrize(
    ("body", "says", "remedy"),
    [
        ("normal((3, 4), n=2)", r"normal\(\) takes the lengths of a shape one by one", "Write normal(3, 4)."),
        ("t.function(points=1, name='f', cases=[...])(lambda x: x)", "still to be written", "in place of “...”"),
        ("normal(3, n=0)", "n=0 is no number of draws", "Write n=3"),
        ("Assigment('b')", "NameError", "Mend the statement."),
        ("Draws = Tolerence", "NameError", "Mend the statement."),
        ("t.value(points=1, replaced={'N': 2})(lambda: 1)", "no option 'replaced'", "belongs on Assignment"),
        (
            "t.function(points=1, name='f', cases=[hidden('gone.npy')])(lambda x: x)",
            r"hidden\('gone.npy'\) isn't there",
            "Put gone.npy beside assignment.py.",
        ),
        (
            "t.function(points=1, name='f', cases=[1.0, 'a'])(lambda x: x + 1)",
            "called with case 2, raised TypeError",
            "several arguments are a tuple",
        ),
    ],
)
def test_a_mistake_of_the_authors_is_told_with_what_to_do(tmp_path: Path, body: str, says: str, remedy: str) -> None:
    with pytest.raises(AssignmentError, match=says) as caught:
        loaded(tmp_path, body)
    assert remedy in caught.value.remedy
    assert caught.value.line == HEAD.count("\n") + 1


def test_a_name_of_graders_that_is_not_imported_is_said_to_be_missing(tmp_path: Path) -> None:
    folder = write(tmp_path / "reference", "")
    (folder / "assignment.py").write_text("from grader import Assignment\nx = Tolerance()\n", encoding="utf-8")
    with pytest.raises(AssignmentError) as caught:
        load(folder)
    assert caught.value.remedy == "Import it: from grader import Tolerance."
