import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.notebook import CellCode, Display, analyse, assigned_names, imported_modules
from grader.notebook.code import SOURCE_CHARACTERS

MODULES = {"np": "numpy", "torch": "torch", "F": "torch", "nn": "torch"}


def displays(source: str) -> list[tuple[str, str | None]]:
    return [(display.label, display.name) for display in analyse(source, MODULES).displays]


LINES = (
    *("x = 1", "y, z = f(x)", "def f():", "    return 1", "    a = 2", "@dec", "class C:", "if x:", "else:", "# c"),
    *("s = '''", "'''", "q = [", "]", ")", "b = (1,", "  2)", "w = \\", "%time v = 1", "%%time", "!ls", "for i in x:"),
    *(
        "with a as d:",
        "try:",
        "except E:",
        "t = 'a",
        "u = (n := 3)",
        "",
        "e = 1; g = 2",
        "# \0",
        "# a\rr = 1",
        "    # c",
    ),
    *("é = 1  # c", "x?", "*k, m = c", "match x:", "  case 1: o = 2", "1 +"),
)


@given(st.lists(st.sampled_from(LINES), max_size=6).map("\n".join))
@settings(max_examples=500, deadline=None)
def test_names_are_the_same_piece_by_piece_and_as_a_whole(source):
    assert assigned_names(source) == analyse(source).assigned


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
    assert assigned_names(source) == assigned


BINDING = (
    *(
        "x = 1",
        "a, (b, c) = f()",
        "y += 1",
        "def f():\n  inner = 1",
        "class C:\n  field = 1",
        "g = lambda q=(w := 1): q",
    ),
    *("for i, j in rows:\n  k = i", "with open(p) as (h, l):\n  m = h", "if (n := f(a)):\n  o = n\nelse:\n  p = 1"),
    *("try:\n  q = 1\nexcept E as e:\n  r = 2\nfinally:\n  s = 3", "match x:\n  case [t]:\n    u = t", "import v"),
    *("async def z():\n  async with c as d:\n    pass", "x = [w := 1 for w in x]", "del x", "x: int = 5", "print(x)"),
)


@given(st.lists(st.sampled_from(BINDING), max_size=6))
def test_names_alone_are_those_that_all_facts_have(statements):
    source = "\n".join(statements)
    assert assigned_names(source) == analyse(source).assigned


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
        ("torch.tensor(w1, requires_grad=True)", "w1"),
        ("torch.tensor(w1, dtype=torch.float32)", "w1"),
        ("torch.tensor(data=w1)", "w1"),
        ("torch.as_tensor(w1, torch.float64)", "w1"),
        ("torch.FloatTensor(x)", "x"),
        ("torch.Tensor(x)", "x"),
        ("torch.autograd.Variable(torch.Tensor(x), requires_grad=True)", "x"),
        ("torch.nn.Parameter(torch.tensor(w1))", "w1"),
        ("nn.Parameter(w1.clone())", "w1"),
        ("np.array(w1, dtype=np.float64)", "w1"),
        ("np.array(w1, np.float64)", "w1"),
        ("np.array(w1, float)", "w1"),
        ("np.asarray(x, np.float32, order='C')", "x"),
        ("x.to(torch.float64)", "x"),
        ("x.to(device)", "x"),
        ("x.to(dtype=torch.float64, copy=True)", "x"),
        ("x.type(torch.float64)", "x"),
        ("x.float()", "x"),
        ("x.double()", "x"),
        ("x.half()", "x"),
        ("x.astype(float)", "x"),
        ("x.astype(np.float64, copy=False)", "x"),
        ("x.requires_grad_()", "x"),
        ("x.requires_grad_(True)", "x"),
        ("x.clone().detach().requires_grad_(True)", "x"),
        ("torch.Tensor(rows, columns)", None),
        ("np.array(x, *rest)", None),
        ("np.array(*x)", None),
        ("torch.tensor(requires_grad=True)", None),
        ("x.item(3)", None),
        ("x.reshape(2, 2)", None),
        ("np.random.array(x).sum()", None),
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


