"""Reading printed numbers back: text is cut into `tokens`, put in an `arrangement`, and given as `values`."""

from grader.notebook.printed.values import NUMBERS, TEXT_CHARACTERS, VALUES, Printed, parse_printed

__all__ = ["NUMBERS", "TEXT_CHARACTERS", "VALUES", "Printed", "parse_printed"]
