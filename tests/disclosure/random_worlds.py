"""Random months of a few municipalities: what is true, what the agency prints of it, and what is to be published."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from geomatch.disclosure import Earlier, GivenAwayBeforeError, published_tables
from geomatch.public.areas import with_changes
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.settings import DisclosureSettings
from tests.audit.trees import write_tree, write_workbook

MONTHS = ("2023-01", "2023-02", "2023-03")
PLACES = {"25": ["2505", "2506", "2510", "2513"], "24": ["2401", "2403", "2404"]}
GROUPS = {
    "sex": ("women", "men"),
    "target_group": ("asylum_seeker", "temporary_protection"),
    "accommodation": ("agency", "own", "other"),
}
Joint = dict[tuple[str, ...], int]
Ends = tuple[int, int]


@dataclass
class World:
    """One random system of tables, months and editions.

    Attributes:
        joint: Per month and municipality, persons by sex, target group and accommodation.
        ends: Per month, edition and municipality, the ends of gap and of no_day_return.
        editions: How many editions each month has.
        printed: The dimensions that the agency prints by municipality; everyone is always printed.
        told: The dimensions that are to be published.
    """

    seed: int
    joint: dict[str, dict[str, Joint]]
    ends: dict[tuple[str, int], dict[str, dict[str, Ends]]]
    editions: dict[str, int]
    printed: tuple[str, ...]
    told: tuple[str, ...]


def random_world(seed: int) -> World:
    """A world that is the same for the same seed."""
    chosen = random.Random(seed)
    places = [
        code
        for county in chosen.choice([["25"], ["25"], ["24", "25"]])
        for code in PLACES[county][: chosen.randint(2, 4)]
    ]
    months = MONTHS[: chosen.choice([1, 2, 2, 3])]
    many = {code: chosen.choice([0.3, 1, 2, 6]) for code in places}
    joint, ends, editions = {}, {}, {}
    for month in months:
        joint[month] = {
            code: {
                key: int(chosen.expovariate(1 / many[code])) for key in product(*GROUPS.values())
            }
            for code in places
        }  # fmt: skip
        editions[month] = chosen.choice([1, 1, 2])
        first = {code: _ends(chosen, sum(joint[month][code].values())) for code in places}
        ends[month, 1] = first
        if editions[month] == 2:
            # A correction of the register: the gap of one municipality is another.
            moved = chosen.choice(places)
            ends[month, 2] = {**first, moved: _ends(chosen, sum(joint[month][moved].values()))}
    printed = [one for one in GROUPS if chosen.random() < 0.5]
    # What the agency prints is published as well: of a count whose groups are left out, more would be known than is said.
    told = [one for one in GROUPS if one in printed or chosen.random() < 0.5]
    return World(seed, joint, ends, editions, tuple(printed), tuple(told))


def _ends(chosen: random.Random, need: int) -> dict[str, Ends]:
    high = chosen.randint(0, need)
    low = high if chosen.random() < 0.5 else chosen.randint(0, high)
    stranded = chosen.randint(0, high)
    return {"gap": (low, high), "no_day_return": (min(low, stranded), stranded)}


# ------------------------------------------------------------------------------------------------------------- counting


def areas_of(world: World, month: str) -> list[str]:
    """The municipalities, their counties and the country."""
    places = sorted(world.joint[month])
    return [*places, *sorted({code[:2] for code in places}), "00"]


def persons(world: World, month: str, area: str, dimension: str = "all", group: str = "all") -> int:
    """How many there are of a group in an area."""
    at = list(GROUPS).index(dimension) if dimension != "all" else -1
    return sum(
        count
        for code, own in world.joint[month].items()
        if area in ("00", code, code[:2])
        for key, count in own.items()
        if at < 0 or key[at] == group
    )


def agency_rows(world: World) -> list[tuple[Any, ...]]:
    """What the agency prints: counts of 1 to 5 as `..`, totals of counties and the country likewise."""
    rows: list[tuple[Any, ...]] = []
    for month in world.joint:
        for area in areas_of(world, month):
            for dimension, group in [("all", "all"), *_groups(world.printed)]:
                count = persons(world, month, area, dimension, group)
                about = {} if dimension == "all" else {dimension: group}
                rows.append((month, area, about, ".." if 1 <= count <= 5 else count))
    return rows


def _groups(dimensions: Sequence[str]) -> list[tuple[str, str]]:
    return [(dimension, group) for dimension in dimensions for group in GROUPS[dimension]]


def permitted(world: World, month: str) -> dict[tuple[str, str, str], tuple[int, int]]:
    """What the agency's cells say of each count."""
    said = {}
    for area in areas_of(world, month):
        for dimension, group in [("all", "all"), *_groups(world.printed)]:
            count = persons(world, month, area, dimension, group)
            said[area, dimension, group] = (1, 5) if 1 <= count <= 5 else (count, count)
    return said


# --------------------------------------------------------------------------------------------------------------- tables


