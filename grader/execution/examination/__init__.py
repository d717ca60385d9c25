"""Examining a machine: what it can seal, found out by trying to break out."""

from grader.execution.examination.examination import Examination, examine
from grader.execution.examination.findings import Finding

__all__ = ["Examination", "Finding", "examine"]
