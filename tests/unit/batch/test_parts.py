"""Which files of one student are one hand-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.batch import collect, join_parts
from grader.batch.hand_in import HandIn


def found(root: Path, tasks: dict[str, str]) -> list[tuple[str, list[str]]]:
    """The hand-ins of a class whose files have headings of these tasks: whose, and of which files."""
    for name in tasks:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")

    def tasks_in(paths: tuple[Path, ...]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(tasks[path.relative_to(root).as_posix()].split()) for path in paths)

    def files(hand_in: HandIn) -> list[str]:
        return [path.name for path in hand_in.parts or (hand_in.source,)]

    return [(each.owner, files(each)) for each in join_parts(collect([root]).hand_ins, tasks_in)]


def test_files_of_different_tasks_in_a_students_folder_are_one_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    tasks = {"bo/task10.ipynb": "t10", "bo/task9.ipynb": "t9", "cy/hw.ipynb": "t9 t10"}
    assert found(tmp_path, tasks) == [("bo", ["task9.ipynb", "task10.ipynb"]), ("cy", ["hw.ipynb"])]


@pytest.mark.parametrize(("one", "other"), [("t1 t2", "t2"), ("t1", "t1"), ("t1", ""), ("", "")])
def test_copies_drafts_and_files_without_headings_stay_attempts(tmp_path: Path, one: str, other: str) -> None:
    tasks = {"bo/task1.ipynb": one, "bo/task2.ipynb": other, "cy/hw.ipynb": "t1"}
    assert [owner for owner, _ in found(tmp_path, tasks)] == ["bo", "bo", "cy"]


def test_files_of_a_class_are_never_one(tmp_path: Path) -> None:
    tasks = {"amara.ipynb": "t1", "bo.ipynb": "t2"}
    assert [owner for owner, _ in found(tmp_path, tasks)] == ["amara", "bo"]


def test_a_folder_that_was_named_is_a_students_if_names_and_tasks_say_so(tmp_path: Path) -> None:
    tasks = {"task1.ipynb": "t1", "task2.ipynb": "t2"}
    ((owner, files),) = found(tmp_path / "bo", tasks)
    assert (owner, files) == ("bo", ["task1.ipynb", "task2.ipynb"])
    tasks = {"task1.ipynb": "t1 t2", "task2.ipynb": "t1 t2"}
    assert [owner for owner, _ in found(tmp_path / "bo", tasks)] == ["task1", "task2"]


@pytest.mark.parametrize("others", [{}, {"ann/hw.ipynb": "t1 t2", "ann/draft.ipynb": "t1 t2"}])
def test_a_folder_of_parts_among_files_is_a_students(tmp_path: Path, others: dict[str, str]) -> None:
    tasks = {"amara.ipynb": "t1 t2", "bo/part-a.ipynb": "t1", "bo/part-b.ipynb": "t2", **others}
    joined = dict(found(tmp_path, tasks))
    assert joined["bo"] == ["part-a.ipynb", "part-b.ipynb"]
    assert joined.keys() == {"amara", "bo", *{name.partition("/")[0] for name in others}}


def test_files_in_folders_of_their_own_stay_attempts(tmp_path: Path) -> None:
    tasks = {"bo/a/task1.ipynb": "t1", "bo/b/task2.ipynb": "t2", "cy/hw.ipynb": "t1", "di/hw.ipynb": "t1"}
    assert [owner for owner, _ in found(tmp_path, tasks)] == ["bo", "bo", "cy", "di"]
