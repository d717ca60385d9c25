"""Where values come from: what a variable was computed with up to a place in a notebook, by syntax alone."""

from grader.notebook.code.origins.following import Asked, origins
from grader.notebook.code.origins.values import Origin, Use

__all__ = ["Asked", "Origin", "Use", "origins"]
