"""What is restricted comes out one way only."""

from __future__ import annotations

import copy
import importlib.util
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from geomatch.errors import GeomatchError, RestrictedError
from geomatch.restricted import Audience, Restricted
from geomatch.words import using_language

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = "Hemliga gatan 1"


def held() -> Restricted[str]:
    return Restricted(ADDRESS)


def test_internal_work_gets_the_very_value() -> None:
    value = ["x"]
    assert Restricted(value).reveal(Audience.INTERNAL) is value


@pytest.mark.parametrize("audience", [Audience.PUBLIC, "internal", None, True])
def test_anyone_else_is_refused(audience: Any) -> None:
    with pytest.raises(RestrictedError) as caught:
        held().reveal(audience)
    assert str(caught.value) == "Skyddade uppgifter efterfrågades för den publika utgåvan"
    assert isinstance(caught.value, PermissionError)
    assert isinstance(caught.value, GeomatchError)
    with using_language("en"), pytest.raises(RestrictedError) as caught:
        held().reveal(audience)
    assert str(caught.value) == "Restricted input was asked for on behalf of the public"


def test_no_text_of_it_shows_the_value() -> None:
    one = held()
    texts = [
        repr(one),
        str(one),
        f"{one}",
        f"{one!r}",
        f"{one!a}",
        format(one),
        repr([one]),
    ]
    assert [text for text in texts if ADDRESS in text] == []
    assert texts[0] == "Restricted(…)"
    with pytest.raises(TypeError, match="unsupported format string"):
        f"{one:>20}"


def test_it_has_no_dictionary_to_look_into() -> None:
    with pytest.raises(TypeError):
        vars(held())
    assert [name for name in dir(held()) if getattr(held(), name, None) == ADDRESS] == ["_Restricted__value"]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(RestrictedError, match=r"^Skyddade uppgifter får inte serialiseras$"):
        pickle.dumps(held(), protocol)
    with pytest.raises(RestrictedError):
        pickle.dumps({"deep": [held()]}, protocol)


def test_it_cannot_be_copied() -> None:
    with pytest.raises(RestrictedError):
        copy.copy(held())
    with pytest.raises(RestrictedError):
        copy.deepcopy({"deep": [held()]})


def test_it_cannot_be_written_as_json() -> None:
    with pytest.raises(TypeError, match="Restricted is not JSON serializable"):
        json.dumps({"address": held()})
    # What JSON writers fall back on shows nothing either.
    assert ADDRESS not in json.dumps({"address": held()}, default=str)


SNIPPET = """
from geomatch.restricted import Audience, Restricted

held = Restricted("x")
text: str = held.reveal(Audience.{audience})
"""


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")
@pytest.mark.parametrize(("audience", "code"), [("INTERNAL", 0), ("PUBLIC", 1)])
def test_the_type_checker_refuses_the_public(audience: str, code: int, tmp_path: Path) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(SNIPPET.format(audience=audience), encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--cache-dir",
            tmp_path / "cache",
            snippet,
        ],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    if code:
        errors = [line for line in done.stdout.splitlines() if ": error:" in line]
        assert len(errors) == 1
        assert "snippet.py:5: error:" in errors[0]
        assert errors[0].endswith("[arg-type]")
