"""Reading what strangers packed: zip and tar. Nothing but plain files and folders ever comes of it.

This happens in a worker process, which may die of it.
"""

from __future__ import annotations

import errno
import gzip
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, BinaryIO, cast

from grader.batch.unpacking import HAND_IN, LINKS, Bounds, Unpacked, Unpacking, decoded, words
from grader.errors import ExecutionUnavailable, NotebookRejected

_ZIP, _GZIP, _TAR, _TAR_AT = b"PK", b"\x1f\x8b", b"ustar", 257
_UTF8, _ENCRYPTED = 0x800, 0x1
_KNOWN_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others are rare, and may ask for any amount of memory."""
_OVERHEAD = 2_048
"""So many bytes of a tar archive come with an entry, at most: its headers, and what fills it up."""
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError)
_ODD = (ValueError, LookupError, RuntimeError, NotImplementedError, MemoryError, OverflowError, UnicodeError)


def unpack(archive: Path, into: Path, bounds: Bounds) -> Unpacked:
    """Unpack an archive into an empty folder; archives in it stay as they are.

    Raises NotebookRejected where it can't be read, is protected by a password, or passes the bounds; and
    ExecutionUnavailable where our disk has no room.
    """
    try:
        with archive.open("rb") as file:
            start = file.read(_TAR_AT + len(_TAR))
            file.seek(0)
            unpacking = Unpacking(into, bounds, archive.stat().st_size)
            if start.startswith(_ZIP):
                _unzip(file, unpacking)
            elif start.startswith(_GZIP):
                _untar(cast("BinaryIO", gzip.GzipFile(fileobj=file)), unpacking, bounds)
            elif start[_TAR_AT:] == _TAR:
                _untar(file, unpacking, bounds)
            else:
                raise NotebookRejected("The file is no archive, though its name says so.", remedy=HAND_IN)
            return unpacking.told()
    except _BROKEN as error:
        raise NotebookRejected(f"The archive is damaged ({words(error)}).", remedy=HAND_IN) from None
    except OSError as error:
        if error.errno == errno.EINVAL:  # it points to a place before its own beginning
            raise NotebookRejected("The archive is damaged (it points outside itself).", remedy=HAND_IN) from None
        raise ExecutionUnavailable(f"The archive can't be unpacked: {error.strerror or error}.") from error
    except _ODD as error:
        raise NotebookRejected(f"The archive can't be read ({words(error)}).", remedy=HAND_IN) from None


def _unzip(file: BinaryIO, unpacking: Unpacking) -> None:
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if not entries:
            raise NotebookRejected("The archive is empty.", remedy=HAND_IN)
        unpacking.count(len(entries))
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise NotebookRejected("The archive is protected by a password.", remedy="Pack it again without one.")
        unpacking.expect(sum(entry.file_size for entry in entries))
        for entry in entries:
            _unzip_entry(archive, entry, unpacking)


def _unzip_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, unpacking: Unpacking) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    name = _zip_name(entry)
    if entry.is_dir() or name.endswith(("/", "\\")):
        return
    if kind not in (0, stat.S_IFREG):
        unpacking.leave_out(LINKS)
    elif entry.compress_type not in _KNOWN_COMPRESSIONS:
        unpacking.put_unreadable(name, "The file is packed in a way that isn't read. Pack it as a plain .zip.")
    else:
        try:
            content = archive.open(entry)
        except (*_BROKEN, *_ODD) as error:
            unpacking.put_unreadable(name, f"The file is damaged in its archive ({words(error)}).")
            return
        with content:
            unpacking.put(name, content, damaged=(*_BROKEN, *_ODD))


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """An entry's name: old programs write the bytes of their own encoding, and don't say which."""
    name = entry.orig_filename.split("\0")[0]
    return name if entry.flag_bits & _UTF8 else decoded(name.encode("cp437", "replace"))


def _untar(file: IO[bytes], unpacking: Unpacking, bounds: Bounds) -> None:
    bounded = _Bounded(file, bounds.bytes + bounds.entries * _OVERHEAD)
    # Read as a stream: nothing is skipped that hasn't been counted.
    with tarfile.open(fileobj=cast("BinaryIO", bounded), mode="r|", errorlevel=2) as archive:
        found = False
        for entry in archive:
            found = True
            unpacking.count()
            archive.members.clear()  # type: ignore[attr-defined]  # which it would remember for ever
            _untar_entry(archive, entry, unpacking)
        if not found:
            raise NotebookRejected("The archive is empty.", remedy=HAND_IN)


def _untar_entry(archive: tarfile.TarFile, entry: tarfile.TarInfo, unpacking: Unpacking) -> None:
    name = decoded(entry.name.encode("utf-8", "surrogateescape"))
    if entry.isdir():
        return
    if not entry.isreg():
        unpacking.leave_out(LINKS)
    elif entry.issparse():
        unpacking.put_unreadable(name, "The file is packed in a way that isn't read. Pack it as a plain .zip.")
    else:
        content = archive.extractfile(entry)
        assert content is not None
        unpacking.put(name, content)


class _Bounded:
    """A file of which no more than so many bytes are read; raises NotebookRejected beyond."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._left = most

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._file.read(size if 0 <= size <= self._left else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise NotebookRejected(
                "The archive unpacks to more than is read.",
                remedy="Pack only the notebook and the files that it needs.",
            )
        return data
