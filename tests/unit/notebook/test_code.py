import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.notebook import CellCode, Display, analyse, imported_modules
from grader.notebook.code import SOURCE_CHARACTERS

MODULES = {"np": "numpy", "torch": "torch", "F": "torch", "nn": "torch"}


def displays(source: str) -> list[tuple[str, str | None]]:
    return [(display.label, display.name) for display in analyse(source, MODULES).displays]


@pytest.mark.parametrize(
    ("source", "assigned"),
    [
        ("x = 1\ny = 2\nx = 3", ("x", "y")),
        ("a, (b, *c) = f()", ("a", "b", "c")),
        ("a = b = 1", ("a", "b")),
        ("x += 1\ny: int = 2\nz: int", ("x", "y")),
        ("for i, (a, b) in rows:\n    c = a", ("i", "a", "b", "c")),
        ("with open(p) as f:\n    x = f.read()", ("f", "x")),
        ("if (n := len(a)) > 1:\n    y = n\nelse:\n    z = n", ("n", "y", "z")),
        ("total = sum(last := x for x in xs)", ("total", "last")),
        ("try:\n    x = 1\nexcept E as e:\n    y = 2", ("x", "y")),
        (
            "import numpy as np\nfrom a import b\ndef f():\n    inner = 1\nclass C:\n    field = 1\ng = lambda q: q",
            ("g",),
        ),
        ("grads['w'] = 1\nw.grad = None", ()),
        ("%time x = 1", ("x",)),
        ("%%time\nx = 1", ("x",)),
        ("%matplotlib inline\n!pip install x\nfiles = !ls\nx = 1\nx?", ("files", "x")),
        ("if x:\n    %pip list\ny = 1", ("y",)),
        ("x = (5\n% 3)", ("x",)),
        ("%%bash\nx=1", ()),
    ],
)
def test_names_bound_at_module_level_are_found_in_order(source, assigned):
    assert analyse(source).assigned == assigned


@pytest.mark.parametrize(
    ("expression", "of"),
    [
        ("a2_t", "a2_t"),
        ("a2_t.numpy()", "a2_t"),
        ("a2_t.detach().cpu().numpy()", "a2_t"),
        ("a2_t.data.clone()", "a2_t"),
        ("np.array(a2_t)", "a2_t"),
        ("np.asarray(a2_t.detach(), dtype=float)", "a2_t"),
        ("torch.tensor(a2_n)", "a2_n"),
        ("torch.from_numpy(np.copy(a2_n))", "a2_n"),
        ("list(a2_t.tolist())", "a2_t"),
        ("float(loss_t.item())", "loss_t"),
        ("(alias := a2_t)", None),
        ("a2_t.T", None),
        ("a2_t + 0", None),
        ("np.exp(a2_t)", None),
        ("model.copy_weights(a2_t)", None),
        ("softmax(z2)", None),
        ("a2_t[0]", None),
        ("5", None),
    ],
)
def test_aliases_see_through_conversions_but_not_through_computation(expression, of):
    assert analyse(f"out = {expression}", MODULES).aliases.get("out") == of


def test_the_last_assignment_decides_what_a_name_is_an_alias_of():
    assert analyse("a = x\nb = y\na = x + 1\nb = z").aliases == {"b": "z"}
    assert analyse("a = x\na += 1").aliases == {}
    assert analyse("a = a").aliases == {}


def test_tuples_are_taken_apart():
    assert analyse("a, b = x, y.copy()").aliases == {"a": "x", "b": "y"}
    assert analyse("a, b = pair").aliases == {}


def test_functions_named_by_from_imports_convert_too():
    assert analyse("from numpy import array\nout = array(x)").aliases == {"out": "x"}


