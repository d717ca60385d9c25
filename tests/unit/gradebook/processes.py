"""Processes that tests start: forked from a server that has one thread and has imported what they need."""

from __future__ import annotations

import multiprocessing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["grader.gradebook", "alembic.command", "tests.unit.gradebook.results"])
