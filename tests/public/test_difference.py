"""Change one restricted thing, publish again, compare: what is public does not change by a byte (METHOD 8)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomatch.inputs import Inputs
from geomatch.public.editions import keep_edition
from geomatch.public.inputs import PublicInputs
from geomatch.public.run import PublicMonth
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.settings import Share
from geomatch.sources.corridor_effect import Decision
from geomatch.supply import month_window, supply_of_month
from geomatch.workspace import Input, Workspace, dump_json
from tests.public import small

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return small.inputs(tmp_path_factory.mktemp("board") / "feed")


def told(public: PublicInputs) -> str:
    """Everything of public inputs that a computation could follow from, as text."""
    optional = {
        name: getattr(public.optional, name) for name in ("raster", "sites", "population", "study_hours")
    }
    frames = (public.enrolment, pd.DataFrame(public.series.to_wkt()), public.sessions, public.corridors)
    return "\n".join(
        [
            public.month,
            dump_json([asdict(one) for one in public.used]),
            dump_json(public.settings.as_dict()),
            repr(optional),
            repr((id(public.localities), id(public.network))),
            *(frame.to_csv() + repr(dict(frame.dtypes)) + repr(frame.attrs) for frame in frames),
        ]
    )


def with_rows(board: Inputs, change: Callable[[Rows], Rows | None]) -> Inputs:
    """The board with other activities: `change` alters the rows, or gives others."""
    rows = small.activities()
    series, sessions = small.register(change(rows) or rows)
    return replace(board, series=series, sessions=sessions)


VAGUE, HIDDEN, ENDED, EXACT, DIGITAL = 2, 3, 4, 0, 1


def one(number: int, **values: Any) -> Callable[[Rows], None]:
    """Give one activity other values."""

    def change(rows: Rows) -> None:
        rows[number] |= values

    return change


def settings_with(board: Inputs, *shares: Share) -> Inputs:
    return replace(board, settings=replace(board.settings, shares=(small.ENTITLED, *shares)))


RESTRICTED_ROWS: dict[str, Callable[[Rows], Rows | None]] = {
    "a hidden one is removed": lambda rows: [row for row in rows if row["visibility"] != "hidden"],
    "a hidden one is added": lambda rows: [*rows, small.activity("H2", "0380", "hidden", 99, small.UPPSALA)],
    "a hidden one at a distance is added": lambda rows: [
        small.activity("H2", "0380", "hidden", 99, small.UPPSALA, digital=True, geometry=None), *rows,
    ],
    "a hidden one is moved": one(HIDDEN, geometry=small.point(*small.HEBY), municipality_code="0331"),
    "a hidden one has more places": one(HIDDEN, places=5),
    "a hidden one has another name": one(HIDDEN, name="Annat", organiser="Annan"),
    "the place": one(VAGUE, geometry=small.point(*small.HEBY)),
    "the place is not known": one(VAGUE, geometry=None),
    "the address and the contact": one(VAGUE, address="Hemliga gatan 3", contact="070"),
    "the organiser": one(VAGUE, organiser="Annan", organiser_type="annan"),
    "the grant": one(VAGUE, grant_scheme="S37", funding="other"),
    "the times": one(VAGUE, sessions=[(4, "", 8, 9)]),
    "the set days": one(VAGUE, sessions=[(None, "2023-02-08", 10, 12)]),
    "no times": one(VAGUE, sessions=[]),
    "the period, which still has days in the month": one(VAGUE, valid_from="2023-02-20", valid_to="2023-02-28"),
    "the id": one(VAGUE, series_id="Ö-9", activity_id="Ö-9"),
    "all ids": lambda rows: [row | {"series_id": f"{9 - n}", "activity_id": f"{9 - n}"} for n, row in enumerate(rows)],
    "the order": lambda rows: rows[::-1],
    "one that ended, ended earlier": one(ENDED, valid_to="2022-11-01"),
    "one that ended is not begun": one(ENDED, valid_from="2023-03-01", valid_to=""),
    "one that ended is marked so": one(ENDED, status="ended", valid_to=""),
    "one that ended was never there": lambda rows: rows[:ENDED],
    "the address of one that is shown": one(EXACT, address="KANARIEvägen", contact="KANARIE"),
    "the id of one that is shown": one(EXACT, series_id="Z", activity_id="Z"),
}  # fmt: skip

RESTRICTED: dict[str, Callable[[Inputs], Inputs]] = {
    "no accommodation sites": lambda board: replace(board, optional=replace(board.optional, sites=None)),
    "other accommodation sites": lambda board: replace(
        board, optional=replace(board.optional, sites=small.sites(x_m=1.0, places=999))
    ),
    "no inputs that are optional": lambda board: replace(board, optional=None),
    "reports of study hours": lambda board: replace(
        board, optional=replace(board.optional, study_hours=pd.DataFrame({"hours": [1]}))
    ),
    "no internal share": settings_with,
    "another internal share": lambda board: settings_with(
        board,
        Share("adult_share", "all", 0.5, 0.5, source="X", internal=True),
        Share("eligible_share", "all", 0.9, 0.9, "03", source="X", internal=True),
    ),
    "the reference of a decision": lambda board: replace(
        board, corridors=small.decisions(("0331", "0380", "2022-01-01", "2023-12-31", "another"))
    ),
    "the days of a decision, still open": lambda board: replace(
        board, corridors=small.decisions(("0331", "0380", "2023-02-14", "", "another"))
    ),
    "a decision in two stretches": lambda board: replace(
        board,
        corridors=small.decisions(
            ("0331", "0380", "2022-01-01", "2023-02-10", "1"), ("0331", "0380", "2023-02-11", "", "2")
        ),
    ),
    "a decision of another month": lambda board: replace(
        board,
        corridors=small.decisions(
            ("0380", "0331", "2023-03-01", "", "later"), ("0331", "0380", "2022-01-01", "", "x")
        ),
    ),
    "who decided": lambda board: replace(
        board,
        decisions=(
            Decision("0331", "0380", "refused", "2023-01-01", "", "2023-01-01", "Anna", "dnr", 3, 9, "k.csv"),
        ),
    ),
    "travel compensation and other registers": lambda board: replace(
        board,
        used=(*(one for one in board.used if one.kind in {"enrolment", "timetable"}), Input("activities", "x", "9" * 64)),
    ),
    "what was assumed": lambda board: replace(board, notes={"likely_duplicates": 7}),
}  # fmt: skip


@pytest.mark.parametrize("name", RESTRICTED_ROWS)
def test_a_restricted_thing_of_the_register_changes_nothing(board: Inputs, name: str) -> None:
    changed = with_rows(board, RESTRICTED_ROWS[name])
    assert told(small.shown(changed)) == told(small.shown(board))


@pytest.mark.parametrize("name", RESTRICTED)
def test_another_restricted_thing_changes_nothing(board: Inputs, name: str) -> None:
    assert told(small.shown(RESTRICTED[name](board))) == told(small.shown(board))


VISIBLE_ROWS: dict[str, Callable[[Rows], Rows | None]] = {
    "a hidden one is shown": one(HIDDEN, visibility="exact"),
    "the places of one": one(VAGUE, places=7),
    "the name of one": one(VAGUE, name="Annat"),
    "for whom one is": one(VAGUE, sex="women"),
    "it is of another municipality": one(VAGUE, municipality_code="0305"),
    "it does not run in the month": one(VAGUE, valid_to="2023-01-31"),
    "one that ended runs on": one(ENDED, valid_to="2023-02-01"),
    "the place of one that is shown": one(EXACT, geometry=small.point(100.0, 0.0)),
    "the times of one that is shown": one(EXACT, sessions=[(0, "", 10, 12)]),
    "the organiser of one that is shown": one(EXACT, organiser="Annan"),
}
VISIBLE: dict[str, Callable[[Inputs], Inputs]] = {
    "a share that is not internal": lambda board: settings_with(
        board, Share("eligible_share", "all", 0.5, 0.5, "03", source="open")
    ),
    "a corridor is closed": lambda board: replace(board, corridors=small.decisions()),
    "a count": lambda board: replace(
        board, enrolment=board.enrolment.replace({"low": {40: 41}, "high": {40: 41}})
    ),
}


@pytest.mark.parametrize("name", VISIBLE_ROWS)
def test_a_visible_thing_of_the_register_changes_something(board: Inputs, name: str) -> None:
    assert told(small.shown(with_rows(board, VISIBLE_ROWS[name]))) != told(small.shown(board))


@pytest.mark.parametrize("name", VISIBLE)
def test_another_visible_thing_changes_something(board: Inputs, name: str) -> None:
    assert told(small.shown(VISIBLE[name](board))) != told(small.shown(board))


# ----------------------------------------------------------------------------------------- any register, any edit

texts = st.sampled_from(["", "a", "b", "KANARIE"])
session = st.sampled_from([(0, "", 9, 11), (3, "", 13, 15), (None, "2023-02-08", 10, 12)])
visibilities = st.sampled_from(["exact", "municipality", "municipality", "hidden"])
periods = st.sampled_from([("2022-09-01", ""), ("2023-02-10", "2023-02-12"), ("", "2023-02-01")])
elsewhere = st.sampled_from([("2022-01-01", "2022-12-31"), ("2023-03-01", "")])
spots = st.tuples(st.sampled_from([0.0, 250.0]), st.sampled_from([0.0, 400.0]))


@st.composite
def registers(draw: st.DrawFn) -> Rows:
    """A few activities, many of them alike in much."""
    rows = []
    for number in range(draw(st.integers(1, 6))):
        first, last = draw(periods if draw(st.integers(0, 3)) else elsewhere)
        digital = draw(st.booleans())
        spot = draw(spots)
        rows.append(
            small.activity(
                f"id{number}",
                draw(st.sampled_from(["0380", "0331"])),
                draw(visibilities),
                draw(st.sampled_from([3, 8])),
                spot,
                name=draw(st.sampled_from(["Språkcafé", "Kurs"])),
                organiser=draw(texts),
                childcare=draw(st.booleans()),
                valid_from=first,
                valid_to=last,
                digital=digital,
                geometry=None if digital else small.point(*spot),
                sessions=draw(st.lists(session, max_size=2, unique=True)),
            )
        )
    return rows


def edited(draw: Callable[[st.SearchStrategy[Any]], Any], rows: Rows) -> Rows:
    """The same register to the public: all that is restricted in it drawn anew."""
    result = []
    for old in rows:
        row = old | {"address": draw(texts), "contact": draw(texts)}
        runs = (row["valid_from"], row["valid_to"]) not in {("2022-01-01", "2022-12-31"), ("2023-03-01", "")}
        if row["visibility"] == "hidden":
            if draw(st.booleans()):
                continue
            row["places"] = draw(st.integers(0, 99))
            row["municipality_code"] = draw(st.sampled_from(["0305", "2180"]))
        if row["visibility"] == "municipality":
            first, last = draw(periods if runs else elsewhere)
            row |= {name: draw(texts) for name in ("organiser", "organiser_type", "grant_scheme")}
            row |= {
                "valid_from": first,
                "valid_to": last,
                "funding": draw(st.sampled_from(["grant", "other"])),
            }
            row["sessions"] = draw(st.lists(session, max_size=2, unique=True))
            row["geometry"] = None if row["digital"] else small.point(*draw(spots))
        result.append(row)
    for _number in range(draw(st.integers(0, 2))):
        result.append(small.activity("", "0380", "hidden", 9, small.UPPSALA, name=draw(texts)))
        first, last = draw(elsewhere)
        result.append(
            small.activity("", "0380", "municipality", 9, small.UPPSALA, valid_from=first, valid_to=last)
        )
    random.Random(draw(st.integers(0, 9))).shuffle(result)
    ids = draw(st.permutations(range(len(result))))
    return [row | {"series_id": f"R{n}", "activity_id": f"R{n}"} for n, row in zip(ids, result, strict=True)]


@settings(max_examples=40)
@given(st.data())
def test_no_edit_of_what_is_restricted_is_seen(board: Inputs, data: st.DataObject) -> None:
    rows = data.draw(registers())
    changed = edited(data.draw, rows)
    assert told(small.shown(with_rows(board, lambda _rows: changed))) == told(
        small.shown(with_rows(board, lambda _rows: rows))
    )


@settings(max_examples=40)
@given(registers())
def test_what_runs_is_what_the_boards_run_has(board: Inputs, rows: Rows) -> None:
    own = with_rows(board, lambda _rows: rows)
    window = month_window(small.MONTH, board.network.timetable.covers, board.settings.sessions, "")
    supply = supply_of_month(own.series, own.sessions, small.MONTH, window, board.settings.sessions)
    running = supply.activities[supply.activities["visibility"] != "hidden"]
    columns = ["name", "municipality_code", "places", "visibility", "digital", "childcare"]
    public = small.shown(own).series
    assert sorted(public[columns].itertuples(index=False, name=None)) == sorted(
        running[columns].itertuples(index=False, name=None)
    )
    codes = public["municipality_code"].tolist()
    # Within each municipality from 1 on, without a gap that would tell of what is hidden.
    assert public["series_id"].tolist() == [
        f"a{code}{codes[: at + 1].count(code):04d}" for at, code in enumerate(codes)
    ]


# ------------------------------------------------------------------------------------------------ the whole run


def published(board: Inputs, folder: Path) -> dict[str, bytes]:
    """The files of the edition of a board's month."""
    made = small.made(board, folder)
    return kept(made, Workspace(folder))