def test_variables_that_come_from_a_module_are_converted_too():
    code = analyse("from handout import w1\nw1_n = w1.numpy()\nw1_t = torch.tensor(w1)")
    assert code.aliases == {"w1_n": "w1", "w1_t": "w1"}


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
    ("source", "reads"),
    [
        ("y = x + f(z)", {"x", "f", "z"}),
        ("x", {"x"}),
        ("x += 1", {"x"}),
        ("x[i].grad = None", {"x", "i"}),
        ("def f(a, b=c):\n    def g():\n        return a + d", {"a", "c", "d"}),
        ("class A(B):\n    field = c\n    def f(self):\n        return self.x + d", {"B", "c", "self", "d"}),
        ("[f(a) for a in b if c]", {"f", "a", "b", "c"}),
        ("g = lambda a=b: a * c", {"a", "b", "c"}),
        ("print(f'{a:{b}} {c!r}')", {"print", "a", "b", "c"}),
        ("@d\ndef f() -> t: pass", {"d", "t"}),
        ("if a:\n    for b in c:\n        while d:\n            x = e", {"a", "c", "d", "e"}),
        ("x = y = 1\nimport z", set()),
    ],
)
def test_all_names_that_a_cell_loads_are_found_at_any_depth(source, reads):
    assert analyse(source).reads == reads


def test_reads_of_classes_are_what_their_bodies_load():
    code = analyse("class Net(nn.Module):\n    def forward(self, x):\n        return relu(x)")
    assert code.reads_of["Net"] == {"nn", "relu", "x"}


def test_targets_that_share_a_right_hand_side_read_the_same():
    code = analyse("a = b = [c, d] = f(x)\nb += y")
    assert code.reads_of == {"a": {"f", "x"}, "b": {"f", "x", "b", "y"}, "c": {"f", "x"}, "d": {"f", "x"}}


def numbered(letter: str, count: int, between: str = ",") -> str:
    return between.join(f"{letter}{number}" for number in range(count))


HOSTILE = {
    "many targets": numbered("a", 10_000, "=") + "=[" + "1," * 70_000 + "]",
    "many targets of many names": numbered("a", 10_000, "=") + "=[" + numbered("x", 15_000) + "]",
    "unpacked": "[" + numbered("b", 15_000) + "]=f(" + "x," * 50_000 + ")",
    "all different": numbered("a", 7_000, "=z;")
    + "=z\n"
    + numbered("a", 7_000, "=")
    + "=["
    + numbered("x", 9_000)
    + "]",
    "lists of one": "[a]=" * 20_000 + "[" + numbered("x", 15_000) + "]",
    "elements": "a[0]=" * 20_000 + "[" + numbered("x", 15_000) + "]",
    "targets in targets": "[" * 150 + numbered("a", 12_000) + "]" * 150 + "=[" + numbered("x", 15_000) + "]",
    "values in values": "(a:=" * 190 + "[" + numbered("x", 25_000) + "]" + ")" * 190,
    "functions in functions": "".join(f"{' ' * depth}def f{depth}():\n" for depth in range(95))
    + " " * 95
    + numbered("x", 25_000),
    "conversions": "a=" * 90_000 + "x" + ".data" * 900,
    "text in sums": "print('x'" + ("+[" + "a," * 80 + "]") * 800 + ")",
    "text beneath sums": "print(" + "(" * 150 + "'x'" + "+[" + "a," * 60_000 + "])" + "+a)" * 149 + ")",
    "a placeholder": "print('%" + "0" * 190_000 + "' % x)",
    "one f-string": "print(f'" + "{x}" * 60_000 + "')",
    "statements": "x=1;" * 49_000,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_long(source):
    assert 90_000 < len(source) <= SOURCE_CHARACTERS
    started = time.process_time()
    analyse(source)
    assert time.process_time() - started < 10


def test_where_reads_would_be_very_many_a_name_reads_too_much_rather_than_too_little():
    names = numbered("x", 9_000).split(",")
    source = numbered("a", 500, "=z;") + "=z\n" + numbered("a", 500, "=") + "=[" + ",".join(names) + "]\ny = w"
    code = analyse(source)
    assert code.reads == {"z", "w", *names}
    assert {"z", *names} <= code.reads_of["a0"]
    assert {"z", *names} <= code.reads_of["a499"] <= code.reads


def test_a_cell_gives_the_same_facts_again():
    source = "a += f(x)\nprint('a', a)"
    first = analyse(source)
    assert analyse(source, {"f": "numpy"}).modules == {"numpy"}
    assert analyse(source) == first


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
        ("print('a ' + f'{x} b ' + str(y))", [("a", "x"), ("b", "y")]),
        ("print('%s %s' % ('x', y))", [("x", "y")]),
        ("x = 1\rx", [("", "x")]),
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
