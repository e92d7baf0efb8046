"""Tests of the public run."""
