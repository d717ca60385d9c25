"""Functions that students write: the instructor's own as references, with cases by the calls in the solution."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.drafting.asked import Asked
from grader.drafting.calls import calls_of
from grader.drafting.cases import Cases, Seeds, find_cases
from grader.drafting.declarations import WIDTH, Declared, listed
from grader.drafting.notes import Note
from grader.drafting.parameters import parameter_kind, parameters_of, varies_in_shape
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


def function_text(solution: Solution, step: Step, names: Mapping[str, str], kind: str, told: Mapping[str, str]) -> str:
    """A function as the solution has it, whose arrays may be tensors when it is called.

    `told` is what its parameters are in all cases, as far as that is known.
    """
    text = Rewriter(names=names, modules=solution.modules).statement(step)
    if kind != "numpy" or not isinstance(step.node, ast.FunctionDef):
        return text
    conversion = _conversion(step.node, names.get("np", _numpy(solution)), told)
    if not conversion:
        return text
    return _with_first_line(text, step, conversion)


def _numpy(solution: Solution) -> str:
    return next(
        (name for name, module in solution.modules.items() if module == "numpy" and name in ("np", "numpy")), "np"
    )


def _conversion(function: ast.FunctionDef, numpy: str, told: Mapping[str, str]) -> str:
    """A line that makes arrays of the arguments; it leaves those as they are that are arrays already."""
    used = {name: parameter_kind(function, name) for name in parameters_of(function)}
    made = {name: _converted(name, numpy, kind, told.get(name, "")) for name, kind in used.items()}
    plain = {name: text for name, text in made.items() if text}
    lines = [f"{', '.join(plain)} = {', '.join(plain.values())}"] if plain else []
    lines += [
        f"{name} = {{key: {numpy}.asarray(value) for key, value in {name}.items()}}"
        for name, kind in used.items()
        if kind == "dict"
    ]
    return "\n".join(lines)


def _converted(name: str, numpy: str, used: str, told: str) -> str:
    """What makes of a parameter what students get for it; "" where it is that already."""
    if used in ("dict", "other") or told == "text":
        return ""
    if used == "int":
        return f"int({name})"
    if told == "list":
        return f'[each.tolist() if hasattr(each, "tolist") else each for each in {name}]'
    return f"{numpy}.asarray({name}){'.item()' if told == 'number' else ''}"


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
    lists = _takes_lists(solution, step.node, variable.at, cases)
    told = {name: each for name, each in cases.kinds if each != "list" or lists}
    options = options_of(solution, asked, kind)
    options["cases"] = listed(cases.written or ("...",), WIDTH - 40 - sum(map(len, options)))
    if (kind == "torch" or lists) and not solution.versions.templates:
        options["arguments"] = quoted("list" if lists else "tensor")
    if varies_in_shape(step.node):
        options["varying_shape"] = "True"
    text = with_docstring(function_text(solution, step, names, kind, told), sentence(step.comment))
    declared = Declared(
        task=asked.task,
        method="function",
        options=options,
        name=asked.name,
        definition=_renamed(text, variable.name, asked.name),
        todo="write its cases" if not cases.written else "" if cases.told else "a guess: does it take such arrays?",
    )
    constants = (step.reads - {variable.name}) | cases.constants
    notes = (*_case_notes(step, variable.name, cases), *_signature_notes(step, variable.name))
    return Made(declared=declared, at=variable.at, constants=constants, notes=notes)


def _takes_lists(solution: Solution, function: ast.FunctionDef, at: int, cases: Cases) -> bool:
    """Whether a function of plain Python gets lists in all of its cases."""
    kinds = {kind for _, kind in cases.kinds if kind in ("list", "array")}
    whole = len(cases.kinds) == len(parameters_of(function))
    return whole and kinds == {"list"} and not solution.kinds.kind_at(at)


def _renamed(text: str, before: str, after: str) -> str:
    return text.replace(f"def {before}(", f"def {after}(", 1)


def _case_notes(step: Step, name: str, cases: Cases) -> tuple[Note, ...]:
    if cases.written and cases.told:
        return cases.notes
    message = f"`{name}` is called with nothing whose shape can be told."
    remedy = (
        "Look at the cases that were guessed." if cases.written else "Write what it is to be called with in `cases=`."
    )
    if cases.notes:
        message = f"`{name}` has no call that can be a case."
        remedy += " Or keep what it gives in a variable, and ask for that with value() or property()."
    return (*cases.notes, Note(cell=step.cell, line=step.line, message=message, remedy=remedy))


def _signature_notes(step: Step, name: str) -> Iterator[Note]:
    assert isinstance(step.node, ast.FunctionDef)
    told = step.node.args
    if told.kwonlyargs or told.vararg or told.kwarg:
        further = [*told.kwonlyargs, *(each for each in (told.vararg, told.kwarg) if each)]
        names = ", ".join(f"`{each.arg}`" for each in further)
        yield Note(
            cell=step.cell,
            line=step.line,
            message=f"`{name}` has parameters that no case can pass: {names}.",
            remedy="Make them plain ones, or leave them out of the reference, if it is only called without them.",
        )
    if step.drawing:
        yield Note(
            cell=step.cell,
            line=step.line,
            message=f"`{name}` draws random numbers, so that its results can't be compared.",
            remedy=f'Judge them by a property instead, of call("{name}", …).',
        )


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
    for site in calls_of(solution, name):
        call, step = site.call, site.step
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
