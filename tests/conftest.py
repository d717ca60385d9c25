"""What holds for all tests."""

from __future__ import annotations

import pytest
from hypothesis import settings

# How long an example takes depends on what else the machine does, and says nothing of what is tested.
settings.register_profile("grader", deadline=None)
settings.load_profile("grader")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out unless they are asked for; keep those that share the graded sample class on one worker."""
    for item in items:
        if "sample_class" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("sample_class"))
        if item.get_closest_marker("soak") and "soak" not in config.getoption("-m"):
            item.add_marker(pytest.mark.skip(reason="takes minutes; run by `make soak`"))
