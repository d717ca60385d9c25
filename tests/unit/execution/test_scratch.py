"""Folders are made fresh and removed whole; what lies in them may be a trap."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.execution.scratch import read_frame, remove, scratch


def test_provided_files_are_copied_and_everything_is_removed(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "data.csv").write_text("1")
    with scratch(tmp_path) as place:
        copy = place.work / "sub" / "data.csv"
        assert copy.read_text() == "1"
        copy.write_text("2")
        assert place.root.stat().st_mode & 0o777 == 0o700
    assert not place.root.exists()
    assert (tmp_path / "sub" / "data.csv").read_text() == "1"


def test_a_folder_without_permissions_or_nested_without_end_is_removed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "locked" / "inner").mkdir(parents=True)
    (root / "locked").chmod(0)
    folder = os.open(root, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    remove(root)
    assert not root.exists()


def test_a_link_out_of_the_folder_is_removed_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(kept)
    remove(root)
    assert (kept / "file").exists()


@pytest.mark.parametrize("trap", ["link", "pipe", "folder", "large", "absent"])
def test_a_frame_is_read_from_a_regular_file_of_bounded_size_only(tmp_path: Path, trap: str) -> None:
    path = tmp_path / "frame"
    path.write_bytes(b"12345678")
    assert read_frame(path, 8) == b"12345678"
    trapped = tmp_path / "trap"
    match trap:
        case "link":
            trapped.symlink_to(path)
        case "pipe":
            os.mkfifo(trapped)
        case "folder":
            trapped.mkdir()
        case "large":
            trapped.write_bytes(b"123456789")
    assert read_frame(trapped, 8) is None
