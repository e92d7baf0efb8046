"""The worlds are at least thirty, and each is drawn."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import tests.worlds5

ROOMS = [
    importlib.import_module(f"tests.worlds5.{module.name}")
    for module in pkgutil.iter_modules(tests.worlds5.__path__)
    if module.name.startswith("test_") and module.name != "test_the_count"
]
WORLDS = {
    f"{room.__name__}.{name}": function
    for room in ROOMS
    for name, function in inspect.getmembers(room, inspect.isfunction)
    if name.startswith("test_world_")
}


def drawn(function) -> bool:
    """The first lines draw people, then an activity; or the world is one of those drawn before."""
    text = inspect.getdoc(function) or ""
    return ("(" in text and "[" in text) or "The world of" in text


def test_there_are_at_least_thirty_worlds():
    pictures = [name for name, function in WORLDS.items() if drawn(function) and "[" in function.__doc__]
    assert len(pictures) >= 30, pictures


def test_every_world_is_drawn():
    assert [name for name, function in WORLDS.items() if not drawn(function)] == []
