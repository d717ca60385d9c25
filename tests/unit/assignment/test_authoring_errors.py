"""Every mistake an author can make is one message with the file, the line and what to do, before a notebook runs.

In the cases, the line to blame ends in `# here`; a case without one is about the whole file.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from grader.errors import AssignmentError, ExitStatus

HEAD = """
import torch
from grader import Assignment, Tolerance

"""
GOOD_TASK = """
task = mlp.task("Task 1")

@task.value(points=1)
def doubled(x):
    return 2 * x
"""
PLAIN = HEAD + 'mlp = Assignment("mlp", title="Sample", points=1)\nmlp.given(x=[1.0, 2.0], n=[1, 2])\n'
VERSIONS = (
    HEAD
    + 'mlp = Assignment("mlp", title="Sample", points=2, versions={"torch": "{}_t", "numpy": "{}_n"})\n'
    + "mlp.given(x=[1.0, 2.0], n=[1, 2])\n"
)
GIVEN = "mlp.given(x=[1.0, 2.0])\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    source: str
    says: tuple[str, ...]


def declared(arguments: str) -> str:
    return HEAD + f"mlp = Assignment({arguments})  # here\n{GIVEN}" + GOOD_TASK


def value(options: str, *, head: str = PLAIN) -> str:
    return head + f'task = mlp.task("Task 1")\n\n@task.value({options})  # here\ndef doubled(x):\n    return 2 * x\n'


def function(text: str, *, head: str = PLAIN, options: str = "points=1") -> str:
    return head + f'task = mlp.task("Task 1")\n\n@task.value({options})\n{text}\n'


def gradient(options: str, *, name: str = '"dx"') -> str:
    return function(
        "def total(x, n):\n    return (x * n).sum()\n"
        "@task.value\ndef cubed(x):\n    return x**3\n"
        "@task.value\ndef cut(x):\n    return x.detach().sum()\n"
        "@task.value\ndef largest(x):\n    return x.argmax()\n"
        f"task.gradient({name}, {options})  # here"
    )


NAMES = [
    Case(
        name="unknown parameter",
        source=function("def total(y):  # here\n    return y\n\n@task.value\ndef yy(x):\n    return x"),
        says=("The parameter 'y' of 'total' is no given or quantity", "Did you mean 'yy'?"),
    ),
    Case(
        name="unknown parameter like nothing",
        source=function("def total(\n    temperature,\n): return temperature").replace("total(", "total(  # here"),
        says=("'temperature'", "Known here: n, x."),
    ),
    Case(
        name="unknown parameter of an alternative",
        source=function("def total(x):\n    return x", options="points=1, accept=lambda xx: xx").replace(
            "xx: xx)", "xx: xx)  # here"
        ),
        says=("The parameter 'xx' of 'total'", "Did you mean 'x'?"),
    ),
    Case(
        name="circle",
        source=function(
            "def a(c):  # here\n    return c\n"
            "@task.value\ndef b(a):\n    return a\n"
            "@task.value\ndef c(b):\n    return b"
        ),
        says=("a → b → c → a", "Take one of these out"),
    ),
    Case(name="circle of one", source=function("def a(a):  # here\n    return a"), says=("a → a",)),
    Case(
        name="quantity twice",
        source=function("def a(x):\n    return x\n\n@task.value\ndef a(x):  # here\n    return x"),
        says=("'a' is declared twice", "line 10", "Rename"),
    ),
    Case(
        name="quantity with a given's name",
        source=function("def n(x):  # here\n    return x"),
        says=("'n' is declared twice", "line 6"),
    ),
    Case(name="given twice", source=PLAIN + "mlp.given(x=1)  # here\n" + GOOD_TASK, says=("'x' is declared twice",)),
    Case(
        name="task twice",
        source=PLAIN + GOOD_TASK + 'mlp.task("TASK-1")  # here',
        says=("Two tasks are called 'TASK-1'", "line 8"),
    ),
    Case(
        name="task without letters",
        source=PLAIN + 'mlp.task("***")  # here',
        says=("'***' makes no id", "at least one letter"),
    ),
    Case(name="lambda without a name", source=PLAIN + 'mlp.task("T").value(lambda x: x)  # here', says=("'<lambda>'",)),
    Case(name="keyword as a name", source=value('points=1, name="lambda"'), says=("'lambda' is no name",)),
    Case(
        name="given with a space",
        source=PLAIN + 'mlp.given(**{"x 1": 1})  # here\n' + GOOD_TASK,
        says=("'x 1' is no name that a Python variable can have", "letters, digits and underscores"),
    ),
    Case(name="agreed name", source=value('points=1, also="d-2"'), says=("The agreed name 'd-2'",)),
    Case(name="agreed name of no text", source=value("points=1, names=3"), says=("The agreed name 3 is no name",)),
    Case(name="id", source=declared('"a/b", title="S", points=1'), says=("'a/b' can't be the assignment's id",)),
    Case(name="title", source=declared('"mlp", title="", points=1'), says=("title is ''",)),
    Case(
        name="two checks with one variable",
        source=function(
            'def a(x):\n    return x\n@task.value(also="a")\ndef b(x):  # here\n    return x',
        ),
        says=("'b' and 'a' agree on the same variable, 'a'", "names="),
    ),
    Case(
        name="two versions with one variable",
        source=value('points=1, names="d"', head=VERSIONS).replace("  # here", "").replace("(x):", "(x):  # here"),
        says=("'doubled.numpy' and 'doubled.torch' agree on the same variable, 'd'",),
    ),
]

VERSION_CASES = [
    *(
        Case(
            name=f"template {template!r}",
            source=declared(f'"mlp", title="S", points=1, versions={{"numpy": {template!r}}}'),
            says=(f"The template {template!r} of version 'numpy'", '"{}_n"'),
        )
        for template in ("_n", "{}{}", "{}-n", "{0}", "1{}", 3)
    ),
    Case(
        name="versions without templates",
        source=declared('"mlp", title="S", points=1, versions=["numpy"]'),
        says=("has no templates",),
    ),
    Case(
        name="unknown version",
        source=value('points=1, versions=["nunpy"]', head=VERSIONS),
        says=("versions= speaks of a version 'nunpy'", "Did you mean 'numpy'?"),
    ),
    Case(name="no list", source=value('points=1, versions="numpy"', head=VERSIONS), says=('versions=["numpy"]',)),
    Case(
        name="unknown version of names",
        source=value('points=1, also={"jax": "d"}', head=VERSIONS),
        says=("also= speaks of a version 'jax'", "Known here: numpy, torch."),
    ),
    Case(
        name="points for a version that isn't asked for",
        source=value('points={"torch": 2}, versions=["numpy"]', head=VERSIONS),
        says=("points= speaks of a version 'torch', in which this isn't asked for",),
    ),
    Case(
        name="versions where there are none",
        source=value('points={"torch": 1}'),
        says=("'torch'", "None is declared here."),
    ),
]

POINTS = [
    Case(
        name="sum",
        source=(PLAIN.replace("points=1)", "points=3)  # here") + GOOD_TASK + '\ntask.person("plot", points="1/2")\n')
        + GOOD_TASK.replace("Task 1", "Task 2").replace("doubled", "again"),
        says=("3 declared, but 5/2 in the checks (Task 1: 3/2, Task 2: 1)", 'points="5/2"'),
    ),
    Case(
        name="versions count",
        source=VERSIONS.replace('"{}_n"})', '"{}_n"})  # here').replace("points=2", "points=1") + GOOD_TASK,
        says=("1 declared, but 2 in the checks (Task 1: 2)", "Each version counts"),
    ),
    Case(name="none declared", source=declared('"mlp", title="S"'), says=("missing 1", "'points'", "Add 'points'.")),
    Case(name="zero declared", source=declared('"mlp", title="S", points=0'), says=("The assignment has no points",)),
    Case(name="person without points", source=PLAIN + 'mlp.task("T").person("plot")  # here', says=("'points'",)),
    *(
        Case(name=f"points {points}", source=value(f"points={points}"), says=(f"points={points}", said))
        for points, said in [
            ("-1", "is negative"),
            ("'many'", "is no number"),
            ("'1/0'", "is no number"),
            ("True", "is no number"),
            ("[1]", "is no number"),
        ]
    ),
    Case(name="points nan", source=value("points=float('nan')"), says=("points=nan is no number",)),
    Case(
        name="no tasks",
        source=declared('"mlp", title="S", points=1').replace(GOOD_TASK, ""),
        says=("The assignment has no tasks", 'task("Task 1"'),
    ),
    Case(
        name="task without checks",
        source=PLAIN + GOOD_TASK + 'mlp.task("Task 2")  # here',
        says=("'Task 2' has no checks",),
    ),
    Case(
        name="no heading",
        source=declared('"m", title="S", points=1, headings=3'),
        says=("headings=3 is no name", 'headings="Exercise {n}"'),
    ),
    Case(
        name="unknown placeholder",
        source=declared('"m", title="S", points=1, headings="Lab {m}"'),
        says=("placeholder {m}", "n, title"),
    ),
    Case(
        name="attribute in a placeholder",
        source=declared('"m", title="S", points=1, headings="Lab {n.real}"'),
        says=("placeholder {n.real}",),
    ),
    Case(
        name="open brace",
        source=declared('"m", title="S", points=1, headings="Lab {n"'),
        says=("braces that are no placeholder", "written twice"),
    ),
    Case(
        name="format of a placeholder",
        source=declared('"m", title="S", points=1, headings="Lab {n:>9}"'),
        says=("braces that are no placeholder",),
    ),
    Case(
        name="empty heading",
        source=declared('"m", title="S", points=1, headings=["Lab {n}", "##"]'),
        says=("'##' names nothing",),
    ),
    Case(
        name="no letter",
        source=declared('"m", title="S", points=1, headings="Lab {n}{letter}"'),
        says=("asks for a letter that 'Task 1' doesn't have",),
    ),
    Case(
        name="no title",
        source=declared('"m", title="S", points=1, headings="{title}"'),
        says=("asks for a title that 'Task 1' doesn't have",),
    ),
    Case(
        name="one heading of two tasks",
        source=PLAIN
        + GOOD_TASK.replace('1")', '1", headings="Lab")')
        + '@mlp.task("Task 2", headings="LAB").value(points=0)  # here\ndef b(x): return x',
        says=("Both 'Task 1' and 'Task 2'", "'LAB'"),
    ),
    Case(
        name="points outside tasks",
        source=PLAIN + GOOD_TASK + "\n@mlp.quantity(points=1)  # here\ndef q(x):\n    return x",
        says=("Points belong to a task",),
    ),
]

OPTIONS = [
    Case(name="rtol alone", source=value("points=1, tolerance=Tolerance(rtol=1e-3)"), says=("rtol without atol",)),
    Case(name="atol alone", source=value("points=1, tolerance=Tolerance(atol=1e-3)"), says=("Set both, rtol=0",)),
    Case(name="negative", source=value("points=1, tolerance=Tolerance(rtol=-1, atol=0)"), says=("rtol=-1",)),
    Case(name="nan", source=value("points=1, tolerance=Tolerance(rtol=0, atol=float('nan'))"), says=("atol=nan",)),
    Case(name="no tolerance", source=value("points=1, tolerance=0.1"), says=("0.1 is no Tolerance",)),
    Case(name="shape", source=value("points=1, tolerance=Tolerance(shape='exakt')"), says=("Did you mean 'exact'?",)),
    Case(name="credit", source=value("points=1, tolerance=Tolerance(credit='some')"), says=("'all-or-nothing'",)),
    Case(name="dtype", source=value("points=1, tolerance=Tolerance(dtype='half')"), says=("dtype='half'",)),
    Case(name="reveal", source=declared('"m", title="S", points=1, reveal="all"'), says=("reveal='all'", "'places'")),
    Case(name="printed", source=declared('"m", title="S", points=1, printed=True'), says=("'credit', 'refuse'",)),
    Case(name="repeat", source=declared('"m", title="S", points=1, repeat=-1'), says=("repeat=-1",)),
    Case(
        name="python", source=declared('"m", title="S", points=1, python=3.9'), says=("python=3.9", "venv/bin/python")
    ),
    Case(
        name="language",
        source=declared('"m", title="S", points=1, language="tlh"'),
        says=("language='tlh'", "'en', 'ko'"),
    ),
    Case(
        name="no language", source=declared('"m", title="S", points=1, language=None'), says=("language=None", "'en'")
    ),
    Case(name="no-python", source=declared('"m", title="S", points=1, python=""'), says=("python=''", "no path")),
    Case(
        name="tolerance of the assignment",
        source=declared('"m", title="S", points=1, tolerance=Tolerance(rtol=1)'),
        says=("rtol without atol",),
    ),
    Case(
        name="tolerance of a task",
        source=PLAIN + 'mlp.task("T", tolerance=Tolerance(rtol=1))  # here',
        says=("rtol without atol",),
    ),
    Case(name="unknown option", source=value("pionts=1"), says=("no option 'pionts'", "Did you mean 'points'?")),
    Case(
        name="unknown option of the assignment",
        source=declared('"m", title="S", points=1, version={}'),
        says=("unexpected keyword argument 'version'", "Did you mean 'versions'?"),
    ),
    Case(
        name="unknown option of a gradient",
        source=gradient('of="total", by="x", accept=[]'),
        says=("There is no option 'accept'",),
    ),
]

FUNCTIONS = [
    Case(
        name="raises",
        source=function("def a(x):\n    y = x\n    return y @ torch.ones(3)  # here"),
        says=("The reference of 'a' raised RuntimeError:", "Mend the function"),
    ),
    Case(
        name="raises deeper",
        source=HEAD
        + "def fail(y):\n    raise ValueError('no')  # here\n"
        + function("def a(x):\n    return fail(x)", head=PLAIN.removeprefix(HEAD)),
        says=("The reference of 'a' raised ValueError: no.",),
    ),
    Case(name="exits", source=function("def a(x):\n    raise SystemExit(3)  # here"), says=("SystemExit: 3",)),
    Case(
        name="raises-what-is-no-exception",
        source=function("def a(x):\n    raise type('Stop', (BaseException,), {})('no')  # here"),
        says=("The reference of 'a' raised Stop: no.",),
    ),
    Case(
        name="closes-a-generator",
        source=function("def a(x):\n    raise GeneratorExit  # here"),
        says=("The reference of 'a' raised GeneratorExit.",),
    ),
    Case(
        name="stops-an-iteration",
        source=function("def a(x):\n    return next(iter([]))  # here"),
        says=("The reference of 'a' raised StopIteration.",),
    ),
    Case(
        name="raises-backward",
        source=function(
            "def a(x):\n    y = x.sum()\n    y.register_hook(lambda g: g.nothing)  # here\n    return y\n"
            "task.gradient('dx', of='a', by='x')"
        ),
        says=("The gradient of 'a' by 'x' raised AttributeError:",),
    ),
    Case(
        name="alternative raises",
        source=function("def a(x):\n    return x", options="points=1, accept=lambda x: 1 / 0").replace(
            "1 / 0)", "1 / 0)  # here"
        ),
        says=("ZeroDivisionError",),
    ),
    Case(name="returns nothing", source=function("def a(x):  # here\n    x * 2"), says=("returns nothing",)),
    Case(name="returns bytes", source=function("def a(x):  # here\n    return b'x'"), says=("returns a bytes",)),
    Case(
        name="returns an object in a list",
        source=function("def a(x):  # here\n    return [object()]"),
        says=("returns a object", "torch.stack"),
    ),
    Case(
        name="depends on a global generator",
        source=function("def a(x):  # here\n    return x + torch.rand(())"),
        says=("isn't deterministic", "generators of its own"),
    ),
    Case(
        name="returns no numbers",
        source=function("def a(x):  # here\n    return torch.ones(2, device='meta')"),
        says=("a tensor without numbers (meta device)",),
    ),
    Case(name="nan", source=function("def a(x):  # here\n    return (-x).log()"), says=("gives NaN", 'nan="equal"')),
    Case(
        name="nan of an alternative",
        source=function("def a(x):\n    return x", options="points=1, accept=lambda x: (-x).log()").replace(
            ".log())", ".log())  # here"
        ),
        says=("The reference of 'a' gives NaN",),
    ),
    *(
        Case(
            name=f"parameters {parameters}",
            source=function(f"def a({parameters}):  # here\n    return 1"),
            says=("names no given or quantity", "plain parameters"),
        )
        for parameters in ("*x", "**x", "x=1", "*, x", "x, /")
    ),
    Case(
        name="a builtin without a signature",
        source=function("def a(x):\n    return x", options="points=1, accept=max").replace("max)", "max)  # here"),
        says=("doesn't tell its parameters",),
    ),
    Case(
        name="no function",
        source=PLAIN + 'mlp.task("Task 1").value(3)  # here',
        says=("3 is no function",),
    ),
    Case(
        name="changes its input",
        source=function("def a(n):  # here\n    return n.add_(1)"),
        says=("changes 'n' in place", "n.clone()"),
    ),
    Case(
        name="changes a quantity without changing its numbers",
        source=function("def a(x):\n    return 1 * x\n@task.value\ndef b(a):  # here\n    return a.relu_()"),
        says=("The reference of 'b' changes 'a' in place",),
    ),
    Case(
        name="changes its input behind torch's back",
        source=function("def a(x):  # here\n    x.detach().numpy()[0] = 5\n    return x"),
        says=("changes 'x' in place",),
    ),
    Case(
        name="changes a leaf",
        source=function("def a(x):\n    return x.mul_(2)  # here"),
        says=("in-place operation", "must not change its inputs"),
    ),
    Case(
        name="alternative equal to the base",
        source=function("def a(x):\n    return x + x", options="points=1, accept=lambda x: 2 * x").replace(
            "2 * x)", "2 * x)  # here"
        ),
        says=("accept= adds nothing to 'a'", "alternative 1"),
    ),
    Case(
        name="alternative equal to another",
        source=function(
            "def a(x):\n    return x",
            options="points=1, accept=[lambda x: 2 * x,\n    lambda x: 3 * x,\n    lambda x: x + x,  # here\n]",
        ),
        says=("alternative 3",),
    ),
    Case(
        name="too many combinations",
        source=function(
            "def a(x):\n    return x\n\n"
            "@task.value(accept=[lambda x: 3 * x, lambda x: 4 * x])\ndef b(x):  # here\n    return x",
            options="points=1, accept=[" + "lambda x: 2 * x, " * 5 + "]",
        ),
        says=("18 combinations", "16 is the most"),
    ),
    *(
        Case(
            name=f"given {given}",
            source=PLAIN + f"mlp.given(w={given})  # here\n" + GOOD_TASK,
            says=("The given 'w' holds", "rectangular list"),
        )
        for given in ("[[1, 2], [3]]", "'text'", "None", "[2**70]", "{1}")
    ),
]

GRADIENTS = [
    Case(name="of an array", source=gradient('of="cubed", by="x"'), says=("'cubed' has shape (2,)", "Sum it first")),
    Case(name="by integers", source=gradient('of="total", by="n"'), says=("'n' is int64", "1.0 instead of 1")),
    Case(name="of an integer", source=gradient('of="largest", by="x"'), says=("'largest' is int64",)),
    Case(name="unconnected", source=gradient('of="cut", by="x"'), says=("'cut' isn't computed from 'x'", ".detach()")),
    Case(name="by a later quantity", source=gradient('of="total", by="cubed"'), says=("isn't computed from 'cubed'",)),
    Case(name="of nothing", source=gradient('of="totl", by="x"'), says=("'totl'", "Did you mean 'total'?")),
    Case(name="by nothing", source=gradient('of="total", by="y"'), says=("'y', in the gradient, of 'dx'",)),
    Case(name="by a number", source=gradient('of="total", by=3'), says=("by=3 names no quantity",)),
    Case(name="without by", source=gradient('of="total"'), says=("missing 1", "Add 'by'.")),
    Case(name="invalid name", source=gradient('of="total", by="x"', name='"d x"'), says=("'d x' is no name",)),
    Case(
        name="after a graph that was freed",
        source=function(
            "def s(x):\n    return (x**2).sum()\n"
            "@task.value\ndef first(s, x):\n    return torch.autograd.grad(s, x)[0]\n"
            "@task.value\ndef second(s, x, first):\n    return torch.autograd.grad(s, x)[0]  # here\n"
        ),
        says=("The reference of 'second' raised RuntimeError", "retain_graph=True"),
    ),
]

MODULES = [
    Case(name="syntax", source=HEAD + "mlp = Assignment(  # here\n", says=("This isn't Python: '(' was never closed",)),
    Case(name="null byte", source="x = '\0'\n", says=("null bytes",)),
    Case(
        name="import",
        source="import numpie  # here\n",
        says=("No module named 'numpie'", "Install what it imports, or put it beside assignment.py"),
    ),
    Case(name="raises", source="x = 1\nx / 0  # here\n", says=("The module raised ZeroDivisionError: division by",)),
    Case(name="exits", source="import sys\nsys.exit(1)  # here\n", says=("SystemExit", "Take the exit out")),
    Case(
        name="module-raises-what-is-no-exception",
        source="class Stop(BaseException): ...\nraise Stop  # here\n",
        says=("The module raised Stop.",),
    ),
    Case(name="no assignment", source=HEAD, says=("The module holds no Assignment", 'Assignment("id"')),
    Case(
        name="two assignments",
        source=PLAIN + GOOD_TASK + 'other = Assignment("b", title="B", points=1)  # here\n',
        says=("The module holds 2 assignments; the first is on line 5",),
    ),
]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{group}: {case.name}")
        for group, cases in {
            "names": NAMES,
            "versions": VERSION_CASES,
            "points": POINTS,
            "options": OPTIONS,
            "functions": FUNCTIONS,
            "gradients": GRADIENTS,
            "module": MODULES,
        }.items()
        for case in cases
    ],
)
def test_a_mistake_is_one_message_with_its_line_and_a_remedy(case: Case, load_source) -> None:
    with pytest.raises(AssignmentError) as caught:
        load_source(case.source)
    error = caught.value
    for said in case.says:
        assert said in str(error)
    blamed = [n for n, line in enumerate(case.source.splitlines(), start=1) if "# here" in line]
    if blamed:
        assert error.line == blamed[0]
    assert error.file.endswith("assignment.py")
    assert error.remedy.endswith((".", "?"))
    assert "\n" not in str(error)
    assert error.exit_status == ExitStatus.USAGE


def test_a_mistake_in_a_neighbouring_module_is_found_there(load_source) -> None:
    source = PLAIN + "from layers import double\n" + function("def a(x):\n    return double(x)", head="")
    with pytest.raises(AssignmentError, match="raised ZeroDivisionError") as caught:
        load_source(source, layers="def double(x):\n    return x / (0 // 1) + 1 / 0\n")
    assert (caught.value.file.rpartition("/")[2], caught.value.line) == ("layers.py", 2)


def test_a_syntax_error_in_a_neighbouring_module_is_found_there(load_source) -> None:
    with pytest.raises(AssignmentError, match="This isn't Python") as caught:
        load_source("import layers\n", layers="def (\n")
    assert (caught.value.file.rpartition("/")[2], caught.value.line) == ("layers.py", 1)


def test_an_interrupt_is_no_authors_mistake(load_source) -> None:
    with pytest.raises(KeyboardInterrupt):
        load_source("raise KeyboardInterrupt\n")
