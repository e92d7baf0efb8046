"""`check`: read a case, ask geomatch, compare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

# The comparison stands in solve.py: pytest shows both texts there as well.
pytest.register_assert_rewrite("tests.gtfs_cases.solve")


@pytest.fixture
def check(tmp_path: Path) -> Callable[[str], None]:
    """Check one case; a test may give several."""
    from .solve import check as check_case  # noqa: PLC0415  (only after pytest knows of it)

    number = iter(range(1000))
    return lambda text: check_case(text, tmp_path / str(next(number)))
