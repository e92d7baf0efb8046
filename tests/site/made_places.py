"""The made-up country: places that stay from month to month, and how many persons live in them.

See tests/site/made.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from geomatch.public.tables import APPLIES_NOT, MISSING
from geomatch.sources.regions import municipalities, read_shape

JOKKMOKK, GALLIVARE = "2510", "2523"
FLIPPING = ("0126", "0331", "0562", "0763", "1082", "1283", "1447", "1863", "2303", "2514")
UNKNOWN = ("1984", "2326")
NOT_TOLD = ("0980", "2021", "2023", "2361")
NOBODY = ("0128", "2283")

SEXES = ("women", "men")
GROUPS = {
    "sex": SEXES,
    "target_group": ("asylum_seeker", "temporary_protection", "permit_awaiting_settlement"),
    "accommodation": ("agency", "own", "municipal", "other"),
}


def last_months(last: str, count: int) -> list[str]:
    """`count` months up to and including `last` (YYYY-MM), oldest first."""
    end = month_number(last)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(end - count + 1, end + 1)]


def month_number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


@dataclass(frozen=True, slots=True)
class World:
    """What stays from month to month: the places, and what each municipality is like."""

    codes: np.ndarray
    names: np.ndarray
    rank: np.ndarray  # 0-1, by how many are enrolled
    phase: np.ndarray
    served: np.ndarray  # share that gets a place
    stranded: np.ndarray  # share without any day return
    index: np.ndarray
    women: np.ndarray
    mixes: Mapping[str, np.ndarray]  # dimension -> municipality x group, shares
    main_names: np.ndarray  # largest locality
    travel_min: np.ndarray  # between largest localities
    pair: np.ndarray  # 0-1, for each ordered pair
    xy: np.ndarray  # representative points
    main_xy: np.ndarray
    similar: np.ndarray  # municipality x 5


@cache
def world_of(seed: int) -> World:
    rng = np.random.default_rng([seed, 0])
    shapes, towns = municipalities(), read_shape("localities.parquet")
    codes = shapes["municipality_code"].to_numpy(str)
    size = len(codes)
    people = towns.groupby("municipality_code")["population"].sum().reindex(codes).fillna(500).to_numpy()
    score = np.log(people) + rng.normal(0, 0.9, size)
    rank = np.argsort(np.argsort(score, kind="stable"), kind="stable") / (size - 1)
    largest = towns.sort_values(["population", "locality_code"], ascending=[False, True])
    largest = largest.drop_duplicates("municipality_code").set_index("municipality_code")
    xy = shapes[["point_x_m", "point_y_m"]].to_numpy()
    main_xy = np.array(
        [(largest.geometry[c].x, largest.geometry[c].y) if c in largest.index else xy[i] for i, c in enumerate(codes)]
    )  # fmt: skip
    km = np.hypot(*(main_xy[:, None, :] - main_xy[None, :, :]).transpose(2, 0, 1)) / 1000
    pair = rng.random((size, size))
    mixes = {
        "target_group": rng.dirichlet((3, 6, 1), size),
        "accommodation": rng.dirichlet((5, 4, 2, 1), size),
    }
    like = np.abs(rank[:, None] - rank[None, :]) * 4 + km / 500 + np.eye(size) * 1000
    kept = np.isin(codes, (JOKKMOKK, *FLIPPING))
    pair[codes == JOKKMOKK, codes == GALLIVARE] = 0.85
    return World(
        codes=codes,
        names=shapes["name"].to_numpy(str),
        rank=rank,
        phase=rng.random(size),
        served=np.where(kept, 0.4, rng.beta(4, 3, size)),
        stranded=np.where(kept, 0.3, np.where(rng.random(size) < 0.5, 0.0, rng.random(size) * 0.25)),
        index=rng.lognormal(-0.7, 0.5, size),
        women=rng.uniform(0.38, 0.58, size),
        mixes=mixes,
        main_names=np.array([str(largest["name"].get(c, shapes["name"][i])) for i, c in enumerate(codes)]),
        travel_min=np.round((6 + km * (0.9 + 0.4 * pair)) * 60) / 60,
        pair=pair,
        xy=xy,
        main_xy=main_xy,
        similar=np.argsort(like, axis=1, kind="stable")[:, :5],
    )


def true_need(
    world: World, month: str, seed: int, withheld_share: float, changed_county: str | None
) -> np.ndarray:
    """Persons enrolled in each municipality, as somebody who saw everything would count them."""
    number = month_number(month)
    share = min(withheld_share, 0.999)
    few = 1 + 4.9 * world.rank / max(share, 1e-9)
    many = 6.5 * np.exp(5.2 * (world.rank - share) / (1 - share))
    season = 1 + 0.2 * np.sin(2 * np.pi * (number / 18 + world.phase))
    noise = np.random.default_rng([seed, 1, number]).normal(1, 0.05, len(world.codes))
    need = np.rint(np.maximum(np.where(world.rank < share, few, many) * season * noise, 1)).astype(int)
    for position, code in enumerate(world.codes):
        if code in FLIPPING:
            need[position] = 3 if (number + 1) % 2 == 0 else 30 + need[position]
        elif code == JOKKMOKK:
            need[position] += 80
        elif code in NOBODY:
            need[position] = 0
    if changed_county is not None:
        own = [
            i
            for i, c in enumerate(world.codes)
            if c[:2] == changed_county and c not in FLIPPING + UNKNOWN + NOBODY
        ]
        need[max(own, key=lambda i: need[i])] += 10
    return need


def _split(need: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Each count split by shares, in whole persons that add up (largest remainders)."""
    exact = need[:, None] * shares
    whole = np.floor(exact).astype(int)
    order = np.argsort(np.argsort(-(exact - whole), axis=1, kind="stable"), axis=1, kind="stable")
    rest = order < (need - whole.sum(axis=1))[:, None]
    return np.where(rest, whole + 1, whole)


