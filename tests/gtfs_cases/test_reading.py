"""The example that the package's docstring explains the cases with is a case itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import tests.gtfs_cases as package


def test_the_example_holds(check: Callable[[str], None]) -> None:
    """M to N, 300 m: 312 s + 180 s of the 600 there are. Home is 100 m from A, 104 s; drop_off_type 2 is booked."""
    text = inspect.cleandoc(package.__doc__ or "")
    check(text[text.index("stops A") : text.index("The feed")])
