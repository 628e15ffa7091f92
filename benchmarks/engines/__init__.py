"""Engines beside each other on plain tokens: `python -m benchmarks.engines.run`. What each figure means: run.py."""
