"""The scripts that the map reads: exact content, nothing that ends a script, the same bytes each time."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
import pytest

from geomatch.disclosure import published
from geomatch.public.editions import Edition
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.site.values import (
    FIELDS,
    activities_script,
    borders_script,
    corridors_script,
    localities_script,
    months_script,
    script,
    values_script,
)
from tests.site.made import made_month


def read(text: str) -> Any:
    """What a script hands over."""
    match = re.fullmatch(
        r"window\.geomatch = window\.geomatch \|\| \{\};\n\(?geomatch\.\w+(?: = geomatch\.\w+ \|\| \{\}\)\[\"[^\"]+\"\])? = (.*);\n",
        text,
        re.DOTALL,
    )
    assert match, text[:120]
    return json.loads(match[1])


def figures(**cells: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for stem, value in cells.items():
        low, high, sign = (None, None, value) if isinstance(value, str) else (*value, "")
        row |= {f"{stem}_low": low, f"{stem}_high": high, f"{stem}_sign": sign}
    return row


def area(code: str, **cells: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "month": "2026-03", "level": {2: "county", 4: "municipality"}[len(code)], "area_code": code, "name": code, "municipalities": 1,
        "women_share": None, "series": 2, "places": 30, "gap_share_low": None, "gap_share_high": None, "access_index_low": None,
        "access_index_high": None, "band_best": None, "band_worst": None, "women_index_low": None, "women_index_high": None,
        "men_index_low": None, "men_index_high": None, "gini_low": None, "gini_high": None, "before": "2026-02", "places_change": 0,
        **figures(need=(0, 0), women="-", men="-", gap=(0, 0), no_day_return=(0, 0), need_change="-", gap_change="-"),
    }  # fmt: skip
    return {**base, **cells}


def edition(areas: list[dict[str, Any]], **tables: pd.DataFrame) -> Edition:
    frames = {name: pd.DataFrame(columns=table.names) for name, table in PUBLIC_TABLES.items()}
    frames |= {"areas": pd.DataFrame(areas), **tables}
    shown = {name: published(frames[name], table, 5).frame for name, table in PUBLIC_TABLES.items()}
    return Edition(
        "2026-03", 1, "", synthetic=True, digest="d", facts={"updated": "2026-04-02"}, tables=shown, notes={}
    )


def test_a_figure_is_a_number_an_interval_or_its_sign() -> None:
    value = read(
        values_script(
            edition(
                [
                    area(
                        "2510",
                        **figures(need=(45, 45), women=(20, 20), men=(25, 25), gap=(10, 12), need_change=(-4, -4), gap_change=(-3, 2)),
                        women_share=20 / 45, gap_share_low=10 / 45, gap_share_high=12 / 45, access_index_low=0.504, access_index_high=0.516,
                    ),
                    area("2580", **figures(need=(3, 3), gap=(1, 3))),
                ]
            )
        )
    )  # fmt: skip
    assert value == {
        "month": "2026-03",
        "edition": 1,
        "updated": "2026-04-02",
        "synthetic": True,
        "areas": ["2510", "2580"],
        "before": "2026-02",
        "need": [45, ".."],
        "women": [20, "-"],
        "men": [25, "-"],
        # 20 of 45 are 44.4 per cent; bounds are rounded outwards, from 22.2 and 26.7.
        "women_share": [44, "-"],
        "places": [30, 30],
        "series": [2, 2],
        "gap": [[10, 12], ".."],
        "gap_share": [[22, 27], ".."],
        "access_index": [[50, 52], "."],
        "need_change": [-4, "-"],
        "gap_change": [[-3, 2], "-"],
    }
    assert set(FIELDS) <= set(value)


def test_nothing_in_a_name_ends_the_script() -> None:
    hostile = "</script><!-- \u2028 \u2029 & `${1}` 'x' \\"
    text = script("words", {"name": hostile})
    body = text.splitlines()
    assert len(body) == 2
    assert not re.search(r"[<>&\u2028\u2029]", text.replace("window.geomatch", ""))
    assert read(text) == {"name": hostile}


def test_months_are_told_apart_by_their_key() -> None:
    text = values_script(edition([area("2510")]))
    assert text.splitlines()[1].startswith('(geomatch.values = geomatch.values || {})["2026-03"] = {')
    assert months_script(["2026-02", "2026-03"]) == (
        'window.geomatch = window.geomatch || {};\ngeomatch.months = ["2026-02","2026-03"];\n'
    )


def test_borders_are_those_of_all_municipalities() -> None:
    value = read(borders_script())
    shapes = value["topology"]["objects"]["municipalities"]["geometries"]
    assert len(shapes) == len(value["points"]) == 290
    assert len(value["counties"]) == 21
    names = {one["id"]: one["properties"] for one in shapes}
    assert names["2510"] == {"name": "Jokkmokk"}
    # Jokkmokk's point lies in Jokkmokk: between Kvikkjokk and Vuollerim, north of the Arctic Circle.
    latitude, longitude = value["points"]["2510"]
    assert 66 < latitude < 67.6
    assert 15 < longitude < 21


def test_localities_come_largest_first() -> None:
    value = read(localities_script("25"))
    assert [row[0] for row in value[:2]] == ["Luleå", "Kiruna"] or value[0][0] == "Luleå"
    assert [row[3] for row in value] == sorted((row[3] for row in value), reverse=True)
    assert all(65 < row[1] < 69.1 and 15 < row[2] < 24.2 for row in value)


def test_activities_tell_the_five_shortest_ways() -> None:
    made = made_month("2026-03", 3, ["25"])
    whole = Edition("2026-03", 1, "", synthetic=True, digest="", facts={}, tables={n: t.frame for n, t in made.tables.items()}, notes={})  # fmt: skip
    value = read(activities_script(whole))
    table, ways = whole.tables["activities"], whole.tables["ways"]
    placed = table[table["latitude"].notna()]
    assert len(value["entries"]) == len(placed)
    for entry, (number, row) in zip(value["entries"], placed.set_index("activity").iterrows(), strict=True):
        own = ways[ways["activity"] == number].sort_values(["travel_min", "from_code"], kind="stable")
        assert entry[1] == row["municipality_code"]
        assert entry[4] == int(row["shown_at"] == "place")
        assert [way[2] for way in entry[11]] == [round(minutes) for minutes in own["travel_min"][:5]]
        assert [value["words"][way[1]] for way in entry[11]] == own["from_name"][:5].tolist()
    assert max(len(entry[11]) for entry in value["entries"]) <= 5


def test_a_pairs_gain_is_withheld_as_in_its_table() -> None:
    row = {
        "month": "2026-03", "from_code": "2510", "to_code": "2523", "status": "candidate", "verdict": "possible", "reasons": "",
        "travel_best_min": 82.36, "travel_median_min": 90.0, "sessions_per_week": 4.25, "transfers": 1, "booking_needed": False,
        "last_way_home_tight": False, **figures(gain=(2, 9), entitled_unserved=(9, 16)),
    }  # fmt: skip
    table = pd.DataFrame([row, {**row, "to_code": "2580", "status": "open", **figures(gain=(7, 7))}])
    value = read(corridors_script(edition([area("2510")], corridors=table)))
    assert value == [
        ["2510", "2523", "candidate", "possible", "..", 82, 4.2],
        ["2510", "2580", "open", "possible", 7, 82, 4.2],
    ]


@pytest.mark.parametrize("make", [values_script, activities_script, corridors_script])
def test_the_same_edition_gives_the_same_bytes(make: Any) -> None:
    made = made_month("2026-03", 3, ["25"])
    tables = {name: table.frame for name, table in made.tables.items()}
    shuffled = {
        name: table.sample(frac=1, random_state=1) for name, table in tables.items() if name == "ways"
    }
    first, second = (
        Edition("2026-03", 1, "", synthetic=True, digest="", facts=made.facts, tables=one, notes={})
        for one in (tables, {**tables, **shuffled})
    )
    assert make(first) == make(second)
