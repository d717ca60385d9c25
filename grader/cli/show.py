"""`grader show STUDENT`: one submission's marks in the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from grader.batch import OutputFolder
from grader.cli.summary import SAID_BY_VERDICTS, print_class, print_document
from grader.cli.terminal import STATUS_STYLES, VERDICT_STYLES, safe, stdout
from grader.errors import UsageError
from grader.gradebook import Gradebook
from grader.records import CheckGrade, Found, Result, Submission
from grader.reports import explain, points_text, task_text, total_text


def run_show(student: str, *, out: Path, attempt: int | None, as_json: bool) -> None:
    """Print a student's marks, or the class's where `student` is empty.

    Raises UsageError where there is no gradebook, GradebookError where nobody of that id or name is in it.
    """
    folder = OutputFolder(out)
    if not folder.gradebook.is_file():
        raise UsageError(f"There is no gradebook in {out}.", remedy="Grade first, or name the folder with --out.")
    with Gradebook.open(folder.gradebook) as book:
        spec = book.assignment().spec
        if not student:
            print_class(list(book.grades()), spec, folder, as_json=as_json)
            return
        result = book.find(_id_of(student, book.submissions(spec.id)), attempt)
    if as_json:
        print_document(json.loads(_read(folder.root / "results" / result.submission.slug / "result.json")))
    else:
        _print(result, folder, {task.id: task.heading for task in spec.tasks})


def _id_of(asked: str, submissions: Sequence[Submission]) -> str:
    """The id of the one student whose id or name this is, but for upper and lower case; else what was asked."""
    students = {submission.student.id: submission.student for submission in submissions}
    if asked in students:
        return asked
    folded = asked.casefold()
    fitting = [id for id, student in students.items() if folded in (id.casefold(), student.name.casefold())]
    return fitting[0] if len(fitting) == 1 else asked


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.", remedy="Grade again to write it anew.") from error


def _print(result: Result, folder: OutputFolder, headings: Mapping[str, str]) -> None:
    submission, grade = result.submission, result.grade
    who = safe(submission.student.id, "bold") + safe(f"  {submission.student.name}")
    stdout.print(who + Text(f"  {total_text(grade)}"))
    status = safe(result.status, STATUS_STYLES[result.status])
    stdout.print(Text.assemble(safe(submission.path, "dim"), f"  attempt {submission.attempt}  ", status))
    if result.execution.reason:
        stdout.print(safe(result.execution.reason))
    for task in grade.tasks:
        heading = headings.get(task.id, task.id)
        title = task.title if task.title.startswith(heading) else f"{heading}: {task.title}".strip(": ")
        stdout.print()
        stdout.print(Text.assemble(safe(title, "bold"), f"  {task_text(task)}"))
        stdout.print(_table(task.checks))
        for check in task.checks:
            if check.verdict != "correct":
                stdout.print(Text.assemble(safe(check.id, "dim"), "  ", safe(str(explain(check, "staff", heading)))))
    flags = [flag for flag in grade.flags if flag.code not in SAID_BY_VERDICTS]
    if flags:
        stdout.print()
        stdout.print(Text("To look at", style="bold"))
    for flag in flags:
        stdout.print(Text.assemble(safe(flag.code, "yellow"), "  ", safe(str(flag.message))))
    stdout.print()
    feedback = folder.root / "feedback" / f"{submission.slug}.html"
    stdout.print(Text.assemble("Feedback: ", (str(feedback), "bold")), soft_wrap=True)


def _table(checks: tuple[CheckGrade, ...]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column("check", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("found", overflow="fold")
    for check in checks:
        table.add_row(
            safe(check.id),
            f"{points_text(check.points)} / {points_text(check.max_points)}",
            safe(check.verdict, VERDICT_STYLES[check.verdict]),
            safe(_where(check.found)),
        )
    return table


def _where(found: Found | None) -> str:
    if found is None:
        return "–"
    what = "printed" if found.kind == "printed" else found.name
    return what if found.cell is None else f"{what}, cell {found.cell}"
