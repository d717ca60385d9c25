"""Writes docs/mutants.md."""

from __future__ import annotations

import warnings

from tests.command_line import ROOT
from tests.mutants.document import document
from tests.mutants.trying import all_tried


def main() -> None:
    warnings.simplefilter("ignore")
    (ROOT / "docs" / "mutants.md").write_text(document(all_tried()), encoding="utf-8")


main()
