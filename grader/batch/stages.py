"""The values between the batch's stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.assignment.spec import Policies, Spec
from grader.batch.beside import ALONE, Beside
from grader.execution import Recording
from grader.gradebook import Entry, Stored
from grader.notebook import Outline
from grader.records import ExecutionStatus, Plan, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An assignment as data: its spec, and the text of its sources by path."""

    spec: Spec
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlined:
    """The outline of a notebook; None where `rejected` says why it can't be read."""

    outline: Outline | None = None
    rejected: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """A submission of a batch, and where its notebook is: in a file, or, where `path` is None, in the gradebook.

    `parts` are the files that it is made of, where they are several; `beside` is what lies beside it when it runs.
    `rejected` says why the file isn't read at all, `fault` why that is our own. `notes` say what was mended or left out
    before it could be read.
    """

    submission: Submission
    path: Path | None
    parts: tuple[Path, ...] = ()
    beside: Beside = ALONE
    rejected: str = ""
    fault: str = ""
    notes: tuple[str, ...] = ()

    @property
    def company(self) -> Company:
        """What reading it has to know of the rest."""
        return Company(
            notes=(*self.notes, *self.beside.notes),
            companions=self.beside.names,
            digest=self.beside.digest,
            parts=self.parts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What comes with a file that is read: what to say of it, the names of what lies beside it, and their digest.

    `parts` are the files that a hand-in is made of, where they are several.
    """

    notes: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    digest: str = ""
    parts: tuple[Path, ...] = ()


BY_ITSELF = Company()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for a whole batch: the reference folder, the policies in force, and what is written beside each mark.

    `versions` are those of the class's environment, which an execution knows better; `facts` are ours.
    """

    reference: Path
    policies: Policies
    versions: Mapping[str, str]
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A hand-in as it was read, and what is to be executed of it.

    `sha256` is that of the bytes that were read, and of what lies beside them. `document` is the notebook as JSON text,
    which the batch hands on and never parses. `companions` are the files without which it must not be executed. Where
    they are no notebook, `rejected` says why, and the rest is None.
    """

    sha256: str
    document: str | None = None
    plan: Plan | None = None
    companions: tuple[str, ...] = ()
    rejected: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """A submission that is ready to be marked: what was read, and its executions, kept ones before `fresh` ones.

    `document` and `plan` are None where it couldn't be read; there is one execution all the same, that says why.
    """

    submission: Submission
    key: str = ""
    document: str | None = None
    plan: Plan | None = None
    stored: Stored | None = None
    fresh: tuple[Recording, ...] = ()
    marked_at: str

    @property
    def main_status(self) -> ExecutionStatus:
        """How the main execution ended."""
        return self.stored.status if self.stored else self.fresh[0].told.status

    @property
    def is_repeated(self) -> bool:
        """Whether there is a second execution in a process of its own."""
        stored = [row["purpose"] for row in self.stored.rows] if self.stored else []
        return "repeat" in [*stored, *(recording.told.purpose for recording in self.fresh)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantsRepeat:
    """That a submission isn't to be marked before its notebook has been executed once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """A submission's files, as text."""

    result: str
    executed: str
    feedback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A marked submission: its files, and what the gradebook keeps of it."""

    pages: Pages
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A submission whose grade is in the gradebook, and its files; `executed` is False where nothing was run for it."""

    submission: Submission
    pages: Pages
    executed: bool
