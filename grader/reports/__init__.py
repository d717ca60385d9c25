"""Telling: results in, text out. What is returned is written to files elsewhere."""

from grader.reports.class_page import class_page
from grader.reports.executed import executed_notebook
from grader.reports.feedback import feedback_page
from grader.reports.grades_csv import grades_csv
from grader.reports.plain_text import number, points_text, visible
from grader.reports.result_json import result_document
from grader.reports.scores import task_text, total_text
from grader.reports.wording import explain

__all__ = [
    "class_page",
    "executed_notebook",
    "explain",
    "feedback_page",
    "grades_csv",
    "number",
    "points_text",
    "result_document",
    "task_text",
    "total_text",
    "visible",
]
