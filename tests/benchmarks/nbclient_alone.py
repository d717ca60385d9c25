"""Run as a program: executes notebooks with nbclient, a fresh kernel each, and writes nothing.

python nbclient_alone.py [--at-once] NOTEBOOK...
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
from nbclient import NotebookClient


def execute(path: str) -> None:
    NotebookClient(nbformat.read(path, as_version=4), timeout=None, kernel_name="python3").execute()


def main() -> None:
    if sys.argv[1] == "--at-once":
        with ThreadPoolExecutor(len(sys.argv) - 2) as threads:
            list(threads.map(execute, sys.argv[2:]))
    else:
        for path in sys.argv[1:]:
            execute(path)


if __name__ == "__main__":
    main()
