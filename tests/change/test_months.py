"""Two computed months of the demo: each with the inputs and settings that it was made from."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from geomatch import cli
from geomatch.change.decompose import FACTORS
from geomatch.change.months import Change, change_before, change_between, of_county
from geomatch.change.words import change_sentences
from geomatch.errors import InputError
from geomatch.month import run_month
from geomatch.words import using_language
from geomatch.workspace import Workspace


@pytest.fixture(scope="module")
def change(demo_workspace: Path) -> Change:
    return change_between(Workspace(demo_workspace), "2023-02", "2023-03")


def moved(table: pd.DataFrame, measure: str, factor: str) -> dict[str, tuple[float, float]]:
    rows = table[(table["measure"] == measure) & (table["municipality_code"] != "all")].set_index("name")
    ends = rows[[f"{factor}_low_milli", f"{factor}_high_milli"]] / 1000
    return {str(name): (low, high) for name, low, high in ends.itertuples() if (low, high) != (0, 0)}


def test_the_ends_are_the_months_and_the_steps_add_up(change: Change, demo_workspace: Path) -> None:
    table = change.table
    for when, month in (("earlier", "2023-02"), ("later", "2023-03")):
        gaps = Workspace(demo_workspace).read_table(month, "gaps").set_index("municipality_code")
        rows = table[(table["measure"] == "gap") & (table["municipality_code"] != "all")]
        own = rows.set_index("municipality_code")
        for end in ("low", "high"):
            assert own[f"{when}_{end}_milli"].to_dict() == gaps[f"gap_{end}_milli"].to_dict()
    for end in ("low", "high"):
        total = table[f"later_{end}_milli"] - table[f"earlier_{end}_milli"]
        assert (sum(table[f"{factor}_{end}_milli"] for factor in FACTORS) == total).all()


def test_an_activity_that_ended_moves_another_municipalitys_gap(change: Change) -> None:
    # SYN-027 in Kalix ends on 28 February. Kalix has places enough all the same; Haparanda's people, who travelled to
    # it, do not. Nothing but people moved besides, and no set day of an activity is lost.
    assert moved(change.table, "supply", "places") == {"Kalix": (-40, -40)}
    assert moved(change.table, "gap", "places") == {"Haparanda": (22, 22)}
    assert moved(change.table, "gap", "timetable") == moved(change.table, "gap", "rules") == {}
    assert (change.county, change.synthetic, change.withheld) == ("25", True, ())


def test_each_month_has_the_settings_it_was_made_with(demo_workspace: Path, tmp_path: Path) -> None:
    """January stays as it was computed."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_workspace, folder)
    workspace = Workspace(folder)
    before = workspace.read_table("2023-01", "gaps").set_index("municipality_code")["gap_high_milli"]
    settings = folder / "geomatch.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("max_travel_min = 90.0", "max_travel_min = 20.0"),
        encoding="utf-8",
    )
    with workspace.writing():
        run_month(workspace, "2023-02", "25")
    found = change_between(workspace, "2023-01", "2023-02").table
    rows = found[(found["measure"] == "gap") & (found["municipality_code"] != "all")]
    assert rows.set_index("municipality_code")["earlier_high_milli"].to_dict() == before.to_dict()
    # With at most 20 minutes those of Haparanda no longer reach Kalix.
    assert moved(found, "gap", "rules")["Haparanda"] == (23, 23)
    assert moved(found, "gap", "places") == {}


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        (
            ("2023-03", "2023-02"),
            ["2023-03 is not before 2023-02; expected first the earlier month, then the later."],
        ),
        (
            ("2022-11", "2022-12"),
            [
                "2022-11 is not computed yet. Compute it: geomatch run 2022-11",
                "2022-12 is not computed yet. Compute it: geomatch run 2022-12",
            ],
        ),
        (
            ("2023-01", "2023-02", "24"),
            [
                "2023-01 is computed for county 25 only. Compute it: geomatch run 2023-01",
                "2023-02 is computed for county 25 only. Compute it: geomatch run 2023-02",
            ],
        ),
    ],
)
def test_what_cannot_be_compared(
    demo_workspace: Path, arguments: tuple[str, ...], messages: list[str]
) -> None:
    with using_language("en"), pytest.raises(InputError) as raised:
        change_between(Workspace(demo_workspace), *arguments)
    assert str(raised.value).splitlines() == messages


