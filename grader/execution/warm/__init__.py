"""The `warm` engine: each execution is a copy of a process that has imported what the class imports (Linux)."""

from grader.execution.warm.engine import WarmEngine

__all__ = ["WarmEngine"]
