"""What runs inside the student's process: sent there as source text, standard library only, Python 3.9 and newer.

Nothing here imports anything of grader's, and nothing here is trusted: the parent takes what it writes for a claim.
"""
