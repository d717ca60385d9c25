"""Runs attacks on one engine, in one process that goes on through all of them, and tells what came of each.

    python -m tests.attacks.range --engine kernel --seal none --proof

Each attack has an honest neighbour beside it and one after it. Reports are lines of JSON on standard output. Run it
only where machines.py has put it: in namespaces and a root of its own, in which attacks can't hurt anybody.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace

from grader.execution import ENGINES, Engine, EngineOptions
from grader.execution.warm import conversation
from grader.records import CapturePoint, Execution, Limits, Plan, Run, Source
from tests.attacks import neighbour, watch
from tests.attacks.attack import CAPTURED, RIGHT, SECRET, Attack, Evidence, captured_values
from tests.attacks.baits import new_secret
from tests.attacks.catalogue import ATTACKS
from tests.attacks.pace import PACES, Pace
from tests.attacks.prelude import prelude
from tests.attacks.report import Report
from tests.attacks.scene import Outside, Scene
from tests.attacks.victim import VictimProcess

_HEAD_START = 0.03


@dataclass(frozen=True, kw_only=True)
class _Ended:
    """What an attack has come to, and what the honest notebook after it has lost and found."""

    attack: Attack
    nonce: str
    victim: VictimProcess
    execution: Execution
    seconds: float
    lost: tuple[str, ...] = ()
    found: object = None


class Range:
    """One engine, and attacks on it in rounds of several at a time, but for those to be shown that would mix up."""

    def __init__(self, engine: Engine, pace: Pace, *, lanes: int, proof: bool) -> None:
        self._engine = engine
        self._pace = pace
        self._proof = proof
        self._lanes = lanes
        self._scene = Scene(lanes=lanes)
        self._pool = ThreadPoolExecutor(lanes + 1)
        self._numbers = itertools.count()
        for _ in range(1 if proof else 3):
            lost = [each.result() for each in [self._pool.submit(self._honest) for _ in range(lanes + 1)]]
            if any(problems for problems, _ in lost):
                raise SystemExit(f"Without any attack, an honest notebook loses marks: {lost}")
        self._before = self._scene.snapshot()
        self._resident = watch.resident_bytes()

    def run(self, attacks: Sequence[Attack]) -> Iterator[Report]:
        """Run them all."""
        alone = [each for each in attacks if self._proof and each.alone]
        others = sorted((each for each in attacks if each not in alone), key=lambda each: each.slow)
        for attack in alone:
            yield from self._round([attack])
        for start in range(0, len(others), self._lanes):
            together = others[start : start + self._lanes]
            reports = self._round(together)
            if any(each.lost or each.left for each in reports) or any(
                each.succeeded and attack.alone for each, attack in zip(reports, together, strict=True)
            ):  # whose doing was it?
                reports = [report for attack in together for report in self._round([attack])]
            yield from reports

    def close(self) -> None:
        """End all that is around the engine."""
        self._scene.close()

    def _round(self, attacks: Sequence[Attack]) -> list[Report]:
        watch.forget_peak()
        accompanied = not self._proof or any(each.near for each in attacks)
        beside = [self._pool.submit(self._honest)] if accompanied else []
        time.sleep(_HEAD_START)
        pairs = zip(attacks, self._scene.victims, strict=False)
        trials = [self._pool.submit(self._try, *pair) for pair in pairs]
        ended = [each.result(timeout=self._pace.hang) for each in trials]
        lost = [problem for each in beside for problem in each.result(timeout=self._pace.hang)[0]]
        if accompanied:
            lost += self._honest(pause=0.0)[0]
        left = watch.settle(self._before, self._pace.settle(proof=self._proof), self._scene.snapshot)
        outside = self._scene.outside()
        reports = [self._report(each, outside, (*lost, *each.lost), left) for each in ended]
        self._scene.repair(outside, [each.nonce for each in ended], sweep=bool(left))
        if left:
            self._before |= self._scene.snapshot()
        return reports

    def _try(self, attack: Attack, victim: VictimProcess) -> _Ended:
        nonce = f"n{next(self._numbers):03d}{new_secret()[-8:]}"
        unlimited = self._proof and attack.shown == "unlimited"
        facts = self._scene.facts(attack, nonce, victim) | self._pace.facts(unlimited=unlimited)
        cells = (prelude(facts), *attack.cells)
        if self._proof and attack.shown == "judged-inside":
            cells = (*cells, f"RIGHT, passed = {RIGHT}, False", attack.judge)
        limits = self._pace.lifted if unlimited else self._pace.patient if self._proof else self._pace.limits
        began = time.monotonic()
        execution = self._execute(_plan(cells), limits)
        ended = _Ended(attack=attack, nonce=nonce, victim=victim, execution=execution, seconds=time.monotonic() - began)
        if not attack.next_cells:
            return ended
        lost, found = self._honest((prelude(facts), *attack.next_cells), pause=0.0)
        return replace(ended, lost=tuple(lost), found=found)

    def _execute(self, plan: Plan, limits: Limits) -> Execution:
        try:
            return self._engine.execute(plan, plan.main, limits=limits, provided=None).execution()
        except Exception as error:  # no engine may raise: it is reported as such
            reason = f"raised {type(error).__name__}: {error}"
            return Execution(status="unavailable", engine="", seconds=0.0, seed=0, reason=reason)

    def _honest(self, first: tuple[str, ...] = (), pause: float | None = None) -> tuple[list[str], object]:
        secret = new_secret()
        plan = neighbour.plan(secret, self._pace.pause if pause is None else pause, first)
        execution = self._execute(plan, self._pace.generous)
        return neighbour.lost_marks(execution, secret), captured_values(execution).get("found")

    def _report(self, ended: _Ended, outside: Outside, lost: Sequence[str], left: tuple[str, ...]) -> Report:
        evidence = self._evidence(ended, outside, bool(lost), left)
        execution = ended.execution
        errors = [f"{cell.error.name}: {cell.error.message}" for cell in execution.cells if cell.error]
        return Report(
            name=ended.attack.name,
            succeeded=ended.attack.succeeded(evidence),
            status=execution.status,
            reason=execution.reason,
            seconds=ended.seconds,
            cells=tuple(cell.status for cell in execution.cells),
            lost=tuple(lost),
            left=left,
            grown_bytes=watch.resident_bytes() - self._resident,
            peak_bytes=watch.peak_bytes() - self._resident,
            told=str((evidence.captured, evidence.tampered, evidence.planted, evidence.victim, errors))[:2000],
        )

    def _evidence(self, ended: _Ended, outside: Outside, harmed: bool, left: tuple[str, ...]) -> Evidence:
        captured = captured_values(ended.execution) | {"found": ended.found}
        outputs = [output.text for cell in ended.execution.cells for output in cell.outputs]
        return Evidence(
            execution=ended.execution,
            limits=self._pace.limits,
            nonce=ended.nonce,
            captured=captured,
            stolen=tuple(SECRET.findall(f"{captured} {outputs}")),
            tampered=outside.tampered,
            planted=self._scene.baits.planted(ended.nonce),
            left=left,
            heard=outside.heard,
            reached=ended.nonce.encode() in outside.called,
            signals=outside.signals,
            victim=ended.victim.state(),
            host_name_changed=outside.host_name_changed,
            neighbours_unharmed=not harmed,
            seconds=ended.seconds,
        )


def _plan(cells: Sequence[str]) -> Plan:
    points = (CapturePoint(after_cell=len(cells) - 1, names=CAPTURED),)
    sources = tuple(Source(index=index, code=text) for index, text in enumerate(cells))
    return Plan(cells=sources, main=Run(seed=1, captures=points))


def _lift_patience(seconds: float) -> None:
    """Let the engine wait for captures, and for a process that says that it is over, as long as nobody does."""
    assert seconds > conversation.CAPTURE_SECONDS
    conversation.CAPTURE_SECONDS, conversation.ALL_CAPTURES_SECONDS = seconds, seconds


def main() -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=ENGINES, required=True)
    parser.add_argument("--seal", choices=("namespaces", "landlock", "none"), required=True)
    parser.add_argument("--proof", action="store_true", help="show that attacks succeed, one by one")
    parser.add_argument("--lanes", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    attacks = [each for each in ATTACKS if arguments.engine in each.engines]
    attacks = [each for each in attacks if not arguments.only or each.name in arguments.only]
    if arguments.proof:
        _lift_patience(60.0)
    options = EngineOptions(seal=arguments.seal, imports=("numpy", "torch"))
    with (
        closing(ENGINES[arguments.engine](options)) as engine,
        closing(Range(engine, PACES[arguments.engine], lanes=arguments.lanes, proof=arguments.proof)) as range_,
    ):
        for report in range_.run(attacks):
            print(report.line(), flush=True)
    os._exit(0)  # threads that an engine may have left waiting don't hold this up


if __name__ == "__main__":
    main()
