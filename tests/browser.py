"""The browser that page tests need: find it, bring it where that can be done, say plainly when it is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
REQUIRED = os.environ.get("GRADER_REQUIRE_BROWSER") == "1"


def find() -> str | None:
    """The path of a chromium, or None."""
    return os.environ.get("GRADER_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    """Bring Debian's chromium where this is a Debian and we are root."""
    if find() or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("==> Installing chromium for the tests of pages (Debian's package)", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


def main() -> int:
    """`--install` brings a browser where that can be done; `--say` ends a test run with what wasn't tested."""
    if "--install" in sys.argv:
        install()
    if find():
        return 0
    print("No chromium was found: the tests marked `browser` were NOT run (pages are untested).")
    print("Install chromium, or name one in GRADER_BROWSER, and run `make test` again.")
    return 1 if REQUIRED else 0


if __name__ == "__main__":
    sys.exit(main())
