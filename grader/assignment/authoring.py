"""What an author writes: an assignment, its givens, its tasks, and the quantities that they ask for.

Everything here only reads and remembers. What can be judged by itself (a name, a number of points, a tolerance) is
refused at the author's line at once; what needs the whole (circles, sums, values) is refused when it is loaded.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Generic, Literal, ParamSpec, Protocol, TypeVar, Unpack, overload

from grader.assignment.declarations import (
    AssignmentDeclaration,
    Given,
    Gradient,
    Item,
    MistakeDeclaration,
    PersonDeclaration,
    TaskDeclaration,
)
from grader.assignment.declaring import (
    declare_callable,
    declare_drawn,
    declare_function,
    declare_gradient,
    declare_property,
)
from grader.assignment.headings import Headings, read_headings
from grader.assignment.languages import ENGLISH, read_language
from grader.assignment.options import (
    CallableOptions,
    FunctionOptions,
    Names,
    Options,
    Scope,
    refuse_unknown_options,
)
from grader.assignment.places import Place, author_place
from grader.assignment.rules import RuleNames, Version, read_versions, rules_by_version
from grader.assignment.spec import Policies, Reveal, Tolerance
from grader.assignment.validation import (
    Points,
    read_given,
    read_id,
    read_identifier,
    read_path,
    read_points,
    read_policies,
    read_replaced,
    read_share,
    read_students_function,
    read_text,
    read_tolerance,
    read_total,
    slug,
)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Declared = TypeVar("Declared", bound=Callable[..., object])
Credit = Literal["credit", "refuse"]


@dataclass(frozen=True, slots=True)
class Quantity(Generic[Parameters, Result]):
    """A declared quantity: it can be called like the function behind it, and stands for its name in `of=` and `by=`."""

    name: str
    function: Callable[Parameters, Result]

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        """Call the author's function, as if it had no decorator."""
        return self.function(*args, **kwargs)

    @property
    def __wrapped__(self) -> Callable[Parameters, Result]:
        """The function, for `inspect.signature`."""
        return self.function


@dataclass(frozen=True, slots=True)
class Derivative:
    """A declared gradient; it stands for its name in `of=` and `by=`."""

    name: str


Named = str | Quantity[..., Any] | Derivative
"""How one quantity refers to another: by its name, or by what its declaration gave."""


class Decorator(Protocol):
    """Declares the function that it stands above."""

    def __call__(self, function: Callable[Parameters, Result], /) -> Quantity[Parameters, Result]:
        """Declare `function` as a quantity."""


