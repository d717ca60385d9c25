"""Functions that students write: the instructor's own as references, with cases by the calls in the solution."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from grader.drafting.asked import Asked
from grader.drafting.cases import Seeds, calls_of, find_cases, parameter_kind
from grader.drafting.declarations import WIDTH, Declared, listed
from grader.drafting.notes import Note
from grader.drafting.rewriting import Rewriter
from grader.drafting.solution import Solution
from grader.drafting.steps import Step
from grader.drafting.values import Made, options_of, quoted, sentence


def declare_callable(solution: Solution, asked: Asked, names: Mapping[str, str], seeds: Seeds) -> Made:
    """A function check; or a property, where the function needs what was computed or trained before."""
    version, variable = asked.preferred
    step = solution.once(variable.name)
    assert step is not None
    kind = version or solution.kinds.kind_at(variable.at) or "numpy"
    if isinstance(step.node, ast.FunctionDef) and solution.is_constant(variable.name):
        return _declare_function(solution, asked, step, names, seeds, kind)
    if isinstance(step.node, ast.FunctionDef):
        return _declare_property(solution, asked, step, kind)
    return _declare_class(solution, asked, step, kind)


def function_text(solution: Solution, step: Step, names: Mapping[str, str], kind: str) -> str:
    """A function as the solution has it, whose arrays may be tensors when it is called."""
    text = Rewriter(names=names, modules=solution.modules).statement(step)
    if kind != "numpy" or not isinstance(step.node, ast.FunctionDef):
        return text
    conversion = _conversion(step.node, names.get("np", _numpy(solution)))
    if not conversion:
        return text
    return _with_first_line(text, step, conversion)


def _numpy(solution: Solution) -> str:
    return next(
        (name for name, module in solution.modules.items() if module == "numpy" and name in ("np", "numpy")), "np"
    )


def _conversion(function: ast.FunctionDef, numpy: str) -> str:
    """A line that makes arrays of the arguments; it leaves those as they are that are arrays already."""
    parameters = [argument.arg for argument in function.args.args]
    kinds = {name: parameter_kind(function, name) for name in parameters}
    plain = [name for name in parameters if kinds[name] in ("array", "int")]
    made = [f"int({name})" if kinds[name] == "int" else f"{numpy}.asarray({name})" for name in plain]
    lines = [f"{', '.join(plain)} = {', '.join(made)}"] if plain else []
    lines += [
        f"{name} = {{key: {numpy}.asarray(value) for key, value in {name}.items()}}"
        for name in parameters
        if kinds[name] == "dict"
    ]
    return "\n".join(lines)


def _with_first_line(text: str, step: Step, conversion: str) -> str:
    """A function with a line before its first statement, behind its docstring."""
    tree = ast.parse(text).body[0]
    assert isinstance(tree, ast.FunctionDef)
    first = tree.body[1] if ast.get_docstring(tree) is not None and len(tree.body) > 1 else tree.body[0]
    lines = text.split("\n")
    if first.lineno == tree.lineno:
        head, _, rest = text.partition(":")
        return text if not rest else f"{head}:\n    {conversion}\n    {rest.strip()}"
    indent = lines[first.lineno - 1][: first.col_offset]
    added = [f"{indent}{line}" for line in conversion.split("\n")]
    return "\n".join([*lines[: first.lineno - 1], *added, *lines[first.lineno - 1 :]])


def with_docstring(text: str, title: str) -> str:
    """A function with a docstring, where it has none and there is something to say."""
    tree = ast.parse(text).body[0]
    assert isinstance(tree, ast.FunctionDef | ast.ClassDef)
    if not title or ast.get_docstring(tree) is not None or tree.body[0].lineno == tree.lineno:
        return text
    lines = text.split("\n")
    place = tree.body[0].lineno - 1
    indent = lines[place][: tree.body[0].col_offset]
    return "\n".join([*lines[:place], f'{indent}"""{title}"""', *lines[place:]])


def _declare_function(
    solution: Solution, asked: Asked, step: Step, names: Mapping[str, str], seeds: Seeds, kind: str
) -> Made:
    assert isinstance(step.node, ast.FunctionDef)
    variable = asked.preferred[1]
    cases = find_cases(solution, step.node, seeds)
    options = options_of(solution, asked, kind)
    written = cases.written if cases else ("...",)
    options["cases"] = listed(written, WIDTH - 40 - sum(map(len, options)))
    if kind == "torch" and not solution.versions.templates:
        options["arguments"] = quoted("tensor")
    text = with_docstring(function_text(solution, step, names, kind), sentence(step.comment))
    declared = Declared(
        task=asked.task,
        method="function",
        options=options,
        name=asked.name,
        definition=_renamed(text, variable.name, asked.name),
        todo="write its cases" if cases is None else "" if cases.told else "a guess: does it take such arrays?",
    )
    constants = (step.reads - {variable.name}) | (cases.constants if cases else frozenset())
    notes = _case_notes(step, variable.name, told=cases is not None and cases.told, guessed=cases is not None)
    return Made(declared=declared, at=variable.at, constants=constants, notes=notes)


def _renamed(text: str, before: str, after: str) -> str:
    return text.replace(f"def {before}(", f"def {after}(", 1)


def _case_notes(step: Step, name: str, *, told: bool, guessed: bool) -> tuple[Note, ...]:
    if told:
        return ()
    message = f"`{name}` is called with nothing whose shape can be told."
    remedy = "Look at the cases that were guessed." if guessed else "Write what it is to be called with in `cases=`."
    return (Note(cell=step.cell, line=step.line, message=message, remedy=remedy),)


def _declare_property(solution: Solution, asked: Asked, step: Step, kind: str) -> Made:
    """A function that needs what stands in the notebook: what it gives is judged, as it can't be computed here."""
    name = asked.preferred[1].name
    call, constants = _call(solution, name)
    options = {"points": options_of(solution, asked, kind)["points"], "given": call, "arguments": quoted("ndarray")}
    declared = Declared(
        task=asked.task,
        method="property",
        options=options,
        name=f"{asked.name}_holds",
        parameters=("given",),
        annotated=True,
        returns="tuple[bool, str]",
        title=f"What `{name}` gives is right.",
        body=(f'return bool(torch.isfinite(given.double()).all()), "`{name}` has to give finite numbers."',),
        todo=f"say what makes what `{name}` gives right, for data that no student has",
    )
    note = Note(
        cell=step.cell,
        line=step.line,
        message=f"`{name}` needs what the notebook computed before, so that its results are judged as a property.",
        remedy='Call it with data of yours, call("' + name + '", hidden("x_test.npy")), and say what makes it right.',
    )
    return Made(declared=declared, at=asked.preferred[1].at, constants=constants, notes=(note,))


