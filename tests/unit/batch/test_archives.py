"""Archives: what is in them comes out, and nothing else happens."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.batch.archives import unpack
from grader.batch.unpacking import STUDENT, Bounds, Unpacked
from grader.errors import NotebookRejected
from tests import hostile_archives as hostile
from tests.hostile_archives import tarred, written, zipped

HW = {"hw.ipynb": b"{}", "data/x.csv": b"1,2\n"}


def unpacked(
    tmp_path: Path, content: bytes, bounds: Bounds = STUDENT, name: str = "bo.zip"
) -> tuple[set[str], Unpacked]:
    into = tmp_path / "into"
    into.mkdir()
    told = unpack(written(tmp_path / name, content), into, bounds)
    for path in into.rglob("*"):
        assert not path.is_symlink()
        assert path.is_dir() or path.is_file()
    assert {path.name for path in tmp_path.iterdir()} <= {"into", name}
    return {path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file()}, told


@pytest.mark.parametrize(
    "content",
    [zipped(HW), zipped(HW, zipfile.ZIP_STORED), tarred(HW), tarred(HW, "w"), tarred(HW, "w:gz")],
    ids=["zip", "stored", "tar.gz", "tar", "tgz"],
)
def test_what_was_packed_comes_out_whatever_the_file_is_called(tmp_path: Path, content: bytes) -> None:
    files, told = unpacked(tmp_path, content)
    assert files == HW.keys()
    assert (tmp_path / "into" / "data" / "x.csv").read_bytes() == b"1,2\n"
    assert told == Unpacked()


@pytest.mark.parametrize(
    "name",
    [
        "../out.ipynb",
        "a/../../out.ipynb",
        "/tmp/out.ipynb",
        "..\\out.ipynb",
        "C:\\out.ipynb",
        "c:/out.ipynb",
        "\\\\host\\out",
        "..",
        "/",
        "a/" * 40 + "b",
        "x" * 300,
    ],
)
def test_names_that_lead_out_are_left_out_and_said(tmp_path: Path, name: str) -> None:
    for number, content in enumerate(
        (zipped({name: b"out", "hw.ipynb": b"{}"}), tarred({name: b"out", "hw.ipynb": b"{}"}))
    ):
        place = tmp_path / str(number)
        place.mkdir()
        files, told = unpacked(place, content)
        assert files == {"hw.ipynb"}
        assert name == "/" or any("lead out" in note for note in told.notes)
    assert not list(tmp_path.rglob("out*"))


def test_links_devices_and_pipes_are_left_out_and_nothing_goes_through_them(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    for number, content in enumerate((hostile.with_link_in_zip(str(target)), hostile.with_links_in_tar(str(target)))):
        place = tmp_path / str(number)
        place.mkdir()
        files, told = unpacked(place, content)
        assert files == {"hw.ipynb", "link/planted.txt"}
        assert any("links" in note for note in told.notes)
    assert not list(target.iterdir())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped({"hw.ipynb": bytes(300 * 1024**2)}), "more than is read"),
        (tarred({"hw.ipynb": bytes(300 * 1024**2)}), "more than is read"),
        (hostile.encrypted(), "password"),
        (b"", "no archive"),
        (b"Rar!\x1a\x07\x00" * 100, "no archive"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
        (zipped({}), "empty"),
        (zipped(HW)[:-30], "damaged"),
        (tarred(HW)[:-30], "damaged"),
        (gzip.compress(b"no tar"), "damaged"),
        (tarred({}), "empty"),
    ],
    ids=[
        "zip bomb",
        "tar bomb",
        "encrypted",
        "nothing",
        "rar",
        "header alone",
        "empty",
        "cut",
        "cut tar",
        "gzip",
        "empty tar",
    ],
)
def test_what_is_no_hand_in_is_rejected_with_the_reason(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(NotebookRejected, match=words) as caught:
        unpacked(tmp_path, content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_of_many_files_or_bytes_is_rejected(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    many = pack({f"{number}.txt": b"x" for number in range(11)})
    for number, bounds in enumerate((Bounds(entries=10, bytes=10**6), Bounds(entries=100, bytes=10))):
        place = tmp_path / str(number)
        place.mkdir()
        with pytest.raises(NotebookRejected, match=r"more than"):
            unpacked(place, many, bounds)


def test_a_bomb_that_hides_in_what_is_skipped_is_counted(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        entry = tarfile.TarInfo("link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "x"
        archive.addfile(entry)
        entry = tarfile.TarInfo("__MACOSX/x")
        entry.size = 50 * 1024**2
        archive.addfile(entry, io.BytesIO(bytes(entry.size)))
    with pytest.raises(NotebookRejected, match="more than is read"):
        unpacked(tmp_path, buffer.getvalue(), Bounds(entries=10, bytes=1024**2))


def test_an_archive_that_lies_about_a_size_gives_no_more_than_it_said(tmp_path: Path) -> None:
    files, told = unpacked(tmp_path, hostile.lying_about_its_size(20))
    assert files == {"hw.ipynb"}
    assert (tmp_path / "into" / "hw.ipynb").stat().st_size <= 100
    assert "hw.ipynb" in told.unreadable


def test_a_damaged_file_is_named_and_the_others_come_out(tmp_path: Path) -> None:
    files, told = unpacked(tmp_path, hostile.damaged())
    assert files == {"hw.ipynb", "sound.txt"}
    assert "damaged" in told.unreadable["hw.ipynb"]
    assert (tmp_path / "into" / "hw.ipynb").read_bytes() == b""


def test_a_way_of_packing_that_may_ask_for_any_memory_is_not_read(tmp_path: Path) -> None:
    _, told = unpacked(tmp_path, zipped(HW, zipfile.ZIP_LZMA))
    assert told.unreadable.keys() == HW.keys()


def test_a_file_that_is_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.batch.unpacking.FILE_BYTES", 1)
    _, told = unpacked(tmp_path, zipped(HW))
    assert told.unreadable.keys() == HW.keys()


def test_files_of_one_name_are_told_apart_and_never_overwritten(tmp_path: Path) -> None:
    files, told = unpacked(tmp_path, zipped([("hw.ipynb", b"1"), ("hw.ipynb", b"2"), ("./hw.ipynb", b"3")]))
    assert files == {"hw.ipynb", "hw (2).ipynb", "hw (3).ipynb"}
    assert [(tmp_path / "into" / name).read_bytes() for name in sorted(files)] == [b"2", b"3", b"1"]
    assert told.notes


def test_a_file_and_a_folder_of_one_name_are_no_fault_of_ours(tmp_path: Path) -> None:
    files, _ = unpacked(tmp_path, zipped([("a", b"1"), ("a/b", b"2"), ("c/d", b"3"), ("c", b"4")]))
    assert files == {"a", "a (folder)/b", "c/d", "c (2)"}


def test_names_that_differ_in_case_are_both_kept(tmp_path: Path) -> None:
    files, _ = unpacked(tmp_path, zipped({"HW.ipynb": b"1", "hw.ipynb": b"2"}))
    assert len(files) == 2


def test_what_systems_add_is_left_out_without_a_word(tmp_path: Path) -> None:
    files, told = unpacked(tmp_path, zipped({"__MACOSX/._hw.ipynb": b"x", "a/.DS_Store": b"x", "hw.ipynb": b"{}"}))
    assert files == {"hw.ipynb"}
    assert told == Unpacked()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("김민준 과제.ipynb".encode("cp949"), "김민준 과제.ipynb"),
        ("김민준.ipynb".encode(), "김민준.ipynb"),
        ("José Núñez.ipynb".encode("cp437"), "José Núñez.ipynb"),
        ("Müller.ipynb".encode("cp437"), "Müller.ipynb"),
        ("Zoë.ipynb".encode(), "Zoë.ipynb"),
        (b"a\x1b[31m.ipynb", "a_[31m.ipynb"),
    ],
)
def test_names_are_read_in_the_encoding_that_they_are_likely_to_have(tmp_path: Path, raw: bytes, name: str) -> None:
    files, _ = unpacked(tmp_path, hostile.named_in_bytes(raw, b"{}"))
    assert files == {name}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_damage_is_told_and_never_raises_something_else(tmp_path: Path, data: st.DataObject) -> None:
    sound = data.draw(st.sampled_from([zipped(HW), tarred(HW), tarred(HW, "w")]))
    content = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    place = tmp_path / os.urandom(8).hex()
    place.mkdir()
    try:
        unpacked(place, bytes(content[: data.draw(st.integers(0, len(content)))]))
    except NotebookRejected:
        return


def test_archives_in_archives_stay_as_they_are(tmp_path: Path) -> None:
    files, _ = unpacked(tmp_path, zipped({"bo.zip": zipped(HW)}))
    assert files == {"bo.zip"}
