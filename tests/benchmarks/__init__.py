"""Benchmarks: the budgets of the design, measured as ratios against plain nbclient in the same run."""
