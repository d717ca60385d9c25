"""What is made after the gaps are filled lies together."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.command_line import ROOT

PROGRAM = """
import json
from grader.guest import gaps

kept = [[bytes(n) for _ in range(6000)] for n in (10, 40, 100, 400)]
for each in kept:
    del each[::2]  # every other block is free


def free():
    return sum(int(count) for _, count in gaps._LINE.findall(gaps._statistics()))


def pages(count):
    return len({id(each) >> 12 for each in [bytes(40) for _ in range(count)]})


before, scattered = free(), pages(500)
gaps.fill_gaps()
print(json.dumps([before, free(), scattered, pages(500)]))
"""


def test_what_is_made_then_lies_on_few_pages() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, cwd=ROOT, check=True)
    before, after, scattered, together = json.loads(told.stdout)
    assert told.stderr == ""
    assert before > 12_000
    assert after < 4200, "of each size, one pool has been begun"
    assert scattered >= 15
    assert together <= 13, "500 blocks of 80 bytes take ten pages"
