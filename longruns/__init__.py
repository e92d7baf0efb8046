"""Runs that take longer than the tests may: each writes a dated result file that docs/long-runs.md quotes."""