def kept(made: PublicMonth, workspace: Workspace) -> dict[str, bytes]:
    keep_edition(workspace.folder, made, synthetic=True, note="")
    own = workspace.folder / "published" / small.MONTH / "1"
    return {path.name: path.read_bytes() for path in sorted(own.iterdir())}


def all_restricted(board: Inputs) -> Inputs:
    """Every restricted thing another, at once."""
    rows = [
        row | {"series_id": f"R{9 - n}", "activity_id": f"R{9 - n}"}
        for n, row in enumerate(small.activities())
    ]
    rows[VAGUE] |= {
        "geometry": small.point(*small.HABO), "address": "X", "contact": "Y", "organiser": "Z", "grant_scheme": "S37A",
        "sessions": [(4, "", 6, 7)], "valid_from": "2023-02-27", "organiser_type": "kommun", "funding": "other",
    }  # fmt: skip
    rows[HIDDEN] |= {"geometry": small.point(*small.UPPSALA), "municipality_code": "0380", "places": 1000}
    rows[ENDED] |= {"places": 1}
    rows.append(small.activity("H2", "2180", "hidden", 500, small.GAVLE))
    series, sessions = small.register(rows[::-1])
    series.attrs["KANARIE"] = "KANARIE"
    changed = replace(board, series=series, sessions=sessions)
    for name in (
        "other accommodation sites", "reports of study hours", "another internal share", "a decision in two stretches",
        "who decided", "travel compensation and other registers", "what was assumed",
    ):  # fmt: skip
        changed = RESTRICTED[name](changed)
    return changed


