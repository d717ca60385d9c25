"""Commands that take what another takes, besides options of their own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar, get_type_hints

Command = TypeVar("Command", bound=Callable[..., Any])


def taking_options_of(shared: Callable[..., object], **defaults: object) -> Callable[[Command], Command]:
    """Give a command the arguments and options of a function, with other defaults where some are named here.

    The command gets them as keywords, and hands them on to that function.
    """

    def decorate(command: Command) -> Command:
        own = [each for each in _parameters(command) if each.kind is not each.VAR_KEYWORD]
        taken = [each.replace(default=defaults.get(each.name, each.default)) for each in _parameters(shared)]
        both = [each.replace(kind=each.KEYWORD_ONLY) for each in (*taken, *own)]
        command.__signature__ = inspect.Signature(both)  # type: ignore[attr-defined]  # what inspect looks at first
        command.__annotations__ = {each.name: each.annotation for each in both}
        return command

    return decorate


def _parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
    """A function's parameters with annotations that are no text any more; what it returns may not be imported yet."""
    hints = {name: hint for name, hint in inspect.get_annotations(function).items() if name != "return"}
    names = getattr(function, "__globals__", {})
    known = get_type_hints(SimpleNamespace(__annotations__=hints), globalns=names, include_extras=True)
    return [each.replace(annotation=known[each.name]) for each in inspect.signature(function).parameters.values()]
