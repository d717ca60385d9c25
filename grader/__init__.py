"""Marks numeric coursework in Jupyter notebooks against a PyTorch reference."""
