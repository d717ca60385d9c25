"""Every mutant of the sample references, put into a right hand-in as code, and what grading says of it.

hand_ins   how each sample's mutants are written into a hand-in
trying     such a hand-in marked, and whether what is said of it is right
document   docs/mutants.md

`python -m tests.mutants` writes the table; the thresholds are held by tests/unit/marking/test_mutants_as_code.py.
"""
