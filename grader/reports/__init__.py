"""Telling: results in, text out. What is returned is written to files elsewhere."""

from grader.reports.class_page import class_page
from grader.reports.executed import executed_notebook
from grader.reports.feedback import feedback_page, total_text
from grader.reports.grades_csv import grades_csv
from grader.reports.notebook_html import notebook_html
from grader.reports.plain_text import points_text, visible
from grader.reports.result_json import ResultDocument, result_document
from grader.reports.wording import STATUSES, VERDICTS, Audience, explain, explain_diagnoses

__all__ = [
    "STATUSES",
    "VERDICTS",
    "Audience",
    "ResultDocument",
    "class_page",
    "executed_notebook",
    "explain",
    "explain_diagnoses",
    "feedback_page",
    "grades_csv",
    "notebook_html",
    "points_text",
    "result_document",
    "total_text",
    "visible",
]