def cells(stem: str, low: int | None, high: int | None, sign: str = "") -> dict[str, Any]:
    if sign or low is None or high is None:
        return {f"{stem}_low": None, f"{stem}_high": None, f"{stem}_sign": sign or MISSING}
    return {f"{stem}_low": int(low), f"{stem}_high": int(high), f"{stem}_sign": ""}


@dataclass(frozen=True, slots=True)
class Persons:
    """The true numbers of a month per municipality."""

    need: np.ndarray
    groups: Mapping[str, np.ndarray]
    gap: np.ndarray  # municipality x (low, high)
    stranded: np.ndarray


def persons_of(world: World, need: np.ndarray, month: str, seed: int) -> Persons:
    rng = np.random.default_rng([seed, 2, month_number(month)])
    women = np.clip(world.women + rng.normal(0, 0.01, len(need)), 0.2, 0.8)
    groups = {"sex": _split(need, np.stack([women, 1 - women], axis=1))}
    groups |= {name: _split(need, mix) for name, mix in world.mixes.items()}
    unserved = 1 - np.clip(world.served + rng.normal(0, 0.03, len(need)), 0, 1)
    unsure = np.where(world.phase < 0.3, 0.0, 0.06)
    gap = np.stack(
        [np.floor(need * unserved * (1 - unsure)), np.ceil(need * unserved * (1 + unsure))], axis=1
    )
    gap[unsure == 0, 0] = gap[unsure == 0, 1]
    gap = np.minimum(gap, need[:, None]).astype(int)
    stranded = np.minimum(np.floor(need * world.stranded), gap[:, 0]).astype(int)
    return Persons(need, groups, gap, stranded)


def figures_of(stem_ends: Mapping[str, tuple[int, int]], need: int, code: str) -> dict[str, Any]:
    """Cells of a municipality: what its kind or the agency's withholding leaves of the true numbers."""
    made: dict[str, Any] = {}
    for stem, (low, high) in stem_ends.items():
        if code in UNKNOWN or (code in NOT_TOLD and stem in SEXES):
            made |= cells(stem, None, None)
        elif code == NOBODY[-1] and stem in {"gap", "no_day_return"}:
            made |= cells(stem, None, None, APPLIES_NOT)
        elif 1 <= need <= 5:
            made |= cells(stem, 1 if stem == "need" else 0, 5)
        else:
            made |= cells(stem, low, high)
    return made
