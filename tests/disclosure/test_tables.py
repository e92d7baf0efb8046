"""Disclosure control over all tables of a month: what is withheld with what, and the other ways of showing small counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from geomatch.disclosure import Earlier, GivenAwayBeforeError, published_tables
from geomatch.public.areas import with_changes
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.settings import DisclosureSettings

Figure = int | tuple[int, int] | str
PLAIN: dict[str, Any] = {"text": "", "int": 0, "int?": None, "float": 0.0, "float?": None, "bool": False}
LEVELS = {"00": "country"}
RULES = DisclosureSettings()


def figure(stem: str, value: Figure) -> dict[str, Any]:
    if isinstance(value, str):
        return {f"{stem}_low": None, f"{stem}_high": None, f"{stem}_sign": value}
    low, high = value if isinstance(value, tuple) else (value, value)
    return {f"{stem}_low": low, f"{stem}_high": high, f"{stem}_sign": ""}


def areas(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    table = PUBLIC_TABLES["areas"]
    made = []
    for code, said in rows.items():
        row = {column.name: PLAIN[column.kind] for column in table.columns}
        row |= {f"{stem}_sign": "-" for stem in table.figures}
        row |= {"month": "2023-02", "area_code": code}
        row["level"] = LEVELS.get(code, "county" if len(code) == 2 else "municipality")
        for name, value in said.items():
            row |= figure(name, value) if name in table.figures else {name: value}
        made.append(row)
    return pd.DataFrame(made)


def groups(rows: Mapping[tuple[str, str, str], Figure]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "month": "2023-02",
                "level": "county" if len(code) == 2 else "municipality",
                "area_code": code,
                "name": "",
                "dimension": dimension,
                "group": group,
                **figure("persons", value),
            }
            for (code, dimension, group), value in rows.items()
        ],
        columns=PUBLIC_TABLES["groups"].names,
    )


def shown(
    rows: Mapping[str, Mapping[str, Any]],
    rules: DisclosureSettings = RULES,
    told: Mapping[tuple[str, str, str], Figure] | None = None,
    **more: Any,
) -> dict[str, pd.DataFrame]:
    tables = published_tables({"areas": areas(rows), "groups": groups(told or {})}, rules, **more)
    return {name: table.frame for name, table in tables.items()}


def figures(frame: pd.DataFrame, stem: str, key: str = "area_code") -> dict[str, Figure]:
    """Per area the number, the ends or the sign."""
    found: dict[str, Figure] = {}
    for row in frame.to_dict("records"):
        low, high = row[f"{stem}_low"], row[f"{stem}_high"]
        number = None if pd.isna(low) else int(low) if low == high else (int(low), int(high))
        found[str(row[key])] = row[f"{stem}_sign"] if number is None else number
    return found


# 43 without a place in the county: 40 in A, 3 in B, none in C.
COUNTY = {
    "2505": {"need": 90, "gap": 40, "no_day_return": 0},
    "2506": {"need": 20, "gap": 3, "no_day_return": 0},
    "2510": {"need": 30, "gap": 0, "no_day_return": 0},
    "2513": {"need": 50, "gap": 12, "no_day_return": 0},
    "25": {"need": 190, "gap": 55, "no_day_return": 0, "gap_share_low": 55 / 190, "gap_share_high": 55 / 190},
}


def test_the_smallest_neighbour_goes_with_a_small_gap() -> None:
    assert figures(shown(COUNTY)["areas"], "gap") == {
        "2505": 40, "2506": "..", "2510": 0, "2513": "..", "25": 55,
    }  # fmt: skip


def test_a_county_of_two_loses_a_number_too() -> None:
    rows = {code: COUNTY[code] for code in ("2505", "2506")}
    rows["25"] = {"need": 110, "gap": 43, "no_day_return": 0}
    assert figures(shown(rows)["areas"], "gap") == {"2505": "..", "2506": "..", "25": 43}


def test_what_nobody_can_tell_apart_from_the_sign_needs_no_cover() -> None:
    # Of a withheld need of 1 to 5 the gap is 1 to 5: the county's ends less the others' say no more than the sign.
    rows = COUNTY | {
        "2506": {"need": (1, 5), "gap": (1, 5), "no_day_return": 0},
        "25": {"need": 172, "gap": (53, 57), "no_day_return": 0},
    }
    assert figures(shown(rows)["areas"], "gap") == {
        "2505": 40, "2506": "..", "2510": 0, "2513": 12, "25": (53, 57),
    }  # fmt: skip


def test_shares_and_bands_go_with_a_figure_that_covers_another() -> None:
    rows = {code: dict(row) for code, row in COUNTY.items()}
    for code in ("2505", "2513"):
        rows[code] |= {"gap_share_low": 0.24, "gap_share_high": 0.24, "band_best": 2, "band_worst": 2}
    frame = shown(rows)["areas"].set_index("area_code")
    assert frame.loc["2505", ["gap_share_low", "band_best"]].tolist() == [0.24, 2]
    assert frame.loc["2513", ["gap_share_low", "gap_share_high", "band_best", "band_worst"]].isna().all()


def test_changes_are_told_of_what_is_left() -> None:
    before = ("2023-01", shown(COUNTY)["areas"])
    now = COUNTY | {"2506": COUNTY["2506"] | {"gap": 6}, "25": COUNTY["25"] | {"gap": 58}}
    frame = shown(now, changes=lambda areas: with_changes(areas, before))["areas"]
    assert figures(frame, "gap") == {"2505": 40, "2506": 6, "2510": 0, "2513": 12, "25": 58}
    # January withheld 2506 and 2513.
    assert figures(frame, "gap_change") == {"2505": 0, "2506": "..", "2510": 0, "2513": "..", "25": 3}


def test_who_has_no_day_return_is_among_those_without_a_place() -> None:
    # No day return for 12 of 2513's 12 without a place: its gap can be no less, and covers 2506 only together with that.
    rows = COUNTY | {
        "2513": COUNTY["2513"] | {"no_day_return": 12},
        "25": COUNTY["25"] | {"no_day_return": 12},
    }
    found = figures(shown(rows)["areas"], "gap")
    assert found == {"2505": "..", "2506": "..", "2510": 0, "2513": 12, "25": 55}


def test_a_total_that_is_less_than_its_parts_is_no_table() -> None:
    with pytest.raises(ValueError, match="gap of area 25 is 54, and its parts add up to 55"):
        shown(COUNTY | {"25": COUNTY["25"] | {"gap": 54}})


# ----------------------------------------------------------------------------------------------------------- all tables


def test_one_count_in_two_tables_is_withheld_in_both() -> None:
    rows = {
        "2505": {"need": 40, "women": 20, "men": 20},
        "2506": {"need": 20, "women": 17, "men": 3},
        "25": {"need": 60, "women": 37, "men": 23},
    }
    told = {
        (code, "sex", sex): int(rows[code][sex]) for code in rows for sex in ("women", "men")
    }  # the same counts
    # The agency prints how many there are, and nothing of women and men.
    agency = {(code, "all", "all"): (int(row["need"]),) * 2 for code, row in rows.items()}
    found = shown(rows, told=told, permitted=agency)
    for stem in ("women", "men"):
        own = figures(found["areas"], stem)
        groups_frame = found["groups"]
        assert figures(groups_frame[groups_frame["group"] == stem], "persons") == own
    assert figures(found["areas"], "men")["2506"] == ".."
    assert figures(found["areas"], "women")["2506"] == ".."
    # Need is the agency's own: no secret is made of it.
    assert figures(found["areas"], "need") == {"2505": 40, "2506": 20, "25": 60}


def test_what_the_agency_prints_is_withheld_from_nobody() -> None:
    rows = {
        "2505": {"need": 40, "women": 20, "men": 20},
        "2506": {"need": 20, "women": 17, "men": 3},
        "25": {"need": 60, "women": 37, "men": 23},
    }
    # With nothing said of the agency, the counts are what its cells say: 3 is withheld, and what gives it away is not.
    found = shown(rows)["areas"]
    assert figures(found, "men") == {"2505": 20, "2506": "..", "25": 23}
    assert figures(found, "women") == {"2505": 20, "2506": 17, "25": 37}


# -------------------------------------------------------------------------------------------------------------- editions


def test_what_an_edition_withheld_stays_withheld() -> None:
    first = shown(COUNTY)
    # 2506 has none any more, so that 2513 would need no cover: but 12 there and 55 less 40 told before gives 3.
    now = COUNTY | {"2506": COUNTY["2506"] | {"gap": 0}, "25": COUNTY["25"] | {"gap": 52}}
    found = figures(shown(now, earlier=[Earlier(first)])["areas"], "gap")
    assert (found["2506"], found["2513"]) == ("..", "..")
    assert found["25"] == 52


def test_what_an_edition_showed_covers_nothing() -> None:
    # Edition 1 showed 12 of 2513, which is the cheapest cover: it is still 12.
    first = shown(COUNTY | {"2506": COUNTY["2506"] | {"gap": 8}, "25": COUNTY["25"] | {"gap": 60}})
    assert figures(first["areas"], "gap")["2513"] == 12
    found = figures(shown(COUNTY, earlier=[Earlier(first)])["areas"], "gap")
    # 2505 was shown as well. The county's total, shown as 60, may be anything again.
    assert found == {"2505": 40, "2506": "..", "2510": 0, "2513": 12, "25": ".."}


def test_a_small_count_that_an_edition_shows_is_refused() -> None:
    first = shown(COUNTY | {"2506": COUNTY["2506"] | {"gap": 7}, "25": COUNTY["25"] | {"gap": 59}})
    higher = DisclosureSettings(withhold_to=9)
    again = COUNTY | {"2506": COUNTY["2506"] | {"gap": 7}, "25": COUNTY["25"] | {"gap": 59}}
    with pytest.raises(GivenAwayBeforeError) as refused:
        shown(again, higher, earlier=[Earlier(first)])
    assert refused.value.names == (("2506", "gap"),)


# ------------------------------------------------------------------------------------------------- intervals and rounding


def test_small_counts_as_intervals_and_totals_as_much_wider() -> None:
    found = shown(COUNTY, DisclosureSettings(method="interval"))["areas"]
    assert figures(found, "gap") == {"2505": 40, "2506": (0, 5), "2510": 0, "2513": 12, "25": (52, 57)}
    shares = found.set_index("area_code").loc["25", ["gap_share_low", "gap_share_high"]].tolist()
    assert shares == [round(52 / 190, 6), round(57 / 190, 6)]
    assert (found["gap_sign"] == "").all()


def test_an_interval_that_is_small_at_one_end() -> None:
    rows = COUNTY | {
        "2506": COUNTY["2506"] | {"gap": (3, 14), "gap_share_low": 0.15, "gap_share_high": 0.7},
        "2513": COUNTY["2513"] | {"gap": (0, 2)},
        "25": COUNTY["25"] | {"gap": (43, 56)},
    }
    found = shown(rows, DisclosureSettings(method="interval"))["areas"]
    assert figures(found, "gap") == {"2505": 40, "2506": (0, 14), "2510": 0, "2513": (0, 5), "25": (40, 59)}
    # The share would tell the 3.
    assert found.set_index("area_code").loc["2506", ["gap_share_low", "gap_share_high"]].isna().all()


def test_rounded_figures_lie_between_two_multiples() -> None:
    found = shown(COUNTY, DisclosureSettings(method="rounded", round_to=10))["areas"]
    assert figures(found, "gap") == {
        "2505": (40, 50), "2506": (0, 10), "2510": 0, "2513": (10, 20), "25": (50, 60),
    }  # fmt: skip
    assert figures(found, "need")["25"] == (190, 200)
    shares = found.set_index("area_code").loc["25", ["gap_share_low", "gap_share_high"]].tolist()
    assert shares == [round(50 / 200, 6), round(60 / 190, 6)]


def test_where_rounding_tells_too_much_a_total_goes() -> None:
    # 9 + 9 + 5 = 23: 20 or more, less 9 and 9 at the most, leaves 2 at the least.
    rows = {
        "2505": {"need": 90, "gap": 9},
        "2506": {"need": 20, "gap": 9},
        "2510": {"need": 30, "gap": 5},
        "25": {"need": 140, "gap": 23},
    }
    found = figures(shown(rows, DisclosureSettings(method="rounded", round_to=10))["areas"], "gap")
    # Two of the three go, or the total, which weighs more.
    assert found["25"] == (20, 30)
    assert sorted(map(str, found.values())) == ["(0, 10)", "(20, 30)", "..", ".."]


@pytest.mark.parametrize("method", ["withhold", "interval", "rounded"])
def test_the_threshold_is_never_below_the_agencys(method: str) -> None:
    with pytest.raises(ValueError, match="1 to 5 are always withheld"):
        shown(COUNTY, DisclosureSettings(withhold_to=4, method=method))