class Assignment:
    """An assignment as its author writes it; the module `assignment.py` of a reference folder holds exactly one."""

    def __init__(
        self,
        id: str,
        *,
        title: str,
        points: Points,
        versions: Mapping[str, str | Version] | None = None,
        tolerance: Tolerance | None = None,
        reveal: Reveal = "places",
        printed: Credit = "credit",
        other_names: Credit = "credit",
        follow_through: Points = 1,
        repeat: int = 1,
        broken_rules: Literal["flag", "lose"] = "flag",
        vary: int = 2,
        varied: Literal["flag", "require"] = "flag",
        replaced: Mapping[str, object] | None = None,
        python: str | PurePath | None = None,
        headings: Headings = (),
        language: str = ENGLISH,
    ) -> None:
        """Begin an assignment of `points` in all; every check, in each version, counts.

        `versions` maps a version's id to the template of its variable names, with `{}` for the quantity's name, or to a
        `version` with rules. The options from `reveal` to `varied` are the fields of `Policies`. `replaced` are
        values that a graded run has where the notebook assigns others (`{"EPOCHS": 2}`). `python` is the interpreter
        of the class, by its path from this folder, where it isn't the grader's own. `headings` are patterns of what
        headings look like besides the tasks' own names, as "Lab 3, part {letter}"; `{n}` and `{title}` may stand in
        them, too. `language` is that of the students' feedback pages ("ko"). Raises AssignmentError for what can't be
        meant.
        """
        place = author_place()
        policies = Policies(
            reveal=reveal,
            printed=printed,
            other_names=other_names,
            follow_through=read_share(follow_through, "follow_through", place),
            repeat=repeat,
            broken_rules=broken_rules,
            vary=vary,
            varied=varied,
        )
        self._declared = AssignmentDeclaration(
            id=read_id(id, place),
            title=read_text(title, "title", place),
            points=read_total(points, place),
            versions=read_versions(versions, place),
            tolerance=Tolerance() if tolerance is None else read_tolerance(tolerance, place),
            policies=read_policies(policies, place),
            replaced=read_replaced(replaced or {}, place),
            python=read_path(python, "python", place),
            language=read_language(language, place),
            place=place,
            headings=read_headings(headings, place),
        )

    @property
    def declaration(self) -> AssignmentDeclaration:
        """All that has been declared so far."""
        return self._declared

    def given(self, **values: object) -> None:
        """Declare inputs that the handout defines: numbers, nested lists, arrays or tensors.

        Functions get them as float64 (or int64, bool, complex128) tensors; floating ones are leaves with gradients.
        """
        place = author_place()
        for name, value in values.items():
            given = Given(
                name=read_identifier(name, "The given's name", place),
                value=read_given(name, value, place),
                place=place,
            )
            self._declared = self._declared.with_given(given)

    def given_by_student(
        self,
        name: str,
        *,
        shape: Sequence[int],
        names: Names | None = None,
        spread: tuple[float, float] = (1e-5, 1e3),
    ) -> None:
        """Declare an input that students draw themselves, such as random weights: each one's own counts as the given.

        It must have this shape, finite real elements, and a standard deviation within `spread`: with numbers that are
        tiny or huge, answers could be typed in that depend on none of them. Say `spread=(1e-7, 1.0)` where weights
        shall be smaller. In each version it stands where the template, or `names`, says; what the first cell that
        assigns it leaves is taken, or a later one's where that can't be it. Functions get it as float64.
        """
        place = author_place()
        scope = Scope(task=None, versions=self._declared.versions, tolerance=self._declared.tolerance)
        given = declare_drawn(name, shape, names, spread, scope, place)
        self._declared = self._declared.with_given(given)

    def task(
        self,
        heading: str,
        *,
        title: str = "",
        tolerance: Tolerance | None = None,
        headings: Headings = (),
        forbid: RuleNames | Mapping[str, RuleNames] = (),
        require: RuleNames | Mapping[str, RuleNames] = (),
    ) -> Task:
        """Declare a part of the assignment.

        `heading` is how its heading starts in the notebook (`Task 1`), `headings` how else it may. `forbid` and
        `require` hold for all its values and functions, as `Options` says.
        """
        place = author_place()
        heading = read_text(heading, "The heading", place)
        if not (id := slug(heading)):
            raise place.error(f"The heading {heading!r} makes no id.", remedy="Use at least one letter or digit.")
        title = read_text(title, "title", place) if title else ""
        also = read_headings(headings, place)
        task = TaskDeclaration(id=id, heading=heading, title=title, place=place, headings=also)
        self._declared = self._declared.with_task(task)
        outer = self._declared.tolerance
        inner = outer if tolerance is None else read_tolerance(tolerance, place, outer)
        versions = self._declared.versions
        ids = [version.id for version in versions] or [""]
        rules = rules_by_version({"forbid": forbid, "require": require}, ids, place)
        return Task(self, Scope(task=id, versions=versions, tolerance=inner, rules=rules))

    @overload
    def quantity(self, function: Callable[Parameters, Result], /) -> Quantity[Parameters, Result]: ...
    @overload
    def quantity(self, /, **options: Unpack[FunctionOptions]) -> Decorator: ...
    def quantity(
        self, function: Callable[Parameters, Result] | None = None, /, **options: Unpack[FunctionOptions]
    ) -> Quantity[Parameters, Result] | Decorator:
        """Declare a quantity that belongs to no task and so earns nothing; otherwise as `Task.value`."""
        place = author_place()
        if options.get("points") is not None:
            raise place.error("Points belong to a task.", remedy="Declare the quantity with a task's value() instead.")
        scope = Scope(task=None, versions=self._declared.versions, tolerance=self._declared.tolerance)
        declare = self._decorator(options, scope, place)
        return declare if function is None else declare(function)

    def mistake(self, of: Named | Callable[..., object], says: str) -> Callable[[Declared], Declared]:
        """Tell what to say of a mistake; decorates the function that makes it, in place of that of `of`.

        `of` is a quantity, or a function that students write, or the name of either. The function takes what that
        one's takes; for a quantity, anything that it is computed from. Where it gives a student's wrong answer, and
        nothing else does, `says` is said, word by word. Raises AssignmentError for what can't be meant.
        """
        place = author_place()
        # A function that students write stays the author's plain one.
        name = _name(of.__name__ if inspect.isfunction(of) or inspect.isclass(of) else of, "of", place)
        text = read_text(says, "says", place)

        def declare(function: Declared, /) -> Declared:
            read = read_students_function(function, place)
            mistake = MistakeDeclaration(of=name, says=text, function=read, place=read.place)
            self._declared = self._declared.with_mistake(mistake)
            return function

        return declare

    def _decorator(self, options: FunctionOptions, scope: Scope, place: Place) -> Decorator:
        refuse_unknown_options(options, FunctionOptions, place)

        def declare(function: Callable[Parameters, Result], /) -> Quantity[Parameters, Result]:
            declared = declare_function(function, options, scope, place)
            self._record(declared)
            return Quantity(declared.name, function)

        return declare

    def _record(self, item: Item) -> None:
        self._declared = self._declared.with_item(item)


