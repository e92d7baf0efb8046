"""From a workspace to its pages: what a page is told, and the list of them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from geomatch.notes import assumption_notes, page_notes
from geomatch.publish.site import publish_month
from geomatch.workspace import Workspace


@pytest.fixture
def workspace(demo_workspace: Path, tmp_path: Path) -> Workspace:
    """A copy of the demo, which a test may change."""
    return Workspace(Path(shutil.copytree(demo_workspace, tmp_path / "copy")))


def listed(workspace: Workspace) -> dict[str, str]:
    """Per linked page, the text of its entry in the list."""
    text = (workspace.folder / "internal" / "index.html").read_text(encoding="utf-8")
    entries = re.findall(r'<li><a href="([^"]*)/index.html">(.*?)</li>', text, re.DOTALL)
    return {link: re.sub(r"<[^>]*>", " ", words) for link, words in entries}


def page_of_another_run(workspace: Workspace, month: str, county: str, provenance: str) -> None:
    folder = workspace.folder / "internal" / month / county
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<p>tidigare</p>", encoding="utf-8")
    (folder / "provenance.json").write_text(provenance, encoding="utf-8")


def test_the_list_tells_when_the_counts_were_updated(workspace: Workspace) -> None:
    publish_month(workspace, "2023-02")
    entry = listed(workspace)["2023-02/25"]
    assert "syntetiska uppgifter" in entry
    assert "antal uppdaterade 2023-03-03" in entry
    assert "tidigare körning" not in entry


def test_a_county_that_the_latest_run_left_out_stays_and_is_marked_with_its_run(workspace: Workspace) -> None:
    """The demo is run for county 25 only; 24 was published before, from real figures."""
    made_from = {"fingerprint": "0123456789abcdef", "synthetic": False, "updated": "2023-03-01"}
    page_of_another_run(workspace, "2023-02", "24", json.dumps(made_from))
    publish_month(workspace, "2023-02")
    entry = listed(workspace)["2023-02/24"]
    assert "Västerbottens län" in entry
    assert "från en tidigare körning (0123456789ab): månadens senaste körning tog inte med länet" in entry
    assert "antal uppdaterade 2023-03-01" in entry
    # The mark is the page's own, not that of the run which left it out.
    assert "syntetiska" not in entry


def test_a_month_that_was_computed_anew_and_not_published_is_marked(workspace: Workspace) -> None:
    path = workspace.folder / "internal" / "2023-01" / "25" / "provenance.json"
    made_from = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**made_from, "fingerprint": "f" * 64}), encoding="utf-8")
    publish_month(workspace, "2023-02")
    entries = listed(workspace)
    assert (
        "från en tidigare körning (ffffffffffff): månaden har räknats om och är inte publicerad sedan dess"
        in entries["2023-01/25"]
    )
    assert "tidigare körning" not in entries["2023-02/25"]


@pytest.mark.parametrize("broken", ["", "{", "[]"])
def test_a_page_whose_provenance_cannot_be_read_does_not_stop_the_others(
    workspace: Workspace, broken: str
) -> None:
    page_of_another_run(workspace, "2023-02", "24", broken)
    publish_month(workspace, "2023-02")
    assert "från en tidigare körning (okänd)" in listed(workspace)["2023-02/24"]


ASSUMPTIONS = {
    "series_with_assumed_sessions": 3,
    "sessions_on_holidays": 5,
    "series_not_running": 4,
    "likely_duplicates": 2,
}


def test_notes_of_a_page_count_no_protected_activity() -> None:
    """Of 3 series without times one is hidden, of 5 sessions on holidays two are: the page counts 2 and 3."""
    shown = pd.DataFrame(
        {
            "sessions_assumed": [True, True, False],
            "sessions_on_holidays": [0, 1, 2],
            "funding": ["grant", "other", "grant"],
        }
    )
    assert page_notes(ASSUMPTIONS, shown) == [
        "Serier med annan finansiering än statsbidragen, som också räknas som utbud: 1.",
        "Insatser utan tider, där standardtillfället antas: 2.",
        "Tillfällen på helgdagar, utelämnade: 3.",
        "Några insatser i registret pågår inte den här månaden.",
        "Några insatser verkar stå i två register under olika id, alla behålls.",
    ]
    nothing = pd.DataFrame({"sessions_assumed": [False], "sessions_on_holidays": [0], "funding": ["grant"]})
    assert page_notes({**ASSUMPTIONS, "likely_duplicates": 0, "series_not_running": 0}, nothing) == []


def test_notes_for_those_who_have_the_register_count_everything() -> None:
    assert [text.split(": ")[-1] for text in assumption_notes(ASSUMPTIONS)] == ["2.", "4.", "3.", "5."]


def test_the_page_of_the_demo_counts_what_its_table_marks(demo_workspace: Path) -> None:
    text = (demo_workspace / "internal/2023-02/25/index.html").read_text(encoding="utf-8")
    assumed = len(re.findall(r'<td class="times">[^<]*\(antagna\)', text))
    assert assumed == 2
    assert f"Insatser utan tider, där standardtillfället antas: {assumed}." in text
    assert "2023-02-06 till 2023-02-26, 3 hela veckor" in text
