"""`grader grade`: set everything up, watch the batch, tell what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from grader.assignment.spec import Reveal
from grader.batch import Batch, OutputFolder, Roster, Workers, collect, identify, read_roster
from grader.cli.summary import Summary, print_json, print_summary
from grader.cli.terminal import print_warning, safe, stderr
from grader.cli.versions import versions
from grader.errors import ExitStatus, UnsealedError, UsageError
from grader.execution import ENGINES, Engine
from grader.gradebook import Gradebook
from grader.records import Limits, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeOptions:
    """What the command line said, resolved once."""

    submissions: tuple[Path, ...]
    reference: Path
    out: Path
    roster: Path | None
    jobs: int
    engine: str
    reveal: str | None
    limits: Limits
    unsafe: bool
    as_json: bool


def run_grade(options: GradeOptions) -> ExitStatus:
    """Grade a batch; returns the exit status. Raises GraderError for what stops it before it begins."""
    engine = _engine(options.engine)
    reveal = _reveal(options.reveal)
    _accept_the_risk(unsafe=options.unsafe)
    collected = collect(options.submissions)
    roster = read_roster(options.roster) if options.roster else Roster()
    submissions = identify(collected.hand_ins, roster)
    out = OutputFolder(options.out)
    with Workers(options.reference, processes=options.jobs) as workers:
        described = workers.describe()
        spec = described.spec
        out.create()
        with Gradebook.open(out.gradebook) as book:
            book.keep_assignment(spec, described.sources)
            batch = Batch(
                spec=spec,
                workers=workers,
                engine=engine,
                book=book,
                limits=options.limits,
                environment=versions(),
                reveal=reveal or spec.policies.reveal,
                jobs=options.jobs,
                provided=_provided(options.reference),
            )
            summary = _grade(batch, submissions, out)
            results = tuple(book.grades())
            absent = roster.absent(result.submission.student.id for result in results)
            out.write_class(results, spec, absent)
    summary.skipped = len(collected.skipped)
    if options.as_json:
        print_json(summary, results, absent, out)
    else:
        print_summary(summary, results, absent, spec, out)
    return _exit_status(summary)


def _engine(name: str) -> Engine:
    if name not in ENGINES:
        raise UsageError(f"There is no engine {name!r}.", remedy=f"Choose one of: {', '.join(ENGINES)}.")
    return ENGINES[name]()


def _reveal(word: str | None) -> Reveal | None:
    for reveal in get_args(Reveal):
        if word == reveal:
            return reveal  # type: ignore[no-any-return]  # get_args is untyped; it is one of Reveal's words
    if word is None:
        return None
    near = get_close_matches(word, get_args(Reveal), n=1, cutoff=0.0)[0]
    raise UsageError(f"--reveal can't be {word!r}.", remedy=f"Did you mean {near}? Choose values, places or marks.")


def _accept_the_risk(*, unsafe: bool) -> None:
    if not unsafe:
        raise UnsealedError(
            "There is no sandbox yet: student code would run unprotected, as you, with your files and your network.",
            remedy="Say --unsafe to run it all the same.",
        )
    print_warning("student code runs unprotected, as you, with your files and your network (--unsafe).")


def _provided(reference: Path) -> Path | None:
    folder = reference / "provided"
    return folder if folder.is_dir() else None


def _grade(batch: Batch, submissions: Mapping[Path, Submission], out: OutputFolder) -> Summary:
    summary = Summary(total=len(submissions))
    try:
        with _progress(len(submissions)) as advance, closing(batch.grade(submissions)) as stream:
            for graded in stream:
                out.write(graded.result.submission, graded.pages)
                summary.add(graded)
                advance(graded.result.submission.student.id)
    except KeyboardInterrupt:
        summary.interrupted = True
    return summary


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on a terminal, nothing elsewhere; yields what is called with the student whose turn is over."""
    columns = (
        TextColumn("[progress.description]{task.description}", markup=True),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[student]}", markup=False),
    )
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        task = progress.add_task("Grading", total=total, student="")
        yield lambda student: progress.update(task, advance=1, student=safe(student).plain[:30])


def _exit_status(summary: Summary) -> ExitStatus:
    if summary.interrupted:
        return ExitStatus.INTERRUPTED
    return ExitStatus.UNGRADED if summary.ungraded else ExitStatus.OK
