"""What a drafted module declares, as text in pieces: each knows how it is written, none what a solution is."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

WIDTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A check of a task, or a quantity without points. `method` is what declares it; `options` its keywords.

    `returns` annotates a function, "" for none; `todo` is said beside the declaration.
    """

    task: str
    method: str
    options: Mapping[str, str]
    name: str
    parameters: tuple[str, ...] = ()
    annotated: bool = False
    returns: str = ""
    title: str = ""
    body: tuple[str, ...] = ()
    definition: str = ""
    todo: str = ""

    def written(self, owner: str) -> str:
        """The declaration as `owner` (a task's variable, or the assignment's) makes it."""
        todo = f"  # TODO: {self.todo}" if self.todo else ""
        if self.method in ("gradient", "person"):
            return call(f"{owner}.{self.method}", (f'"{self.name}"',), self.options) + todo
        decorator = "@" + (
            call(f"{owner}.{self.method}", (), self.options) if self.options else f"{owner}.{self.method}"
        )
        if todo:
            decorator = (
                f"#{todo.removeprefix('  #')}\n{decorator}"
                if "\n" in decorator or len(decorator + todo) > WIDTH
                else decorator + todo
            )
        return f"{decorator}\n{self.definition or self._function()}"

    def _function(self) -> str:
        parameters = [f"{name}: Tensor" if self.annotated else name for name in self.parameters]
        returns = f" -> {self.returns}" if self.returns else ""
        lines = [f'"""{self.title}"""'] if self.title else []
        body = textwrap.indent("\n".join([*lines, *self.body]), "    ")
        return f"{call(f'def {self.name}', parameters, {}) + returns}:\n{body}"


def call(function: str, arguments: tuple[str, ...] | list[str], keywords: Mapping[str, str]) -> str:
    """A call, on as many lines as it needs."""
    parts = [*arguments, *(f"{name}={value}" for name, value in keywords.items())]
    line = f"{function}({', '.join(parts)})"
    if len(line) + 1 <= WIDTH and "\n" not in line:
        return line
    inside = "\n".join(f"{textwrap.indent(part, '    ')}," for part in parts)
    return f"{function}(\n{inside}\n)"


def listed(parts: tuple[str, ...], room: int) -> str:
    """A list, on as many lines as it needs where `room` characters are left."""
    line = f"[{', '.join(parts)}]"
    if len(line) <= room and "\n" not in line:
        return line
    inside = "\n".join(f"{textwrap.indent(_broken(part), '    ')}," for part in parts)
    return f"[\n{inside}\n]"


def _broken(part: str) -> str:
    """A tuple or a dict of too many characters, one element a line."""
    if len(part) + 9 <= WIDTH or part[0] not in "([{":
        return part
    closing = {"(": ")", "[": "]", "{": "}"}[part[0]]
    elements = "\n".join(f"{textwrap.indent(_broken(each), '    ')}," for each in _elements(part[1:-1]))
    return f"{part[0]}\n{elements}\n{closing}"


def _elements(text: str) -> list[str]:
    """What stands between the commas of a text, those in brackets or quotes apart."""
    elements, depth, quote = [""], 0, ""
    for letter in text:
        if letter in "\"'":
            quote = "" if quote == letter else quote or letter
        elif not quote:
            depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and not depth and not quote:
            elements.append("")
        else:
            elements[-1] += letter
    return [element.strip() for element in elements if element.strip()]
