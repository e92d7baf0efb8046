"""A month in full, from workbooks to pages, where its inputs are out of the ordinary."""

from __future__ import annotations

import json
from pathlib import Path

from geomatch.demo import write_demo_inputs
from geomatch.month import facts_of, run_month
from geomatch.publish.site import publish_month
from geomatch.sources.activity_words import ACTIVITY_HEADINGS
from geomatch.tables import DAY_RETURNS
from geomatch.workspace import Workspace

MONTH, COUNTY = "2023-02", "25"


def register(path: Path) -> Path:
    """One activity, which is digital."""
    cells = {
        "activity_id": "D-1",
        "name": "Svenska på nätet",
        "organiser": "Bygdens studieförbund",
        "grant_scheme": "TIA",
        "primary_purpose": "Svenska",
        "places": "30",
        "valid_from": "2023-01-01",
        "digital": "ja",
        "municipality": "Luleå",
        "visibility": "kommun",
    }
    lines = [";".join(ACTIVITY_HEADINGS[name] for name in cells), ";".join(cells.values())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_month_with_only_digital_activities(tmp_path: Path) -> None:
    # There is nothing to travel to: nobody has a day return, and the digital share is 0 unless a board sets it.
    inputs = write_demo_inputs(tmp_path / "inputs")
    workspace = Workspace.create(tmp_path / "workspace")
    for kind, path in (
        ("enrolment", inputs.enrolment[1]),
        ("activities", register(tmp_path / "nät-SYNTETISK.csv")),
        ("timetable", inputs.timetable),
    ):
        workspace.add(kind, [path], lambda one, kind=kind: facts_of(kind, one))
    with workspace.writing():
        assert run_month(workspace, MONTH, COUNTY).computed
        pages = publish_month(workspace, MONTH)
        returns = workspace.read_table(MONTH, "day_returns")
        # Once more, as if something else had changed: what was kept of day returns is no row either.
        manifest = workspace.month_folder(MONTH) / "manifest.json"
        content = json.loads(manifest.read_text(encoding="utf-8"))
        manifest.write_text(json.dumps({**content, "fingerprint": "another"}), encoding="utf-8")
        again = run_month(workspace, MONTH, COUNTY)
    assert again.computed
    assert again.day_returns_kept
    assert len(returns) == len(workspace.read_table(MONTH, "day_returns")) == 0
    assert list(returns) == DAY_RETURNS.names
    gaps = workspace.read_table(MONTH, "gaps")
    assert len(gaps) == 14
    assert gaps["gap_low_milli"].sum() > 0
    for end in ("low", "high"):
        assert gaps[f"served_{end}_milli"].sum() == 0
        assert (gaps[f"no_day_return_{end}_milli"] == gaps[f"gap_{end}_milli"]).all()
    assert "Svenska på nätet" in pages[0].read_text(encoding="utf-8")