class Task:
    """A part of an assignment; made by `Assignment.task`."""

    def __init__(self, assignment: Assignment, scope: Scope) -> None:
        self._assignment = assignment
        self._scope = scope

    @overload
    def value(self, function: Callable[Parameters, Result], /) -> Quantity[Parameters, Result]: ...
    @overload
    def value(self, /, **options: Unpack[FunctionOptions]) -> Decorator: ...
    def value(
        self, function: Callable[Parameters, Result] | None = None, /, **options: Unpack[FunctionOptions]
    ) -> Quantity[Parameters, Result] | Decorator:
        """Ask for what a variable holds at the end of the task's section; decorates the function that computes it.

        The function's parameters name the givens and quantities that it needs, and its docstring's first line is the
        title. `Options` and `FunctionOptions` say what may be set. Raises AssignmentError for what can't be meant.
        """
        declare = self._assignment._decorator(options, self._scope, author_place())
        return declare if function is None else declare(function)

    def gradient(self, name: str, *, of: Named, by: Named, **options: Unpack[Options]) -> Derivative:
        """Ask for the derivative of the scalar `of` by each element of `by`, which has the shape of `by`.

        `by` is a floating given, or a quantity that `of` is computed from. Autograd computes it.
        """
        place = author_place()
        refuse_unknown_options(options, Options, place)
        gradient = Gradient(of=_name(of, "of", place), by=_name(by, "by", place))
        declared = declare_gradient(name, gradient, options, self._scope, place)
        self._assignment._record(declared)
        return Derivative(declared.name)

    def function(self, **options: Unpack[CallableOptions]) -> Callable[[Declared], Declared]:
        """Ask for a function, or a class, of this name; decorates the one that knows what it should give.

        The student's is called with the cases, in a copy of its process, and each result is compared, leaf by leaf.
        `CallableOptions` says what may be set. Raises AssignmentError for what can't be meant.
        """
        place = author_place()
        refuse_unknown_options(options, CallableOptions, place)

        def declare(function: Declared, /) -> Declared:
            self._assignment._record(declare_callable(function, options, self._scope, place))
            return function

        return declare

    def property(self, **options: Any) -> Callable[[Declared], Declared]:
        """Ask for something that has many right answers; decorates a predicate over what the notebook left behind.

        The predicate is judged outside the sandbox, and returns true, false or a fraction, or one of these with a
        sentence for the student. Its parameters are variables of the student's, by the version's names or as an option
        of that name says (`last="history[-1]"`), results of `call(...)`, givens, and `hidden(...)` data by default.
        Raises AssignmentError for what can't be meant.
        """
        place = author_place()

        def declare(predicate: Declared, /) -> Declared:
            givens = {given.name for given in self._assignment.declaration.givens}
            self._assignment._record(declare_property(predicate, options, givens, self._scope, place))
            return predicate

        return declare

    def person(self, name: str, *, points: Points, rubric: str = "", title: str | None = None) -> None:
        """Ask for what a person judges: an explanation, a derivation, a plot. `rubric` tells that person how."""
        place = author_place()
        name = read_identifier(name, "The check's name", place)
        task = self._scope.task
        assert task is not None, "only Assignment.task makes tasks"
        self._assignment._record(
            PersonDeclaration(
                name=name,
                title=name if title is None else read_text(title, "title", place),
                task=task,
                points=read_points(points, place),
                rubric=inspect.cleandoc(rubric),
                place=place,
            )
        )


def _name(named: object, option: str, place: Place) -> str:
    name = named if isinstance(named, str) else getattr(named, "name", None)
    if not isinstance(name, str):
        raise place.error(
            f"{option}={named!r} names no quantity.", remedy=f'Write {option}="loss", or pass a quantity.'
        )
    return name
