"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# How long an example takes depends on what else the machine does, and says nothing of what is tested.
settings.register_profile("grader", deadline=None)
settings.load_profile("grader")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two for each core: some tests wait for what hangs, while others keep a core busy."""
    return (os.cpu_count() or 2) * 2


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in its own, which would come before
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out unless they are asked for; keep those that share what takes long to make on one worker."""
    for item in items:
        if shared := _shared(item):
            item.add_marker(pytest.mark.xdist_group(shared))
        if item.get_closest_marker("soak") and "soak" not in config.getoption("-m"):
            item.add_marker(pytest.mark.skip(reason="takes minutes; run by `make soak`"))


def _shared(item: pytest.Item) -> str:
    """What a test shares with others, by name: the graded sample class, or what is made once for its module."""
    if item.get_closest_marker("xdist_group") or not isinstance(item, pytest.Function):
        return ""
    if "sample_class" in item.fixturenames:
        return "sample_class"
    known = item._fixtureinfo.name2fixturedefs
    for name in item.fixturenames:
        if any(definition.scope == "module" for definition in known.get(name, ())):
            parameters = item.callspec.params if hasattr(item, "callspec") else {}
            return f"{item.module.__name__}-{parameters.get(name, '')}"
    return ""
