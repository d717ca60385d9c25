"""The commands, their options and their help."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.sharing import taking_options_of
from grader.cli.terminal import print_error
from grader.errors import GraderError
from grader.importing import without_collecting

if TYPE_CHECKING:
    from grader.cli.grade import GradeOptions

app = typer.Typer(
    name="grader",
    help="Mark numeric coursework in Jupyter notebooks against a PyTorch reference, with reasons.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

DEFAULT_ENGINE = "warm" if sys.platform == "linux" else "kernel"

OutOption = Annotated[Path, typer.Option("--out", "-o", help="Folder of the results.", file_okay=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables for people.")]


def main() -> None:
    """Run the command line; what a person can mend ends in one line and an exit status, not in a traceback."""
    # Being told to end is like Ctrl-C: what runs is killed, and what was done is kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except GraderError as error:
        print_error(error)
        sys.exit(error.exit_status)


def _print_version(wanted: bool) -> None:
    if wanted:
        from grader.cli.versions import version_line

        typer.echo(version_line())
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_print_version, is_eager=True, help="Print versions and exit.")
    ] = False,
) -> None:
    pass


@app.command()
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The reference folder to make.", file_okay=False)
    ] = Path("reference"),
    solution: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Draft it from your own solution: a notebook, a script or a document.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a reference folder to begin with. Nothing that is there already is overwritten.

    It holds a small assignment that grades as it is, with a value, a function and a property, and a hand-in that gets
    full marks. With --from, it is drafted from your solution, which is read and never run: headings are tasks, what is
    assigned under them are quantities, and `# points: 2` behind a statement says what it earns.
    """
    from grader.cli.init import run_draft, run_init

    if solution is None:
        run_init(folder, as_json=as_json)
    else:
        run_draft(solution, folder, as_json=as_json)


def _grade_options(
    submissions: Annotated[
        list[Path],
        typer.Argument(help="Notebooks, scripts, documents; archives or folders that hold them.", show_default=False),
    ],
    reference: Annotated[
        Path, typer.Option("--reference", "-r", help="Folder of the assignment and its reference.", file_okay=False)
    ] = Path("reference"),
    out: OutOption = Path("results"),
    roster: Annotated[
        Path | None,
        typer.Option("--roster", help="CSV of the class: id,name,email. Adds names, and rows for the absent."),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Submissions at a time; 0 is one a core.")] = 0,
    engine: Annotated[
        str,
        typer.Option("--engine", help="What executes notebooks: warm (copies of one process), or kernel."),
    ] = DEFAULT_ENGINE,
    python: Annotated[
        str | None,
        typer.Option(
            "--python",
            metavar="PATH",
            help="Interpreter of the class, 3.9 or newer with IPython; else the assignment's, or grader's own.",
            show_default=False,
        ),
    ] = None,
    reveal: Annotated[
        str | None,
        typer.Option("--reveal", help="What students are shown: values, places or marks; else the assignment says."),
    ] = None,
    vary: Annotated[
        int | None,
        typer.Option(
            "--vary", min=0, max=5, help="Runs with other numbers in the givens; else the assignment says (2)."
        ),
    ] = None,
    repeat: Annotated[
        int | None,
        typer.Option("--repeat", min=0, max=1, help="Runs with another seed; else the assignment says (1)."),
    ] = None,
    cell_seconds: Annotated[float, typer.Option(min=0.1, help="Time limit of a cell.")] = 20.0,
    total_seconds: Annotated[float, typer.Option(min=0.1, help="Time limit of an execution.")] = 60.0,
    memory_mb: Annotated[int, typer.Option(min=256, help="Memory limit of an execution.")] = 2048,
    disk_mb: Annotated[int, typer.Option(min=1, help="Limit of what an execution may write to disk.")] = 256,
    processes: Annotated[int, typer.Option(min=1, help="Limit of processes and threads of an execution.")] = 64,
    output_mb: Annotated[float, typer.Option(min=0.01, help="Limit of what an execution may print.")] = 10.0,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Run student code unprotected, with your rights, on this machine.")
    ] = False,
    as_json: JsonOption = False,
) -> GradeOptions:
    """What was said of how a batch is to be graded."""
    with without_collecting():
        from grader.cli.grade import GradeOptions
        from grader.records import Limits

    limits = Limits(
        cell_seconds=cell_seconds,
        total_seconds=total_seconds,
        memory_bytes=memory_mb * 1024**2,
        disk_bytes=disk_mb * 1024**2,
        processes=processes,
        output_bytes=int(output_mb * 1_000_000),
    )
    return GradeOptions(
        submissions=tuple(submissions),
        reference=reference,
        out=out,
        roster=roster,
        jobs=jobs or os.cpu_count() or 1,
        engine=engine,
        python=python,
        reveal=reveal,
        vary=vary,
        repeat=repeat,
        limits=limits,
        unsafe=unsafe,
        as_json=as_json,
    )


