"""A register of the size of the country with canaries in every restricted field: none is in what the public run gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd
import pytest

from geomatch.inputs import Inputs
from geomatch.need import need_of_month
from geomatch.public.inputs import PublicInputs, public_inputs
from geomatch.sources.regions import municipalities
from geomatch.workspace import dump_json
from tests.canaries.search import Canary, day, number, place, search, word
from tests.public import small

FIRST, SET_DAY, PLACES = "2021-11-13", "2023-02-17", 91_837


def register() -> tuple[list[dict[str, object]], list[Canary]]:
    """Four activities in each municipality: shown, at a distance, at their municipality, hidden."""
    areas = municipalities()
    rows: list[dict[str, object]] = []
    canaries = [*day(FIRST, "first day"), *day(SET_DAY, "set day"), number(PLACES, "places of hidden ones")]
    points = zip(areas["municipality_code"], areas["point_x_m"], areas["point_y_m"], strict=True)
    for number_of, (code, x_m, y_m) in enumerate(points):
        for kind in ("exact", "digital", "municipality", "hidden"):
            own = f"{code}{kind[0]}"
            away = 2500 if kind == "exact" else 900 if kind == "hidden" else 0
            at = (x_m + 400.137 + number_of % 7 + away, y_m - 683.391 - number_of % 11 + away / 3)
            texts = {
                "series_id": f"Qzxid{own}",
                "address": f"Qzxgatan {own}",
                "contact": f"qzxkontakt{own}@x.example",
            }
            if kind in ("municipality", "hidden"):
                texts |= {
                    "organiser": f"Qzxanordnare {own}",
                    "organiser_type": f"Qzxtyp {own}",
                    "grant_scheme": f"Qzxbidrag {own}",
                }
                canaries.append(place(*at, f"place of {own}"))
            if kind == "hidden":
                texts |= {"name": f"Qzxdold {own}", "primary_purpose": f"Qzxsyfte {own}"}
            canaries += map(word, texts.values())
            visibility = "exact" if kind == "digital" else kind
            row = small.activity(own, code, visibility, PLACES if kind == "hidden" else 12, (0.0, 0.0))
            row |= {
                "name": f"Språkcafé {own}",
                "geometry": None if kind == "digital" else small.Point(*at),
                "digital": kind == "digital",
            }
            if kind in ("municipality", "hidden"):
                row |= {"valid_from": FIRST, "sessions": [(None, SET_DAY, 9, 11)]}
            rows.append(row | texts | {"activity_id": texts["series_id"]})
    return rows, canaries


def told(public: PublicInputs) -> Iterator[tuple[str, bytes]]:
    """Everything of the inputs that the public tables could follow from."""
    for name, frame in (
        ("series", public.series),
        ("sessions", public.sessions),
        ("corridors", public.corridors),
        ("counts", public.enrolment),
    ):
        yield name, pd.DataFrame(frame.to_wkt() if name == "series" else frame).to_csv().encode()
        yield f"{name} (attributes)", repr(frame.attrs).encode()
    yield "settings", dump_json(public.settings.as_dict()).encode()
    yield "files", dump_json([asdict(one) for one in public.used]).encode()


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return small.inputs(tmp_path_factory.mktemp("sweden") / "feed")


def test_a_register_of_the_whole_country(board: Inputs) -> None:
    rows, canaries = register()
    series, sessions = small.register(rows)
    public = public_inputs(replace(board, series=series, sessions=sessions), municipalities(), small.MONTH)
    assert len(public.series) == 3 * 290
    report = search(told(public), canaries)
    assert [(one.canary.what, one.place, one.form) for one in report.found] == []
    # In the board's own inputs all of them are found.
    own = [
        ("series", pd.DataFrame(series.to_wkt()).to_csv().encode()),
        ("sessions", sessions.to_csv().encode()),
    ]
    assert {one.canary for one in search(own, canaries).found} == set(canaries)
    assert len(canaries) > 5000


def test_an_unusual_count_that_totals_give_away_is_not_in_the_public_tables(
    board: Inputs, tmp_path: Path
) -> None:
    """A board has settled that `..` can be up to 9,999 persons; totals then give one of them away: 48,371 less the others."""
    rows = [row for row in small.cells() if row["month"] == small.MONTH and row["sex"] == "all"]
    rows = [row for row in rows if row["municipality_code"] != "all" or row["county_code"] == "21"]
    rows = [row | ({"high": 9_999} if row["sign"] else {}) for row in rows]
    rows.append(small.counted(small.MONTH, "all", 7_583 + 40 + 12, county="03"))
    mask = replace(board.settings.mask, masked_high=9_999)
    own = replace(board, enrolment=small.enrolment(rows), settings=replace(board.settings, mask=mask))
    need = need_of_month(own.enrolment, small.MONTH).table
    assert need.loc[need["municipality_code"] == "0331", ["low", "high"]].to_numpy().tolist() == [
        [7_583, 7_583]
    ]
    made = small.made(own, tmp_path / "ws")
    parts = [(name, table.frame.to_csv().encode()) for name, table in made.tables.items()]
    parts.append(("facts", dump_json(dict(made.facts)).encode()))
    assert search(parts, [number(7_583, "the count")]).found == []
