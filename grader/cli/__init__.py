"""The command line: it parses, calls and prints, and holds no rules."""

from grader.cli.app import main

__all__ = ["main"]
