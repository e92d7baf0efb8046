"""Made-up public tables of Sweden's size, through disclosure control and kept as editions, as `geomatch publish` keeps them.

Nothing here is of any real month: counts, activities and journeys are drawn from a seed. What is real is the map (codes,
names, borders and localities that the package ships). Numbers hang together as published ones do: counties and the
country are sums of their municipalities' true numbers, a share follows its figure, an activity lies in its municipality.

A few municipalities are always of one kind, so that tests and readers of a page can name them:

- FLIPPING: withheld in even months of the year, shown in odd ones; a map that keeps a colour is caught by them;
- UNKNOWN: persons enrolled are not known (`-`); NOT_TOLD: women and men are not known;
- NOBODY: nobody is enrolled: no share, and in the last of them the gap does not apply (`.`);
- JOKKMOKK: always shown, with an activity and an open corridor to GALLIVARE.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomatch.disclosure import Earlier, published_tables
from geomatch.public.areas import with_changes
from geomatch.public.editions import Edition, keep_edition, read_edition
from geomatch.public.run import PublicMonth
from geomatch.public.tables import APPLIES_NOT, MISSING, NATION, PUBLIC_TABLES, WITHHELD
from geomatch.settings import Settings
from geomatch.sources.regions import counties as all_counties
from geomatch.workspace import SETTINGS_FILE, Workspace
from tests.site.made_places import (
    FLIPPING,
    GALLIVARE,
    GROUPS,
    JOKKMOKK,
    NOBODY,
    NOT_TOLD,
    UNKNOWN,
    Persons,
    World,
    cells,
    figures_of,
    last_months,
    month_number,
    persons_of,
    true_need,
    world_of,
)
from tests.site.made_supply import (
    HOSTILE,
    activities_table,
    corridors_table,
    purposes_table,
    similar_table,
    ways_table,
)

__all__ = [
    "FLIPPING",
    "GALLIVARE",
    "HOSTILE",
    "JOKKMOKK",
    "NOBODY",
    "NOT_TOLD",
    "UNKNOWN",
    "last_months",
    "made_editions",
    "made_month",
]


def _fifths(shares: np.ndarray) -> np.ndarray:
    order = np.argsort(np.argsort(shares, kind="stable"), kind="stable")
    return 1 + np.minimum(4, order * 5 // len(shares))


def areas_table(
    world: World, true: Persons, activities: pd.DataFrame, own: np.ndarray, month: str
) -> pd.DataFrame:
    held = activities[~activities["digital"]].groupby("municipality_code")["places"].agg(["size", "sum"])
    share = true.gap / np.maximum(true.need, 1)[:, None]
    fifths = np.sort(np.stack([_fifths(share[:, 0]), _fifths(share[:, 1])], axis=1), axis=1)
    drift = 1 + 0.1 * np.sin(2 * np.pi * (month_number(month) / 24 + world.phase))
    rows: list[dict[str, Any]] = []
    for i in own:
        code, need = str(world.codes[i]), int(true.need[i])
        women, men = (int(n) for n in true.groups["sex"][i])
        ends = {
            "need": (need, need),
            "women": (women, women),
            "men": (men, men),
            "gap": (int(true.gap[i, 0]), int(true.gap[i, 1])),
            "no_day_return": (int(true.stranded[i]),) * 2,
        }
        told = min(women, men) > 5 and code not in UNKNOWN + NOT_TOLD
        index = float(world.index[i] * drift[i])
        rows.append(
            {
                "level": "municipality",
                "area_code": code,
                "name": str(world.names[i]),
                "municipalities": 1,
                **figures_of(ends, need, code),
                "women_share": women / need if told else None,
                "series": int(held["size"].get(code, 0)),
                "places": int(held["sum"].get(code, 0)),
                "gap_share_low": float(share[i, 0]) if need else None,
                "gap_share_high": float(share[i, 1]) if need else None,
                "access_index_low": index * 0.97 if need else None,
                "access_index_high": index * 1.03 if need else None,
                "band_best": int(fifths[i, 0]) if need else None,
                "band_worst": int(fifths[i, 1]) if need else None,
            }
        )
    names = dict(zip(all_counties()["county_code"], all_counties()["name"], strict=True))
    whole = pd.DataFrame(rows)
    for code in [*sorted({str(world.codes[i])[:2] for i in own}), NATION]:
        inside = np.array([i for i in own if code in (NATION, world.codes[i][:2])])
        part = whole[whole["area_code"].isin(world.codes[inside])]
        rows.append(_above(world, true, inside, code, names.get(code, ""), part))
    for end in ("low", "high"):
        for stem in ("women_index", "men_index", "gini"):
            for row in rows:
                row.setdefault(f"{stem}_{end}", None)
    return pd.DataFrame(rows).assign(month=month)


def _above(
    world: World, true: Persons, inside: np.ndarray, code: str, name: str, part: pd.DataFrame
) -> dict[str, Any]:
    """The row of a county or of the country: the true numbers of its municipalities added up, as the agency publishes."""
    need = int(true.need[inside].sum())
    women, men = (int(n) for n in true.groups["sex"][inside].sum(axis=0))
    # What is computed is of what the signs say: the sum of the ends that the municipalities' rows have.
    ends = {
        stem: [
            int(sum(own if pd.isna(told) else told for told, own in zip(part[f"{stem}_{end}"], persons, strict=True)))
            for end, persons in zip(("low", "high"), known.T, strict=True)
        ]
        for stem, known in (
            ("gap", true.gap[inside]),
            ("no_day_return", np.stack([true.stranded[inside]] * 2, axis=1)),
        )
    }  # fmt: skip
    low, high = ends["gap"]
    untold = set(world.codes[inside]) <= set(NOT_TOLD)
    index = float((world.index[inside] * true.need[inside]).sum() / max(need, 1))
    spans = {
        "access_index": (index * 0.99, index * 1.01),
        "women_index": (index * 0.94, index * 1.0),
        "men_index": (index * 1.0, index * 1.07),
        "gini": (
            0.21 + 0.1 * float(world.phase[inside].mean()),
            0.23 + 0.1 * float(world.phase[inside].mean()),
        ),
    }
    return {
        "level": "country" if code == NATION else "county",
        "area_code": code,
        "name": name,
        "municipalities": len(inside),
        **cells("need", need, need),
        **cells("women", None if untold else women, women),
        **cells("men", None if untold else men, men),
        "women_share": None if untold or not need else women / need,
        "series": int(part["series"].sum()),
        "places": int(part["places"].sum()),
        **cells("gap", low, high),
        "gap_share_low": min(1.0, low / need) if need else None,
        "gap_share_high": min(1.0, high / need) if need else None,
        **cells("no_day_return", *ends["no_day_return"]),
        **{f"{stem}_{end}": value for stem, ends in spans.items() for end, value in zip(("low", "high"), ends, strict=True)},
        "band_best": None,
        "band_worst": None,
    }  # fmt: skip


def groups_table(
    world: World, true: Persons, areas: pd.DataFrame, own: np.ndarray, month: str
) -> pd.DataFrame:
    at = {str(world.codes[i]): i for i in own}
    rows: list[dict[str, Any]] = []
    for level, code, name in zip(areas["level"], areas["area_code"].astype(str), areas["name"], strict=True):
        inside = np.array([at[code]] if code in at else [i for c, i in at.items() if code in (NATION, c[:2])])
        for dimension, groups in GROUPS.items():
            counts = true.groups[dimension][inside].sum(axis=0)
            for group, count in zip(groups, counts, strict=True):
                if code not in at:
                    gone = dimension == "sex" and set(world.codes[inside]) <= set(NOT_TOLD)
                    told = cells("persons", None if gone else int(count), int(count))
                else:
                    stem = group if dimension == "sex" else "persons"
                    found = figures_of({stem: (int(count),) * 2}, int(true.need[inside[0]]), code)
                    told = {f"persons_{part}": found[f"{stem}_{part}"] for part in ("low", "high", "sign")}
                rows.append({"level": level, "area_code": code, "name": name, "dimension": dimension, "group": group, **told})  # fmt: skip
    return pd.DataFrame(rows).assign(month=month)


# ---------------------------------------------------------------------------------------------------------- the month


def made_month(
    month: str,
    seed: int,
    counties: Sequence[str] | None = None,
    activities_per_municipality: float = 3.0,
    before: pd.DataFrame | None = None,
    *,
    withheld_share: float = 0.35,
    without_activities: Sequence[str] = (),
    hostile: bool = False,
    changed_county: str | None = None,
    editions_so_far: Sequence[Earlier] = (),
) -> PublicMonth:
    """A made-up month, the same for the same arguments in every process.

    Args:
        month: YYYY-MM.
        seed: Of everything that is drawn.
        counties: Codes of the counties that are published; None for all 21.
        activities_per_municipality: Mean number of places for one, of which some stand empty; 19 gives 5,000 activities.
        before: The published table `areas` of an earlier month, that changes are told from.
        withheld_share: Share of the municipalities whose persons enrolled are 1-5, before the season moves them;
            1 withholds every figure of persons in every table.
        without_activities: Codes of counties without any activity.
        hostile: Free text of activities and journeys is HOSTILE.
        changed_county: A county in which one municipality has ten persons more than without this.
        editions_so_far: The month's earlier editions.
    """
    world = world_of(seed)
    chosen = np.array([counties is None or code[:2] in counties for code in world.codes])
    own = np.flatnonzero(chosen)
    text = HOSTILE if hostile else ()
    true = persons_of(world, true_need(world, month, seed, withheld_share, changed_county), month, seed)
    register = activities_table(world, month, seed, activities_per_municipality, without_activities, text)
    held = np.isin(world.codes, register.loc[~register["digital"], "municipality_code"].unique())
    activities = register[register["municipality_code"].isin(world.codes[own])]
    areas = areas_table(world, true, activities, own, month)
    frames = {
        "areas": areas,
        "groups": groups_table(world, true, areas, own, month),
        "activities": activities,
        "ways": ways_table(world, activities, seed, text).assign(month=month),
        "corridors": corridors_table(world, true, held, own, month),
        "similar": similar_table(world, own, month),
        "purposes": purposes_table(activities, areas, month),
        "surface": pd.DataFrame({name: [] for name in PUBLIC_TABLES["surface"].names}),
    }
    if withheld_share >= 1:
        frames = {name: _all_withheld(frame, name) for name, frame in frames.items()}
    earlier = None if before is None else (str(before["month"].iloc[0]), before)
    frames["areas"] = with_changes(frames["areas"], None)
    tables = published_tables(
        frames,
        Settings().disclosure,
        earlier=editions_so_far,
        changes=lambda shown: with_changes(shown, earlier),
    )
    return PublicMonth(
        month, tables, _facts(month, counties, int(((true.need > 0) & (true.need < 6))[own].sum()))
    )


def _all_withheld(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    frame = frame.copy()
    for stem in PUBLIC_TABLES[name].figures:
        if not stem.endswith("_change"):
            frame[f"{stem}_low"], frame[f"{stem}_high"], frame[f"{stem}_sign"] = None, None, WITHHELD
    return frame


def _facts(month: str, counties: Sequence[str] | None, withheld: int) -> dict[str, Any]:
    settings = Settings()

    def source(kind: str, file: str, facts: dict[str, Any]) -> dict[str, Any]:
        return {
            "kind": kind,
            "file": file,
            "sha256": hashlib.sha256(file.encode()).hexdigest(),
            "facts": facts,
        }

    following = month_number(month) + 1
    updated = f"{following // 12:04d}-{following % 12 + 1:02d}-03"
    return {
        "county": counties[0] if counties is not None and len(counties) == 1 else None,
        "updated": updated,
        "window": {"first_day": f"{month}-06", "last_day": f"{month}-26", "weeks": 3},
        "sources": [
            source("enrolment", f"SYNTETISK-inskrivna-{month}.xlsx", {"months": [month], "updated": updated}),
            source("timetable", "SYNTETISK-tidtabell.zip", {"first_day": f"{month}-01", "last_day": f"{month}-28", "operator": "SE-SYNTETISK"}),
        ],
        "withheld_by_the_agency": withheld,
        "settings": settings.computing() | {"disclosure": settings.as_dict()["disclosure"]},
        "signs": {"withheld": WITHHELD, "missing": MISSING, "applies_not": APPLIES_NOT},
    }  # fmt: skip


def made_editions(
    folder: Path,
    months: Sequence[str],
    seed: int,
    counties: Sequence[str] | None = None,
    activities_per_municipality: float = 3.0,
    *,
    corrected: Mapping[str, str] | None = None,
    **options: Any,
) -> list[Edition]:
    """Made-up months as editions below `folder`, which becomes a workspace where it is none.

    Args:
        folder: Where `published/` is written.
        months: YYYY-MM, oldest first; each tells changes from the one before it.
        seed: As made_month.
        counties: As made_month.
        activities_per_municipality: As made_month.
        corrected: Month to county: the month gets a second edition, with other numbers in that county.
        options: Further arguments of made_month.

    Returns:
        The newest edition of each month.
    """
    workspace = Workspace(folder) if (folder / SETTINGS_FILE).is_file() else Workspace.create(folder)
    made: list[Edition] = []
    before: pd.DataFrame | None = None
    for month in months:
        again = (corrected or {}).get(month)
        for changed, note in (
            (options.get("changed_county"), ""),
            (again, "SYNTETISK rättelse: tio personer saknades"),
        ):
            if note and again is None:
                continue
            one = made_month(
                month,
                seed,
                counties,
                activities_per_municipality,
                before,
                **{**options, "changed_county": changed},
            )
            number, _new = keep_edition(workspace.folder, one, synthetic=True, note=note)
        made.append(read_edition(folder, month, number))
        before = made[-1].tables["areas"]
    return made
