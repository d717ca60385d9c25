"""`grader grade`: set everything up, watch the batch, tell what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, get_args

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from grader.analysis import Overview, overview
from grader.assignment.spec import Reveal, Spec
from grader.batch import (
    Batch,
    Beside,
    ClassEnvironment,
    Collected,
    Described,
    HandedIn,
    OutputFolder,
    Roster,
    Unpacker,
    Workers,
    class_environment,
    collect,
    find_beside,
    folder_digest,
    identify,
    interpreter,
    join_parts,
    provided_names,
    read_roster,
)
from grader.cli.engines import EngineChoice, check_engine
from grader.cli.summary import Summary, print_json, print_summary
from grader.cli.terminal import print_warning, safe, stderr
from grader.errors import ExitStatus, GradebookError, UsageError
from grader.execution import Engine
from grader.importing import without_collecting
from grader.records import Limits, Result, Submission

if TYPE_CHECKING:
    from grader.gradebook import Gradebook


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeOptions:
    """What the command line said, resolved once."""

    submissions: tuple[Path, ...]
    reference: Path
    out: Path
    roster: Path | None
    jobs: int
    engine: str
    python: str | None
    reveal: str | None
    vary: int | None
    repeat: int | None
    limits: Limits
    unsafe: bool
    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedClass:
    """What a batch came to: counted, seen as a whole, by which assignment, and where its files are."""

    summary: Summary
    seen: Overview
    spec: Spec
    out: OutputFolder


def run_grade(options: GradeOptions) -> ExitStatus:
    """Grade a batch; returns the exit status. Raises GraderError for what stops it before it begins."""
    graded = grade_class(options)
    if options.as_json:
        print_json(graded.summary, graded.seen, graded.out)
    else:
        print_summary(graded.summary, graded.seen.results, graded.spec, graded.out)
    return graded.summary.exit_status


def grade_class(options: GradeOptions) -> GradedClass:
    """Grade a batch and write all its files. Raises GraderError for what stops it before it begins."""
    check_engine(options.engine)
    reveal = _reveal(options.reveal)
    roster = read_roster(options.roster) if options.roster else Roster()
    out = OutputFolder(options.out)
    with (
        Workers(options.reference, processes=options.jobs) as workers,
        _collected(options, workers) as (collected, beside),
        _prepared(options, workers, collected, beside) as (described, environment, engine),
    ):
        from grader.gradebook import Gradebook  # imported by now; see `_prepared`

        spec = _with_policies(described.spec, reveal=reveal, vary=options.vary, repeat=options.repeat)
        out.create()
        with Gradebook.open(out.gradebook) as book:
            _refuse_another_assignment(book, spec, options.out)
            mine = identify(collected.hand_ins, roster, book.submissions(spec.id), beside)
            batch = _batch(options, described, spec, workers, engine, environment.versions, book)
            summary = _grade(batch, [*_files(collected, mine, beside), *_kept(book, spec, tuple(mine.values()))], out)
            results = _without_superseded(book.grades(), mine.values())
            summary.complete(results, collected, mine, roster)
            summary.python = environment.python
            seen = overview(results, spec)
            out.write_class(seen, spec, summary.absent)
    return GradedClass(summary=summary, seen=seen, spec=spec, out=out)


@contextmanager
def _collected(options: GradeOptions, workers: Workers) -> Iterator[tuple[Collected, dict[Path, Beside]]]:
    """The hand-ins, and by their paths what lies beside each. What was unpacked is there meanwhile."""
    apart = [options.reference, options.out, *([options.roster] if options.roster else [])]
    with TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True) as folder:
        collected = collect(options.submissions, Unpacker(workers.unpack, Path(folder)), apart)
        collected = replace(collected, hand_ins=join_parts(collected.hand_ins, workers.tasks))
        provided = provided_names(_provided(options))
        yield collected, {each.path: find_beside(each, provided, options.limits) for each in collected.hand_ins}


@contextmanager
def _prepared(
    options: GradeOptions, workers: Workers, collected: Collected, beside: Mapping[Path, Beside]
) -> Iterator[tuple[Described, ClassEnvironment, Engine]]:
    """The assignment, and an engine for the interpreter of the class. Both take a second to load, and do so at once."""
    choice = EngineChoice(
        name=options.engine,
        unsafe=options.unsafe,
        hand_ins=[hand_in.source for hand_in in collected.hand_ins],
        provided=_provided(options),
        names=frozenset(name for each in beside.values() for name in each.names),
    )
    if options.unsafe:
        print_warning("student code runs unprotected, as you, with your files and your network (--unsafe).")
    with ThreadPoolExecutor(1) as aside, ExitStack() as engines:
        loading = aside.submit(workers.describe)
        expected = interpreter(options.python, None, options.reference)
        environment = class_environment(expected, engine=options.engine)
        early = not OutputFolder(options.out).gradebook.is_file()  # else perhaps nothing is to be executed
        engine = engines.enter_context(closing(choice.make(environment.python, early=early)))
        with without_collecting():
            import_module("grader.gradebook.store")  # SQLAlchemy takes long, and the others work meanwhile
        described = loading.result()
        wanted = interpreter(options.python, described.spec.python, options.reference)
        if wanted != expected:
            engine.close()
            environment = class_environment(wanted, engine=options.engine)
            engine = engines.enter_context(closing(choice.make(environment.python, early=early)))
        yield described, environment, engine


def _provided(options: GradeOptions) -> Path | None:
    folder = options.reference / "provided"
    return folder if folder.is_dir() else None


def _reveal(word: str | None) -> Reveal | None:
    for reveal in get_args(Reveal):
        if word == reveal:
            return reveal  # type: ignore[no-any-return]  # get_args is untyped; it is one of Reveal's words
    if word is None:
        return None
    near = get_close_matches(word, get_args(Reveal), n=1, cutoff=0.0)[0]
    raise UsageError(f"--reveal can't be {word!r}.", remedy=f"Did you mean {near}? Choose values, places or marks.")


def _with_policies(spec: Spec, **said: object) -> Spec:
    """The spec with the policies in force: what the command line says goes before what the assignment says."""
    given = {name: value for name, value in said.items() if value is not None}
    return replace(spec, policies=replace(spec.policies, **given))  # type: ignore[arg-type]  # each is read by now


def _refuse_another_assignment(book: Gradebook, spec: Spec, folder: Path) -> None:
    with suppress(GradebookError):  # it holds no marks yet
        kept = book.assignment().spec
        if kept.id != spec.id:
            raise UsageError(
                f"{folder} holds the results of another assignment, {kept.id!r}.",
                remedy="Name another folder with --out.",
            )


def _batch(
    options: GradeOptions,
    described: Described,
    spec: Spec,
    workers: Workers,
    engine: Engine,
    versions: Mapping[str, str],
    book: Gradebook,
) -> Batch:
    book.keep_assignment(described.spec, described.sources)
    folder = _provided(options)
    return Batch(
        spec=spec,
        workers=workers,
        engine=engine,
        book=book,
        limits=options.limits,
        environment={**versions, "seal": engine.seal},  # what ran unsealed is no evidence for a sealed batch
        jobs=options.jobs,
        provided=folder,
        provided_digest=folder_digest(folder),
    )


def _files(collected: Collected, mine: Mapping[Path, Submission], beside: Mapping[Path, Beside]) -> list[HandedIn]:
    return [
        HandedIn(
            submission=mine[hand_in.path],
            path=hand_in.source,
            parts=hand_in.parts,
            beside=beside[hand_in.path],
            rejected=hand_in.rejected,
            fault=hand_in.fault,
            notes=hand_in.home.notes if hand_in.home else (),
        )
        for hand_in in collected.hand_ins
    ]


def _kept(book: Gradebook, spec: Spec, mine: Sequence[Submission]) -> list[HandedIn]:
    """Submissions of earlier gradings that an older state of the assignment marked: they are marked again, too."""
    current = {(submission.student.id, submission.attempt) for submission in mine}
    digests = book.graded_by(spec.id)
    return [
        HandedIn(submission=submission, path=None)
        for submission in book.submissions(spec.id)
        if (key := (submission.student.id, submission.attempt)) not in current and digests.get(key) != spec.digest
    ]


def _without_superseded(results: Iterable[Result], mine: Iterable[Submission]) -> list[Result]:
    """All but kept submissions that are files of this batch, which a roster now says are somebody else's."""
    owners = {submission.path: submission.student.id for submission in mine}
    return [
        result
        for result in results
        if owners.get(result.submission.path, result.submission.student.id) == result.submission.student.id
    ]


def _grade(batch: Batch, handed_in: Sequence[HandedIn], out: OutputFolder) -> Summary:
    summary = Summary(total=len(handed_in))
    try:
        with _progress(len(handed_in)) as advance, closing(batch.grade(handed_in)) as stream:
            for graded in stream:
                out.write(graded.submission, graded.pages)
                summary.add(graded)
                advance(graded.submission.student.id)
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
    disabled = not stderr.is_terminal
    # Drawn twice a second, not ten times: what draws it is what hands out the work.
    with Progress(*columns, console=stderr, transient=True, disable=disabled, refresh_per_second=2) as progress:
        task = progress.add_task("Grading", total=total, student="")
        yield lambda student: progress.update(task, advance=1, student=safe(student).plain[:30])
