"""Changes, and editions of counties, over several months and corrections of made-up data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geomatch.public.editions import keep_edition, read_edition
from geomatch.site.figures import gap_share_sign, women_share_sign
from geomatch.workspace import Workspace
from tests.site.made import made_editions, made_month


def whole(frame: pd.DataFrame) -> pd.Series:
    return frame.set_index("area_code").loc["00"]


def test_two_wholes_of_as_many_municipalities_are_not_compared() -> None:
    """Uppsala and Kronoberg have eight municipalities each."""
    uppsala = made_month("2026-01", 4, ["03"]).tables["areas"].frame
    kronoberg = made_month("2026-02", 4, ["07"], before=uppsala).tables["areas"].frame
    assert whole(uppsala)["municipalities"] == whole(kronoberg)["municipalities"] == 8
    assert whole(kronoberg)["need_change_sign"] == whole(kronoberg)["gap_change_sign"] == "-"
    assert pd.isna(whole(kronoberg)["places_change"])
    again = made_month("2026-02", 4, ["03"], before=uppsala).tables["areas"].frame
    assert whole(again)["need_change_sign"] == ""
    assert whole(again)["need_change_low"] == whole(again)["need_low"] - whole(uppsala)["need_high"]


def test_a_county_bears_its_own_corrections_only(tmp_path: Path) -> None:
    counties = ["10", "25"]
    made_editions(tmp_path / "w", ["2026-01"], 5, counties)
    known = Workspace(tmp_path / "w")
    for changed, note in (("25", "SYNTETISK: Norrbotten"), ("10", "SYNTETISK: Blekinge")):
        keep_edition(
            known.folder,
            made_month("2026-01", 5, counties, changed_county=changed),
            synthetic=True,
            note=note,
        )
    third = read_edition(known.folder, "2026-01", 3)
    # Norrbotten's numbers went back to those of the first edition with the third: a correction of its own.
    assert {code: third.of_county(code).number for code in counties} == {"10": 3, "25": 3}
    second = read_edition(known.folder, "2026-01", 2)
    assert {code: second.of_county(code).number for code in counties} == {"10": 1, "25": 2}
    assert second.of_county("10").note == ""
    assert dict(second.of_county("10").notes) == {1: ""}
    assert dict(second.of_county("25").notes) == {2: "SYNTETISK: Norrbotten"}


def test_settings_that_change_no_number_make_no_edition(tmp_path: Path) -> None:
    made_editions(tmp_path / "w", ["2026-01"], 5, ["25"])
    known = Workspace(tmp_path / "w")
    made = made_month("2026-01", 5, ["25"])
    facts = {**made.facts, "settings": {**made.facts["settings"], "younger": {"than": "the edition"}}}
    other = type(made)(made.month, made.tables, facts)
    assert keep_edition(known.folder, other, synthetic=True, note="") == (1, False)


def test_a_share_has_the_sign_of_what_it_follows() -> None:
    def row(**cells: object) -> pd.Series:
        return pd.Series(cells, dtype=object)

    known = {
        "women_low": 3,
        "women_high": 3,
        "women_sign": "",
        "men_low": None,
        "men_high": None,
        "men_sign": "..",
    }
    assert women_share_sign(row(**known)) == ".."
    span = {"women_high": 25, "women_sign": "", "men_high": 30, "men_sign": ""}
    assert women_share_sign(row(**span)) == "-"
    nobody = {"women_high": 0, "women_sign": "", "men_high": 0, "men_sign": ""}
    assert women_share_sign(row(**nobody)) == "."
    assert gap_share_sign(row(gap_sign="", need_sign="..", need_high=None)) == ".."
    assert gap_share_sign(row(gap_sign="", need_sign="", need_high=0)) == "."