def test_reads_are_united_over_all_right_hand_sides_of_a_name():
    code = analyse(
        "a = x\na = f(y)\na += z\nfor i in rows:\n    b = [c for c in i]\ng['w'] = v\ndef h():\n    return q"
    )
    assert code.reads_of["a"] == {"x", "f", "y", "a", "z"}
    assert code.reads_of["i"] == {"rows"}
    assert code.reads_of["g"] == {"v"}
    assert code.reads_of["h"] == {"q"}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("print(a2_t)", [("", "a2_t")]),
        ("print('a2:', a2_t, 'loss =', loss_t.item())", [("a2", "a2_t"), ("loss", "loss_t")]),
        ("print(f'loss: {loss_t:.4f} and {x + 1}')", [("loss", "loss_t"), ("and", None)]),
        ("print('loss: %.4f, acc: %d%%' % (loss, acc))", [("loss", "loss"), ("acc", "acc")]),
        ("print('loss: %f' % loss)", [("loss", "loss")]),
        ("print('loss: {} acc: {:.2f}'.format(loss, acc))", [("loss", "loss"), ("acc", "acc")]),
        ("print('loss: ' + str(loss))", [("loss", "loss")]),
        ("print(a + b)", [("", None)]),
        ("display(a2_n)", [("", "a2_n")]),
        ("print('words only')", []),
        ("print(x, sep='')", [("", "x")]),
        ("print(x, file=log)", []),
        ("a2_t", [("", "a2_t")]),
        ("x = 1\nx  # shown;", [("", "x")]),
        ("x;", []),
        ("é = 'é'; x ;", []),
        ("z1, a1.numpy()", [("", "z1"), ("", "a1")]),
        ("print(a)\nb", [("", "a"), ("", "b")]),
        ("x = 1", []),
        ("print(\n  'a',\n  b\n)", [("a", "b")]),
        ("print('{' .format(x))", [("{", "x")]),
    ],
)
def test_displays_are_what_a_cell_shows_with_the_words_before(source, found):
    shown = displays(source)
    assert [(label.strip("{"), name) for label, name in shown] == [(label.strip("{"), name) for label, name in found]


@pytest.mark.parametrize(
    "source",
    [
        "for x in xs:\n    print(x)",
        "while True:\n    print(x)",
        "def show(x):\n    print(x)",
        "if verbose:\n    print(x)",
        "[print(x) for x in xs]",
        "show = lambda x: print(x)",
        "print(*x)",
    ],
)
def test_displays_that_may_come_any_number_of_times_say_so(source):
    assert analyse(source).displays[0] == Display(label="", name="x", reads=frozenset({"x"}), repeated=True)


def test_displays_tell_all_names_that_they_read():
    (display,) = analyse("print(np.round(a2_n - b, 4))").displays
    assert display.reads == {"np", "a2_n", "b"}
    assert (display.name, display.repeated) == (None, False)


def test_modules_are_those_whose_names_are_used():
    assert analyse("y = F.relu(x)", MODULES).modules == {"torch"}
    assert analyse("y = np.exp(x)").modules == {"numpy"}
    assert analyse("import torch\nx = 1").modules == frozenset()
    assert analyse("from torch import relu\ny = relu(x)").modules == {"torch"}


def test_imports_are_collected_over_a_notebook():
    sources = [
        "%matplotlib inline\nimport numpy as np\nimport torch.nn.functional as F\nimport os.path",
        "from torch import nn, optim as o",
        "def f():\n    import pandas as pd",
        "import (",
        "from . import mine",
    ]
    expected = {"np": "numpy", "F": "torch", "os": "os", "nn": "torch", "o": "torch", "pd": "pandas"}
    assert imported_modules(sources) == expected


@pytest.mark.parametrize(
    "source",
    [
        *("x = (", "x = 'a\x00b'", "\x00", "def", "", "   ", "\\", "\ufffd", "x = '\\d'", "x = 0777"),
        *("(" * 10_000, "-" * 50_000 + "1", "x = " + "[" * 5_000 + "]" * 5_000, "x = a" + ".b" * 50_000),
        *("x = " + "1+" * 50_000 + "1", "x = 1" + "0" * 10_000, "if x:\n" * 5_000, "x = f(" * 10_000, "\n" * 100_000),
        "x = 1\n" * SOURCE_CHARACTERS,
    ],
)
def test_any_text_is_survived(source):
    assert isinstance(analyse(source), CellCode)
    imported_modules([source + "\nimport"])


@settings(deadline=None)
@given(st.text(alphabet="abx=()[],.:+*%!?#'\"\\ \n\tprintforlmd01;é") | st.text())
def test_no_text_raises(source):
    analyse(source)
