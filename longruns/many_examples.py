"""A plugin for pytest: the property tests alone, each with many times the examples that `make test` gives it.

Run: python -m pytest -p longruns.many_examples --times 20 tests (or make properties).
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

_SETTINGS = "_hypothesis_internal_use_settings"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--times`."""
    parser.addoption("--times", type=int, default=20, help="how many times the usual number of examples")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the property tests, and give each its number of examples."""
    times = config.getoption("--times")
    properties: dict[Any, int] = {}
    kept, left = [], []
    for item in items:
        function = getattr(item, "obj", None)
        if not getattr(function, "is_hypothesis_test", False):
            left.append(item)
            continue
        kept.append(item)
        # A method is bound anew each time it is asked for: the settings are those of its function.
        function = getattr(function, "__func__", function)
        if function not in properties:
            usual: Any = getattr(function, _SETTINGS, None) or settings.default
            properties[function] = usual.max_examples * times
            many = settings(usual, max_examples=properties[function], deadline=None, derandomize=False)
            setattr(function, _SETTINGS, many)
    config.hook.pytest_deselected(items=left)
    items[:] = kept
    config.stash[_ASKED] = (len(properties), sum(properties.values()))


_ASKED = pytest.StashKey[tuple[int, int]]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401  pytest names no type
    """Say how many examples were asked for."""
    tests, examples = config.stash.get(_ASKED, (0, 0))
    terminalreporter.write_line(f"{tests} properties, at most {examples} examples")
