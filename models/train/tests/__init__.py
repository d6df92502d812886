"""Tests at toy size on the CPU: `python -m unittest discover -s models/train/tests -t models/train` (package)."""
