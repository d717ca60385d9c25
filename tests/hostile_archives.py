"""Archives as strangers pack them: sound, odd and hostile."""

from __future__ import annotations

import io
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

Entries = Mapping[str, bytes] | Sequence[tuple[str, bytes]]


def zipped(entries: Entries, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of files by name; a sequence may have a name twice."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", compression) as archive:
        warnings.simplefilter("ignore")
        for name, content in entries.items() if isinstance(entries, Mapping) else entries:
            archive.writestr(zipfile.ZipInfo(name) if name.endswith("/") else name, content)
    return buffer.getvalue()


def tarred(entries: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    """A tar archive of files by name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]  # the mode is one of its own
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def named_in_bytes(raw: bytes, content: bytes) -> bytes:
    """A zip archive with one file whose name is these bytes, in no encoding that it tells."""
    archive = zipped({"x" * len(raw): content}, zipfile.ZIP_STORED)
    return archive.replace(b"x" * len(raw), raw)


def with_link_in_zip(target: str) -> bytes:
    """A zip archive with a symbolic link, and a file that would be written through it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, target)
        archive.writestr("link/planted.txt", "planted")
        archive.writestr("hw.ipynb", "{}")
    return buffer.getvalue()


def with_links_in_tar(target: str) -> bytes:
    """A tar archive with links of both kinds, a device, a pipe, and a file that would be written through a link."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind in (
            ("link", tarfile.SYMTYPE),
            ("hard", tarfile.LNKTYPE),
            ("device", tarfile.CHRTYPE),
            ("pipe", tarfile.FIFOTYPE),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, target
            archive.addfile(entry)
        for name in ("link/planted.txt", "hw.ipynb"):
            entry = tarfile.TarInfo(name)
            entry.size = 2
            archive.addfile(entry, io.BytesIO(b"{}"))
    return buffer.getvalue()


def encrypted() -> bytes:
    """A zip archive that says that its file is encrypted."""
    archive = bytearray(zipped({"hw.ipynb": b"{}"}, zipfile.ZIP_STORED))
    archive[6] |= 1
    central = archive.index(b"PK\x01\x02")
    archive[central + 8] |= 1
    return bytes(archive)


def lying_about_its_size(megabytes: int) -> bytes:
    """A zip archive whose directory says that a large file is a small one."""
    archive = bytearray(zipped({"hw.ipynb": bytes(megabytes * 1024**2)}))
    central = archive.index(b"PK\x01\x02")
    archive[central + 24 : central + 28] = struct.pack("<I", 100)
    return bytes(archive)


def damaged(name: str = "hw.ipynb") -> bytes:
    """A zip archive in which one file's bytes were changed."""
    archive = bytearray(zipped({"sound.txt": b"sound", name: b"content" * 20}, zipfile.ZIP_STORED))
    archive[archive.index(b"contentcontent")] ^= 1
    return bytes(archive)


def written(path: Path, content: bytes) -> Path:
    """A file with this content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
