"""Hostile notebooks: nothing gets out, nothing stays, no neighbour loses a mark, and each gets a result.

Each is also shown to succeed where nothing holds it back, so that these tests can fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from _pytest.mark.structures import ParameterSet

from tests.attacks import machines
from tests.attacks.attack import ALL_ENGINES, Attack, Engines
from tests.attacks.catalogue import ATTACKS, FAMILIES
from tests.attacks.settings import SEALED, UNSEALED, Reports, Setting

FLAT_BYTES = 40 * 1024**2
"""By how much the process that grades may grow over all attacks together."""
PEAK_BYTES = 150 * 1024**2
"""By how much it may grow for a while."""

FEW = (
    *("reads_the_reference", "calls_this_machine_by_tcp", "kills_a_process", "traces_processes", "has_rights"),
    *("starts_a_daemon_with_another_program_and_no_environment", "writes_wherever_it_can", "makes_namespaces"),
    *("speaks_for_another_students_kernel", "leaves_files_in_temporary_folders"),
)
"""What is run in every test run behind the other seal and where nothing holds it back, and the first three on the other
engine; all of it is for `make soak`."""

IN_PART = {"user-without-namespaces-warm-landlock": FEW, "root-kernel-namespaces": FEW[:3], "root-warm-none": FEW}

KNOWN = {
    "takes_it_in_the_buffers_of_sockets": "what waits in sockets is the kernel's memory; only control groups count it",
}
"""Attacks that get through, and why nothing is done about it. Each says so in the list of what isn't promised."""

pytestmark = pytest.mark.skipif(bool(machines.missing()), reason=machines.missing() or "-")


def _cases(settings: Iterable[Setting], concerns: Callable[[Attack], Engines]) -> list[ParameterSet]:
    cases = []
    for setting in settings:
        for attack in ATTACKS:
            if setting.engine in concerns(attack):
                marks = [pytest.mark.xdist_group(setting.name)]
                few = attack.name in IN_PART.get(setting.name, ())
                if setting.soak and not few:
                    marks.append(pytest.mark.soak)
                if setting.seal != "none" and attack.name in KNOWN:
                    marks.append(pytest.mark.xfail(reason=KNOWN[attack.name], strict=False))
                cases.append(pytest.param(setting, attack, id=f"{setting.name}-{attack.name}", marks=marks))
    return cases


@pytest.fixture(scope="session")
def reports(request: pytest.FixtureRequest) -> Callable[[Setting], Reports]:
    """The reports of a setting. Only those attacks are run that some chosen test asks for."""
    wanted: dict[str, list[str]] = {}
    for item in request.session.items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if "attack" in parameters and not item.get_closest_marker("skip"):
            wanted.setdefault(parameters["setting"].name, []).append(parameters["attack"].name)
    made: dict[str, Reports] = {}

    def reports_of(setting: Setting) -> Reports:
        return made.setdefault(setting.name, Reports(setting=setting, attacks=wanted[setting.name]))

    return reports_of


@pytest.mark.parametrize(("setting", "attack"), _cases(SEALED, lambda attack: attack.engines))
def test_an_attack_is_held_back(setting: Setting, attack: Attack, reports: Callable[[Setting], Reports]) -> None:
    report = reports(setting).of(attack.name)
    assert not report.succeeded, report
    assert report.status not in ("unavailable", "rejected"), report
    assert report.lost == ()
    assert report.left == ()
    assert report.grown_bytes < FLAT_BYTES, report
    assert report.peak_bytes < PEAK_BYTES, report


@pytest.mark.parametrize(("setting", "attack"), _cases(UNSEALED, lambda attack: attack.engines & attack.shown_on))
def test_an_attack_succeeds_where_nothing_holds_it_back(
    setting: Setting, attack: Attack, reports: Callable[[Setting], Reports]
) -> None:
    report = reports(setting).of(attack.name)
    assert report.succeeded, report


def test_attacks_are_many_and_of_every_family() -> None:
    assert len(ATTACKS) >= 64
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert all(family.ATTACKS for family in FAMILIES)
    assert set(FEW) | set(KNOWN) <= {attack.name for attack in ATTACKS}
    assert all(attack.engines & attack.shown_on for attack in ATTACKS)
    assert all(attack.why for attack in ATTACKS if attack.engines & attack.shown_on != ALL_ENGINES)