def test_the_whole_edition_stays_the_same_byte_for_byte(board: Inputs, tmp_path: Path) -> None:
    first = published(board, tmp_path / "first")
    assert set(first) == {"edition.json", *(f"{name}.parquet" for name in PUBLIC_TABLES)}
    assert published(all_restricted(board), tmp_path / "second") == first
    shown = with_rows(board, one(VAGUE, places=7))
    other = published(shown, tmp_path / "third")
    assert {name for name in first if other[name] != first[name]} == {
        "edition.json", "activities.parquet", "areas.parquet", "purposes.parquet",
    }  # fmt: skip


def test_no_canary_is_in_any_file(board: Inputs, tmp_path: Path) -> None:
    for frame in (board.series, board.sessions, board.enrolment, board.corridors, board.localities):
        frame.attrs["KANARIE"] = "KANARIE"
    try:
        made = small.made(board, tmp_path / "ws")
        files = kept(made, Workspace(tmp_path / "ws"))
    finally:
        for frame in (board.series, board.sessions, board.enrolment, board.corridors, board.localities):
            frame.attrs.clear()
    own = tmp_path / "ws" / "published" / small.MONTH / "1"
    texts = [files["edition.json"].decode()]
    for name in PUBLIC_TABLES:
        texts.append(pd.read_parquet(own / f"{name}.parquet").to_csv())
        texts.append(repr(pq.read_metadata(own / f"{name}.parquet").metadata))
    assert [canary for canary in small.CANARIES for text in texts if canary in text] == []
    # The search finds what is there.
    assert any("Kvinnogruppen" in text for text in texts)


def test_the_purpose_of_a_hidden_one_can_be_asked_for(board: Inputs, tmp_path: Path) -> None:
    # A board's run counts the hidden one alone; to the public there is none, which is no error.
    asked = replace(board.settings, allocation=replace(board.settings.allocation, purposes="KANARIEsyfte"))
    made = small.made(replace(board, settings=asked), tmp_path / "ws")
    assert made.tables["areas"].frame["places"].sum() == 0
