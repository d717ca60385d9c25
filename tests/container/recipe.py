"""What Containerfile and docs/container.md say, read as a container engine and a shell would."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One instruction of a Containerfile."""

    name: str
    argument: str

    @property
    def words(self) -> list[str]:
        """The argument, as a list in JSON or as words."""
        return list(json.loads(self.argument)) if self.argument.startswith("[") else shlex.split(self.argument)


@dataclass(frozen=True, kw_only=True)
class Command:
    """`docker run …` or `podman run …`: the options before the image, and what comes after it."""

    engine: str
    options: tuple[tuple[str, str], ...]
    image: str
    arguments: tuple[str, ...]

    def all_of(self, option: str) -> list[str]:
        """The values of an option that may be given several times."""
        return [value for name, value in self.options if name == option]


WITHOUT_VALUE = ("--rm",)


def read_instructions(text: str) -> list[Instruction]:
    """The instructions of a Containerfile."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    split = [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]
    return [Instruction(name=name, argument=argument.strip()) for name, argument in split]


def read_commands(markdown: str) -> list[str]:
    """The commands in a page's indented blocks, one a line."""
    blocks = re.findall(r"(?:^ {4}.*\n)+", markdown, flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", "", "".join(blocks))
    return [line.strip() for line in joined.splitlines()]


def read_run(line: str) -> Command:
    """One of them that runs an image."""
    engine, run, *words = shlex.split(line)
    assert run == "run", line
    options: list[tuple[str, str]] = []
    while words[0].startswith("--"):
        name = words.pop(0)
        options.append((name, "" if name in WITHOUT_VALUE else words.pop(0)))
    return Command(engine=engine, options=tuple(options), image=words[0], arguments=tuple(words[1:]))