def _call(solution: Solution, name: str) -> tuple[str, frozenset[str]]:
    """A call of the student's function, with what the solution calls it with where the module has that."""
    for step, call in calls_of(solution, name):
        names = {each.id for argument in call.args for each in ast.walk(argument) if isinstance(each, ast.Name)}
        known = names <= step.reads and all(solution.is_constant(each) for each in names)
        if call.args and not call.keywords and known:
            arguments = [ast.unparse(argument) for argument in call.args]
            return f"call({', '.join([quoted(name), *arguments])})", frozenset(names)
    return f"call({quoted(name)}, normal(2, 3).arrays()[0])", frozenset()


def _declare_class(solution: Solution, asked: Asked, step: Step, kind: str) -> Made:
    variable = asked.preferred[1]
    options = options_of(solution, asked, kind) | {"construct": "()", "cases": "[...]"}
    declared = Declared(
        task=asked.task,
        method="function",
        options=options,
        name=asked.name,
        definition=with_docstring(Rewriter(modules=solution.modules).statement(step), sentence(step.comment)),
        todo="write what it is made with, its method, and its cases",
    )
    note = Note(
        cell=step.cell,
        line=step.line,
        message=f"`{variable.name}` is a class.",
        remedy="Write what it is made with in `construct=`, and what is called of it in `method=` and `cases=`.",
    )
    return Made(declared=declared, at=variable.at, constants=step.reads, notes=(note,))
