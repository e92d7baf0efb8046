"""The command `best-set` on the computed demo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geomatch.cli import main
from geomatch.words import using_language


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    def called(*arguments: object) -> tuple[int, str, str]:
        with using_language("en"):
            code = main(["--lang", "en", *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return called


def test_three_pairs_of_the_demo(run, demo_workspace: Path) -> None:
    """The numbers are those of JSON: persons rounded down to a tenth."""
    asked = ("best-set", "2023-02", "--number", 3, "-w", demo_workspace)
    told = json.loads(run(*asked, "--json")[1])
    assert (told["need"], told["number"], told["county"], told["proved"]) == ("low", 3, "25", True)
    best = told["best"]
    assert len(best["corridors"]) == 3
    assert best["more_low_milli"] == told["at_most_milli"] >= told["one_at_a_time"]["more_low_milli"]
    assert best["more_low_milli"] >= max(one["gain_alone_low_milli"] for one in best["corridors"])
    code, out, err = run(*asked)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("February 2023: at most 3 pairs, of ")
    assert (
        f"  {best['more_low_milli'] // 100 / 10:g} / {best['more_high_milli'] // 100 / 10:g} more persons"
        in out
    )
    assert "It is proved that no other set serves more at that need." in lines
    assert "INTERNAL" in err
    assert "SYNTHETIC DATA" in err


def test_a_budget_is_kept(run, demo_workspace: Path) -> None:
    told = json.loads(
        run("best-set", "2023-02", "--budget-sek", 5000, "--need", "high", "-w", demo_workspace, "--json")[1]
    )
    assert (told["need"], told["number"], told["budget_sek"]) == ("high", None, 5000.0)
    assert 0 < told["best"]["cost_high_sek"] <= 5000.01
    assert told["best"]["more_high_milli"] > 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("2023-02",), "neither a number of pairs nor a budget"),
        (("2023-02", "--number", 0), "found --number 0"),
        (("2023-02", "--budget-sek", -5), "found --budget-sek -5.0"),
        (("2023-02", "--number", 3, "--county", "02"), "there is no county 02"),
        (("2023-02", "--number", 3, "--county", "24"), "2023-02 is not computed for county 24"),
        (("2022-01", "--number", 3), "2022-01"),
    ],
)
def test_what_cannot_be_answered_is_said(
    run, demo_workspace: Path, arguments: tuple[object, ...], expected: str
) -> None:
    code, out, err = run("best-set", *arguments, "-w", demo_workspace)
    assert (code, out) == (2, "")
    assert expected in err


def test_several_problems_are_said_at_once(run, demo_workspace: Path) -> None:
    _code, _out, err = run("best-set", "2023-02", "--number", -1, "--budget-sek", 0, "-w", demo_workspace)
    assert "found --number -1" in err
    assert "found --budget-sek 0.0" in err
