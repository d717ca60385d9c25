"""The mistakes that an author expects, with the author's words: read into mutants, and refused where they are none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from grader.assignment.declarations import AssignmentDeclaration, MistakeDeclaration
from grader.assignment.functions import FunctionReference
from grader.assignment.mutation import Change, Mutant
from grader.assignment.outcomes import Expected
from grader.assignment.places import blaming, suggestion
from grader.assignment.plain import equal
from grader.assignment.reference import Graph, Reference
from grader.assignment.spec import ancestors_of


def mistakes_of(declared: AssignmentDeclaration, graph: Graph) -> dict[str, tuple[Mutant, ...]]:
    """The mistakes by the quantity or function that they are of.

    Raises AssignmentError, at the mistake's line, for one of nothing, and for parameters that it can't have.
    """
    parents = {name: quantity.parents for name, quantity in graph.quantities.items()}
    known: dict[str, Collection[str]] = {name: before - {name} for name, before in ancestors_of(parents).items()}
    known |= {function.name: function.function.parameters for function in declared.functions if not function.construct}
    found: dict[str, tuple[Mutant, ...]] = {}
    for mistake in declared.mistakes:
        _refuse_misfit(mistake, known)
        found[mistake.of] = (*found.get(mistake.of, ()), _mutant(mistake))
    return found


def _mutant(mistake: MistakeDeclaration) -> Mutant:
    facts = MappingProxyType({"says": mistake.says})
    change = Change(code="authors", line=mistake.place.line, facts=facts)
    return Mutant(quantity=mistake.of, change=change, function=mistake.function.call)


def _refuse_misfit(mistake: MistakeDeclaration, known: Mapping[str, Collection[str]]) -> None:
    if mistake.of not in known:
        raise mistake.place.error(
            f"The mistake is of {mistake.of!r}, which is no quantity, and no function that students write.",
            remedy=suggestion(mistake.of, known),
        )
    for parameter in mistake.function.parameters:
        if parameter not in known[mistake.of]:
            raise mistake.place.error(
                f"The parameter {parameter!r} of the mistake is nothing that {mistake.of!r} is computed from.",
                remedy=suggestion(parameter, known[mistake.of]),
            )


def refuse_no_mistakes(declared: AssignmentDeclaration, reference: Reference) -> None:
    """Raise AssignmentError, at a mistake's line, where it fails, or gives what is right, with other numbers, too."""
    for name, mutants in reference.mistakes.items():
        functions = [each for each in reference.functions.values() if each.declaration.name == name]
        places = [mistake for mistake in declared.mistakes if mistake.of == name]
        for mistake, mutant in zip(places, mutants, strict=True):
            if functions:
                _refuse_right_function(mistake, mutant, functions[0])
            else:
                _refuse_right_value(mistake, mutant, reference)


def _refuse_right_value(mistake: MistakeDeclaration, mutant: Mutant, reference: Reference) -> None:
    hypotheses, name = reference.hypotheses, mistake.of
    known = hypotheses.right({}).known
    with reference.importable(), blaming(f"The mistake of {name!r}", mistake.place, _remedy):
        mistake.function.call(**{parameter: known[parameter] for parameter in mistake.function.parameters})
    value = hypotheses.alone((mutant,), name, chosen={})
    if value is None:
        raise mistake.place.error(f"The mistake of {name!r} gives no value.", remedy=_remedy(ValueError()))
    rights = [world.values[name] for world in reference.worlds()]
    if any(equal(value, right) for right in rights) and hypotheses.is_right_elsewhere(mutant):
        raise _right(mistake)


def _refuse_right_function(mistake: MistakeDeclaration, mutant: Mutant, function: FunctionReference) -> None:
    for number in (number for number, case in enumerate(function.cases) if not case.error):
        inputs = function.inputs(function.declaration.function, function.cases[number])
        what = f"The mistake of {mistake.of!r}, called with case {number + 1},"
        with function.importable(), blaming(what, mistake.place, _remedy):
            mistake.function.call(**inputs)
    if all(_same(*pair) for pair in function.changed.answers_and_right(mutant)):
        raise _right(mistake)


def _same(answer: Expected | None, right: Expected | None) -> bool:
    return answer is not None and right is not None and equal(answer, right)


def _right(mistake: MistakeDeclaration) -> Exception:
    return mistake.place.error(
        f"The mistake of {mistake.of!r} is none: it gives the right answer, with other numbers, too.",
        remedy="Mend it to make the mistake, or take it out.",
    )


def _remedy(_: BaseException) -> str:
    return "Let it compute what a student who makes this mistake would have."