@app.command()
@taking_options_of(_grade_options)
def grade(**said: Any) -> None:
    """Execute, mark and report a class's notebooks.

    Files, folders and archives may be mixed: notebooks, Python scripts, Markdown, R Markdown, Quarto; .zip, .tar.gz.
    What lies in a student's own folder or archive lies beside the notebook when it runs.

    Grading into the same folder again executes only what is new or changed, and marks all again. Exit status: 0 every
    submission has a grade, 1 some could not be graded through no fault of theirs, 2 wrong usage or a broken assignment,
    3 student code can't be sealed here and --unsafe wasn't given.
    """
    options = _grade_options(**said)
    from grader.cli.grade import run_grade

    raise typer.Exit(run_grade(options))


@app.command()
@taking_options_of(_grade_options, out=Path("calibration"))
def calibrate(
    marks: Annotated[
        Path,
        typer.Option(
            "--marks", "-m", help="CSV of people's marks: student, and check or task ids or points.", show_default=False
        ),
    ],
    **said: Any,
) -> None:
    """Grade hand-ins that people have marked, and say where the grader and they differ, and what would settle it.

    The marks are a CSV file with a column `student`, and one for each check's id, task's id or `points` that people
    gave marks for. Every disagreement is listed with what was found and said; and the tolerances, second right answers,
    headings and policies that would settle most of them. Options and exit status are those of `grade`.
    """
    options = _grade_options(**said)
    from grader.cli.calibrate import run_calibrate

    raise typer.Exit(run_calibrate(options, marks))


@app.command()
def show(
    student: Annotated[
        list[str] | None, typer.Argument(help="A student's id or name; nobody for everybody.", show_default=False)
    ] = None,
    out: OutOption = Path("results"),
    attempt: Annotated[int | None, typer.Option(min=1, help="Which attempt; else the last.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show one submission's marks, check by check, or everybody's points."""
    from grader.cli.show import run_show

    run_show(" ".join(student or []), out=out, attempt=attempt, as_json=as_json)


@app.command()
def outline(
    notebooks: Annotated[list[Path], typer.Argument(help="Notebooks, or folders that hold them.", show_default=False)],
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            "-r",
            help="Folder of the assignment; else reference, where it is there, or no tasks at all.",
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say which cells of a notebook belong to which task, by which headings, and which other headings don't count.

    Runs nothing of the notebook. Without an assignment, shows all that looks like a heading.
    """
    from grader.cli.outline import run_outline

    run_outline(notebooks, reference, as_json=as_json)


@app.command()
def validate(
    reference: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="The reference folder.", file_okay=False),
    ] = Path("reference"),
    as_json: JsonOption = False,
) -> None:
    """Say which mistakes no check of an assignment would see, and with which numbers in the handout they would.

    Tries every small mistake in each of its functions: another axis, a sign, a call left out. Exit status: 0 nothing
    is left to do, 1 other numbers would show more, 2 a broken assignment.
    """
    from grader.cli.validate import run_validate

    raise typer.Exit(run_validate(reference, as_json=as_json))


@app.command()
def doctor(
    python: Annotated[
        str | None,
        typer.Option(
            "--python", metavar="PATH", help="Interpreter of the class; else grader's own.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what this machine can seal, by trying to break out, and what to do about what is missing.

    Exit status: 0 student code can be sealed in, 2 wrong usage, 3 it can't.
    """
    from grader.cli.doctor import run_doctor

    raise typer.Exit(run_doctor(python, as_json=as_json))