def test_what_if_in_the_demo_and_nothing_is_written(
    demo_workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Haparanda's way to SYN-027 in Kalix, asked in February: 23 more without a place."""
    file = tmp_path / "om.toml"
    file.write_text('[[end_activity]]\nactivity_id = "SYN-027"\n', encoding="utf-8")

    def content() -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in sorted(demo_workspace.rglob("*")) if p.is_file()}

    before = content()
    out = tmp_path / "tabell.csv"
    arguments = ["--lang", "en", "what-if", str(file), "--month", "2023-02", "--out", str(out)]
    assert cli.main([*arguments, "-w", str(demo_workspace)]) == 0
    printed = capsys.readouterr()
    assert printed.err.splitlines() == ["INTERNAL – must not be spread", "SYNTHETIC DATA"]
    lines = printed.out.splitlines()
    assert lines[0] == "February 2023 as it is, and with om.toml"
    assert "Haparanda: 55–63 would get no place instead of 32–40." in lines
    table = pd.read_csv(tmp_path / "tabell-internal.csv", sep=";", dtype={"municipality_code": str})
    row = table[(table["municipality"] == "Haparanda") & (table["measure"] == "gap")].iloc[0]
    assert row[["today_low", "today_high", "what_if_low", "what_if_high"]].tolist() == [32, 40, 55, 63]
    assert table["internal"].all()
    assert table["synthetic"].all()
    assert content() == before
    # A second time the file is there already; everything else that is wrong is told with it.
    file.write_text('[[end_activity]]\nactivity_id = "SYN-0271"\n', encoding="utf-8")
    assert cli.main([*arguments, "-w", str(demo_workspace)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        (
            "tabell-internal.csv: there is a file of that name already; nothing is overwritten. "
            "Choose another name, or move the file away."
        ),
        (
            "om.toml: [[end_activity]] number 1: there is no activity SYN-0271 in the register. "
            "It may be one of these: SYN-027, SYN-021, SYN-042."
        ),
    ]


def test_the_words_have_the_numbers_of_the_pages(demo_workspace: Path, change: Change) -> None:
    """What the changes call the gap of February and of March is what the tables of both pages show."""

    def gaps(month: str) -> dict[str, str]:
        page = (demo_workspace / "internal" / month / "25" / "index.html").read_text(encoding="utf-8")
        table = page[page.index('id="table-municipalities"') : page.index("</table>")]
        rows = re.findall(r'<th scope="row"><a href="#m-\d+">([^<]+)</a></th>(.*?)</tr>', table)
        return {name: re.findall(r'class="number strong"[^>]*>([^<]*)<', cells)[0] for name, cells in rows}

    before, after = gaps("2023-02"), gaps("2023-03")
    assert len(before) == 14
    told = change_sentences(change, None)
    assert len(told) > 5
    for text in told:
        name = text.partition(":")[0]
        told_gaps = re.search(
            r"från ([\d–]+) till ([\d–]+)\. De inskrivna|gapet är ([\d–]+), som förut", text
        )
        assert told_gaps is not None, text
        if told_gaps[3]:
            assert told_gaps[3] == after[name]
        else:
            assert (told_gaps[1], told_gaps[2]) == (before[name], after[name])


def test_the_page_tells_it_where_the_month_before_is_computed(demo_workspace: Path, change: Change) -> None:
    pages = {
        month: (demo_workspace / "internal" / month / "25" / "index.html").read_text(encoding="utf-8")
        for month in ("2023-01", "2023-02", "2023-03")
    }
    assert ['id="changes"' in page for page in pages.values()] == [False, True, True]
    first = change_sentences(change)[0]
    assert first.startswith("Haparanda: gapet ökade med 20–36, från 32–40 till 60–68.")
    assert f"<p>{first}</p>" in pages["2023-03"]
    # What publish keeps is the change as it is computed.
    (kept,) = (demo_workspace / "cache" / "changes" / "2023-03").iterdir()
    pd.testing.assert_frame_equal(pd.read_parquet(kept), change.table)
    assert change_before(Workspace(demo_workspace), "2023-01") is None
    assert of_county(change, "24").table.empty