def frames(world: World, month: str, edition: int, *, as_signs_say: bool = False) -> dict[str, pd.DataFrame]:
    """The tables `areas` and `groups` with all their numbers, as they would be before disclosure control.

    Args:
        world: The world.
        month: YYYY-MM.
        edition: Its number.
        as_signs_say: Counts that the agency withholds are 1-5, as in the public run.
    """

    def count(area: str, dimension: str = "all", group: str = "all") -> tuple[int, int]:
        found = persons(world, month, area, dimension, group)
        return (1, 5) if as_signs_say and 1 <= found <= 5 else (found, found)

    rows, groups = [], []
    for area in areas_of(world, month):
        level = {2: "county", 4: "municipality"}[len(area)] if area != "00" else "country"
        own = [code for code in world.joint[month] if area in ("00", code, code[:2])]
        row: dict[str, Any] = {column.name: _plain(column.kind) for column in PUBLIC_TABLES["areas"].columns}
        row |= {"month": month, "level": level, "area_code": area, "name": area}
        row |= {f"{stem}_sign": "-" for stem in PUBLIC_TABLES["areas"].figures}
        row |= _figure("need", *count(area))
        if "sex" in world.told:
            for sex in GROUPS["sex"]:
                row |= _figure(sex, *count(area, "sex", sex))
            if row["need_low"] == row["need_high"] > 0 and row["women_low"] == row["women_high"]:
                row["women_share"] = row["women_low"] / row["need_low"]
        for stem in ("gap", "no_day_return"):
            ends = [world.ends[month, edition][code][stem] for code in own]
            row |= _figure(stem, sum(low for low, _high in ends), sum(high for _low, high in ends))
        if row["need_low"]:
            row["gap_share_low"] = min(1.0, row["gap_low"] / row["need_high"])
            row["gap_share_high"] = min(1.0, row["gap_high"] / row["need_low"])
        rows.append(row)
        groups += [
            {
                "month": month,
                "level": level,
                "area_code": area,
                "name": area,
                "dimension": dimension,
                "group": group,
                **_figure("persons", *count(area, dimension, group)),
            }
            for dimension, group in _groups(world.told)
        ]
    names = PUBLIC_TABLES["groups"].names
    return {
        "areas": pd.DataFrame(rows),
        "groups": pd.DataFrame(groups, columns=names),
    }


def _plain(kind: str) -> Any:
    return {"text": "", "int": 0, "float": 0.0, "bool": False}.get(kind)


def _figure(stem: str, low: int, high: int) -> dict[str, Any]:
    return {f"{stem}_low": low, f"{stem}_high": high, f"{stem}_sign": ""}


def published_world(
    world: World, folder: Path, rules: DisclosureSettings
) -> dict[tuple[str, int], Mapping[str, pd.DataFrame]]:
    """Publish a world month by month and edition by edition, and lay it out with the workbook as an attacker finds it.

    Editions that disclosure control refuses, since an earlier one gives too much away, are not published.

    Returns:
        The tables by month and edition.
    """
    write_workbook(folder, agency_rows(world))
    agencys = rules.method != "withhold"
    if agencys:
        # As in the public run, the counts are those that the agency prints.
        world = replace(world, told=tuple(one for one in world.told if one in world.printed))
    shown: dict[tuple[str, int], Mapping[str, pd.DataFrame]] = {}
    before: tuple[str, pd.DataFrame] | None = None
    settings = {
        "disclosure": {"withhold_to": rules.withhold_to, "method": rules.method, "round_to": rules.round_to}
    }
    for month in world.joint:
        numbers: list[int] = []
        since: dict[str, int] = {}
        # What is rounded is not covered against earlier editions: the attack alone decides on a correction then.
        editions = 1 if rules.method == "rounded" else world.editions[month]
        for edition in range(1, editions + 1):
            try:
                made = published_tables(
                    frames(world, month, edition, as_signs_say=agencys),
                    rules,
                    earlier=[_earlier(world, month, number, edition, shown) for number in numbers],
                    permitted=None if agencys else permitted(world, month),
                    changes=lambda areas, before=before: with_changes(areas, before),  # type: ignore[misc]  # bound now
                )
            except GivenAwayBeforeError:
                continue
            own = {name: table.frame for name, table in made.items()}
            for county in {code[:2] for code in world.joint[month]}:
                was = shown[month, numbers[-1]] if numbers else None
                # Also what is withheld in both is the same.
                held = numbers and _ends_of(world, month, numbers[-1], county) == _ends_of(
                    world, month, edition, county
                )
                if was is None or not held or not _same(own, was, county):
                    since[county] = edition
            shown[month, edition] = own
            numbers.append(edition)
        for number in numbers:
            write_tree(
                folder,
                month,
                number,
                shown[month, number],
                earlier=number != numbers[-1],
                since=since if number == numbers[-1] else None,
                settings=settings,
            )
        before = (month, shown[month, numbers[-1]]["areas"])
    return shown


def _earlier(
    world: World,
    month: str,
    number: int,
    edition: int,
    shown: Mapping[tuple[str, int], Mapping[str, pd.DataFrame]],
) -> Earlier:
    counties = {code[:2] for code in world.joint[month]}
    return Earlier(
        shown[month, number],
        frozenset(
            county
            for county in counties
            if _ends_of(world, month, number, county) == _ends_of(world, month, edition, county)
        ),
    )


def _ends_of(world: World, month: str, edition: int, county: str) -> dict[str, dict[str, Ends]]:
    return {code: ends for code, ends in world.ends[month, edition].items() if code.startswith(county)}


def _same(one: Mapping[str, pd.DataFrame], two: Mapping[str, pd.DataFrame], county: str) -> bool:
    return all(
        one[name][one[name]["area_code"].str.startswith(county)]
        .reset_index(drop=True)
        .equals(two[name][two[name]["area_code"].str.startswith(county)].reset_index(drop=True))
        for name in one
    )
