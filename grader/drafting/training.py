"""What calls change and draw that their text alone doesn't show: optimisers, the solution's functions and classes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from grader.drafting.steps import CHANGING, RANDOM, Step, draws_numbers, seeds_numbers

_OPTIMISERS = frozenset(
    {
        *("SGD", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "Rprop"),
        *("Adagrad", "Adadelta", "ASGD", "LBFGS", "SparseAdam"),
    }
)
_LOOPS = (ast.For, ast.While, ast.AugAssign)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Callable:
    """A function or a class of the solution's: what calls of it change, of its parameters or of the notebook's names.

    `trains`: it improves something step by step. `methods` are those that change their object, each with whether it
    improves it so.
    """

    parameters: tuple[str, ...] = ()
    changes: frozenset[str] = frozenset()
    draws: bool = False
    trains: bool = False
    methods: Mapping[str, bool] = field(default_factory=dict)


def with_training(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Add to each statement what it changes and draws by what it calls."""
    known: dict[str, _Callable] = {}
    objects = _Objects()
    found: list[Step] = []
    for step in steps:
        if isinstance(step.node, ast.FunctionDef | ast.ClassDef):
            known[step.node.name] = made = _callable(step, known)
            found.append(replace(step, drawing=made.draws))
            continue
        objects.learn(step.node)
        changed, trains = _changed(step.node, objects, known)
        drawing = any(known[name].draws for name in step.reads & known.keys())
        reads = step.reads | {RANDOM} if drawing else step.reads
        improved = changed - step.defines
        found.append(replace(step, changes=step.changes | improved, improved=improved, reads=reads, trains=trains))
    return tuple(found)


class _Objects:
    """What names hold: an optimiser holds what it improves, a model of several parts holds these."""

    def __init__(self) -> None:
        self._held: dict[str, frozenset[str]] = {}
        self.classes: dict[str, str] = {}

    def learn(self, node: ast.AST) -> None:
        """Learn from all assignments in a piece of code."""
        for each in ast.walk(node):
            match each:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._held[name] = frozenset(self._parts(value)) - {name}
                    self.classes[name] = _called(value)

    def reached(self, name: str) -> frozenset[str]:
        """A name, and all that is improved where it is."""
        found, waiting = set[str](), [name]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += self._held.get(each, ())
        return frozenset(found)

    def _parts(self, value: ast.expr) -> Iterator[str]:
        owners = {owner.id for call in ast.walk(value) if (owner := _owner_of_parameters(call)) is not None}
        match value:
            case ast.Name(id=name):
                yield name
            case ast.Call(args=arguments, keywords=keywords) if _called(value)[:1].isupper():
                first = [*arguments[:1], *(each.value for each in keywords if each.arg == "params")]
                within = first if _called(value) in _OPTIMISERS else arguments
                names = {each.id for part in within for each in ast.walk(part) if isinstance(each, ast.Name)}
                plain = names if _called(value) in _OPTIMISERS and not owners else names & self._held.keys()
                yield from owners or {name for name in plain if self._is_held(name, value)}
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                yield from owners or {each.id for each in elements if isinstance(each, ast.Name)}
            case _:
                yield from owners

    def _is_held(self, name: str, maker: ast.expr) -> bool:
        """Whether a name in the arguments of a maker is something that changes with what is made."""
        return _called(maker) in _OPTIMISERS or self.classes.get(name, "")[:1].isupper() or bool(self._held[name])


def _owner_of_parameters(node: ast.AST) -> ast.Name | None:
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="parameters" | "named_parameters")):
            while isinstance(owner, ast.Attribute | ast.Subscript):
                owner = owner.value
            return owner if isinstance(owner, ast.Name) else None
    return None


def _called(value: ast.expr) -> str:
    match value:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
    return ""


def _changed(node: ast.AST, objects: _Objects, known: Mapping[str, _Callable]) -> tuple[frozenset[str], bool]:
    """What the calls in a piece of code change, and whether any of them improves it step by step."""
    changed: set[str] = set()
    trains = False
    for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr="step") if name in objects.classes or call.args == []:
                changed |= objects.reached(name)
                trains = True
            case ast.Attribute(value=ast.Name(id=name), attr="fit"):
                changed |= objects.reached(name)
                trains = True
            case ast.Attribute(value=ast.Name(id=name), attr=method):
                methods = known.get(objects.classes.get(name, ""), _Callable()).methods
                changed |= objects.reached(name) if method in methods else set()
                trains = trains or methods.get(method, False)
            case ast.Name(id=name) if name in known and known[name].changes:
                for passed in _passed(call, known[name]):
                    changed |= objects.reached(passed)
                trains = trains or known[name].trains
    return frozenset(changed), trains


def _passed(call: ast.Call, function: _Callable) -> Iterator[str]:
    """The names that a call of a function changes, by what it is given for its parameters."""
    given = dict(zip(function.parameters, call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    for name in sorted(function.changes):
        value = given.get(name)
        if isinstance(value, ast.Name):
            yield value.id
        elif name not in function.parameters:
            yield name


def _callable(step: Step, known: Mapping[str, _Callable]) -> _Callable:
    node = step.node
    own = draws_numbers(node) and not (isinstance(node, ast.FunctionDef) and seeds_numbers(node))
    draws = own or any(known[name].draws for name in step.reads & known.keys())
    if isinstance(node, ast.ClassDef):
        bases = [known[base.id].methods for base in node.bases if isinstance(base, ast.Name) and base.id in known]
        return _Callable(draws=draws, methods={key: told for each in bases for key, told in each.items()} | _own(node))
    assert isinstance(node, ast.FunctionDef)
    objects = _Objects()
    objects.learn(node)
    parameters = tuple(argument.arg for argument in [*node.args.args, *node.args.kwonlyargs])
    changed, trains = _changed(node, objects, known)
    # What the function made itself is gone when it returns.
    lasting = (changed if trains else frozenset()) | frozenset(_mutated(node))
    kept = lasting & {*parameters, *step.reads}
    return _Callable(parameters=parameters, changes=kept, draws=draws, trains=trains)


def _mutated(function: ast.FunctionDef) -> Iterator[str]:
    """The names that a function changes in place, and doesn't bind itself."""
    bound = {
        target.id
        for each in ast.walk(function)
        if isinstance(each, ast.Assign | ast.For)
        for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
        if isinstance(target, ast.Name)
    }
    for each in ast.walk(function):
        match each:
            case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
                changed = _root(each)
            case ast.AugAssign(target=ast.Name(id=changed)):
                pass
            case ast.Call(func=ast.Attribute(value=ast.Name(id=changed), attr=method)) if method in CHANGING:
                pass
            case _:
                continue
        if changed and changed not in bound:
            yield changed


def _own(node: ast.ClassDef) -> dict[str, bool]:
    """The methods of a class that change its object, through others of its methods too."""
    methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef) and each.args.args}
    changing = {name for name, method in methods.items() if _changes_self(method, frozenset())}
    for _ in methods:
        changing |= {name for name, method in methods.items() if _changes_self(method, frozenset(changing))}
    return {
        name: any(isinstance(each, _LOOPS) for each in ast.walk(methods[name]))
        for name in sorted(changing)
        if name != "__init__"
    }


def _changes_self(method: ast.FunctionDef, changing: frozenset[str]) -> bool:
    own = method.args.args[0].arg
    for each in ast.walk(method):
        match each:
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()) if _root(each) == own:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=called)) if name == own:
                if called in changing:
                    return True
            case ast.Call(func=ast.Attribute(attr=called) as func) if called in CHANGING | {"step"}:
                if _root(func) == own:
                    return True
    return False


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
