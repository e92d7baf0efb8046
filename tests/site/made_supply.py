"""Made-up activities, journeys to them, and pairs of municipalities.

See tests/site/made.py."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from geomatch.public.tables import NATION, PUBLIC_TABLES
from geomatch.sources.regions import municipalities
from tests.site.made_places import GALLIVARE, JOKKMOKK, Persons, World, figures_of, month_number

AT_A_DISTANCE = "Svenska på distans"
PURPOSES = ("Svenska", "Samhällsorientering", "Arbetsmarknad", "Hälsa", "Föräldraskap")
NAMES = {
    "Svenska": ("Språkcafé {place}", "Vardagssvenska {place}", "Svenska från dag 1", "Kvällssvenska"),
    "Samhällsorientering": ("Samhället på lätt svenska", "Så fungerar {place}", "Samhällets spelregler"),
    "Arbetsmarknad": ("Vägar till arbete", "Arbetsspåret {place}", "Möt en arbetsgivare"),
    "Hälsa": ("Hälsoskola {place}", "Promenad och prat", "Hälsa och rörelse"),
    "Föräldraskap": ("Förälder i nytt land", "Föräldrakafé {place}", "Kvinnors nätverk"),
}  # fmt: skip
ORGANISERS = (
    "Studieförbundet Exempel",
    "Folkhögskolan Tänkta Ängen",
    "Föreningen Påhittade Mötesplatsen",
    "Exempelkommunernas integrationsenhet",
    "Stiftelsen Uppdiktade Broar",
)
TIMES = (
    ("mon 10:00-12:00; wed 10:00-12:00", 2),
    ("tue 09:30-12:00; thu 13:00-15:30", 2),
    ("fri 10:00-12:00", 1),
    ("tue 18:00-20:00", 1),
    ("mon 09:00-11:30; tue 09:00-11:30; wed 09:00-11:30; thu 09:00-11:30", 4),
)
VERDICTS = (
    ("not_recommended", "no_gain;places_taken"),
    ("not_recommended", "no_gain;places_taken;too_long"),
    ("possible", "good_gain_too_small;too_long"),
    ("possible", "gain_too_small"),
    ("recommended", "gain_at_every_corner"),
    ("outside_policy", "rule:within_county;crosses_county_border"),
)
DIFFERS_IN = (
    "sessions_per_week",
    "share_in_largest",
    "travel_min",
    "localities",
    "persons",
    "population",
    "",
)
# Free text that tries to become markup, script or a formula, or to break a layout.
HOSTILE = (
    "</script><script>window.hacked=1</script>",
    "\"'><img src=x onerror=window.hacked=1>",
    "`${window.hacked=1}`",
    "{{ 7*7 }}{% raw %}",
    "\u202eomvänd\u2066 och \u200fmer",
    "*/window.hacked=1;/*",
    "'-window.hacked=1-'\\",
    "a\u2028b\n<!--",
    "=1+1",
    "+SUM(A1:A9)",
    "@SUM(1)",
    "-2+3|cmd",
    "\t=1+1",
    "",
    "   ",
    "å" * 10_000,
    'javascript:window.hacked=1;"',
    "&amp;lt;b&gt;",
)

_EPOCH = 2015 * 12
_CORRIDORS, _LONGEST_MIN, _WAYS = 12, 90.0, 8


def activities_table(
    world: World,
    month: str,
    seed: int,
    per_municipality: float,
    barren: Sequence[str],
    hostile: Sequence[str],
) -> pd.DataFrame:
    """The register as it is shown: each place in it is used term after term, by one activity at a time."""
    rng = np.random.default_rng([seed, 3])
    size = len(world.codes)
    weights = 0.3 / size + 0.7 * np.exp(3 * world.rank) / np.exp(3 * world.rank).sum()
    slots = rng.multinomial(round(per_municipality * size), weights)
    for code, least in ((JOKKMOKK, 1), (GALLIVARE, 2)):
        at_code = world.codes == code
        slots[at_code] = np.maximum(slots[at_code], least if per_municipality else 0)
    at = np.repeat(np.arange(size), slots)
    count = len(at)
    kind, jitter = rng.random(count), rng.normal(0, 400, (count, 2))
    period = rng.integers(12, 37, count)
    begun = month_number(month) - _EPOCH + rng.integers(0, 36, count)
    term = begun // period
    chance = np.stack(
        [np.random.default_rng([seed, 4, t]).random((count, 12)) for t in range(term.max(initial=0) + 1)]
    )
    chance = chance[term, np.arange(count)]
    # Some places stand empty for a term, but one in Jokkmokk never does.
    used = (chance[:, 0] > 0.08) | np.isin(world.codes[at], (JOKKMOKK, GALLIVARE))
    used &= ~np.isin(world.codes[at].astype("U2"), list(barren))
    at, kind, jitter, period, begun, chance = (a[used] for a in (at, kind, jitter, period, begun, chance))
    protected, digital = kind < 0.14, kind > 0.95
    # The first of a municipality is held at a place that is shown.
    more = ~np.isin(np.arange(len(at)), np.unique(at, return_index=True)[1])
    digital, protected = digital & more, protected & more
    xy = _inside(world, at, np.round(world.main_xy[at] + jitter, -1))
    xy[protected] = world.xy[at[protected]]
    longitude, latitude = Transformer.from_crs(3006, 4326, always_xy=True).transform(xy[:, 0], xy[:, 1])
    rows = []
    for i, c in enumerate(chance):
        purpose = PURPOSES[0 if digital[i] else min(int(-np.log(1 - c[1] * 0.98) * 2.2), 4)]
        other = PURPOSES[(PURPOSES.index(purpose) + 1 + int(c[5] * 4)) % 5]
        pattern = NAMES[purpose][int(c[2] * len(NAMES[purpose]))]
        times, a_week = TIMES[int(c[3] * len(TIMES))]
        start = month_number(month) - int(begun[i] % period[i])
        end = start + int(period[i]) - 1
        pattern = AT_A_DISTANCE if digital[i] else pattern
        name, organiser = (
            pattern.format(place=world.main_names[at[i]]),
            ORGANISERS[int(c[4] * len(ORGANISERS))],
        )
        if hostile:
            name, organiser = hostile[i % len(hostile)], hostile[(i + 3) % len(hostile)]
            times, purpose = hostile[(i + 5) % len(hostile)], hostile[(i + 7) % 4]
        rows.append(
            {
                "activity": f"a{i + 1:05d}",
                "county_code": str(world.codes[at[i]])[:2],
                "municipality_code": str(world.codes[at[i]]),
                "name": name,
                "organiser": "" if protected[i] else organiser,
                "primary_purpose": purpose,
                "secondary_purposes": other if c[6] < 0.4 else "",
                "target_groups": "asylum_seeker;temporary_protection" if c[7] < 0.2 else "all",
                "sex": "women" if c[8] < 0.12 else "men" if c[8] > 0.97 else "all",
                "places": 8 + int(c[9] * 9) * 4,
                "childcare": bool(c[10] < 0.2),
                "language_support": bool(c[10] > 0.75),
                "parallel_group": bool(c[11] < 0.05),
                "digital": bool(digital[i]),
                "shown_at": "nowhere" if digital[i] else "municipality" if protected[i] else "place",
                "times": "" if protected[i] else times,
                "valid_from": "" if protected[i] else f"{start // 12:04d}-{start % 12 + 1:02d}-01",
                "valid_to": "" if protected[i] or c[7] > 0.7 else f"{end // 12:04d}-{end % 12 + 1:02d}-28",
                "sessions": None if protected[i] or digital[i] else a_week * 3,
                "x_m": None if digital[i] else float(xy[i, 0]),
                "y_m": None if digital[i] else float(xy[i, 1]),
                "longitude": None if digital[i] else round(float(longitude[i]), 4),
                "latitude": None if digital[i] else round(float(latitude[i]), 4),
            }
        )  # fmt: skip
    columns = [name for name in PUBLIC_TABLES["activities"].names if name != "month"]
    frame = pd.DataFrame(rows, columns=columns).assign(month=month)
    return frame.astype({"digital": bool, "places": int})


def _inside(world: World, at: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """Points that fell outside their municipality come to its representative point."""
    shapes = municipalities().geometry.to_numpy()
    outside = ~shapely.contains_xy(shapes[at], xy[:, 0], xy[:, 1])
    return np.where(outside[:, None], world.xy[at], xy)


def ways_table(world: World, activities: pd.DataFrame, seed: int, hostile: Sequence[str]) -> pd.DataFrame:
    shown = activities[activities["shown_at"] == "place"]
    at = np.searchsorted(world.codes, shown["municipality_code"].to_numpy(str))
    chance = np.random.default_rng([seed, 5]).random((len(world.codes), 2))
    rows = []
    minutes = world.travel_min[:, at].T if len(at) else np.zeros((0, len(world.codes)))
    nearest = np.argsort(minutes, axis=1, kind="stable")[:, :_WAYS]
    for row, here, froms in zip(shown.to_dict("records"), at, nearest, strict=True):
        for j in froms:
            travel = float(world.travel_min[j, here])
            if travel > _LONGEST_MIN:
                break
            a_week = (int(row["sessions"]) if row["sessions"] == row["sessions"] else 3) / 3
            rows.append(
                {
                    "activity": row["activity"],
                    "from_code": str(world.codes[j]),
                    "from_name": hostile[j % len(hostile)] if hostile else str(world.main_names[j]),
                    "travel_min": travel,
                    "transfers": min(int(travel / 30), 4),
                    "walk_m": float(round(150 + 700 * chance[j, 0])),
                    "sessions_per_week": a_week,
                    "last_way_home": bool(chance[j, 1] < 0.08),
                }
            )
    return pd.DataFrame(rows, columns=PUBLIC_TABLES["ways"].names[1:])


def corridors_table(
    world: World, true: Persons, held: np.ndarray, own: np.ndarray, month: str
) -> pd.DataFrame:
    rows = []
    in_own = np.isin(np.arange(len(world.codes)), own)
    minutes = np.where(held[None, :], world.travel_min, np.inf) + np.where(np.eye(len(held)), np.inf, 0)
    for i, order in enumerate(np.argsort(minutes, axis=1, kind="stable")[:, :_CORRIDORS]):
        for place, j in enumerate(order):
            if not np.isfinite(minutes[i, j]) or (place and minutes[i, j] > _LONGEST_MIN):
                break
            if not (in_own[i] or in_own[j]):
                continue
            pair, code, to = float(world.pair[i, j]), str(world.codes[i]), str(world.codes[j])
            verdict, reasons = VERDICTS[int(pair * 5)] if code[:2] == to[:2] else VERDICTS[int(pair * 6)]
            need, (low, high) = int(true.need[i]), (int(n) for n in true.gap[i])
            worth = 0.0 if "no_gain" in reasons else 0.05 + 0.2 * pair
            travel = min(float(world.travel_min[i, j]), _LONGEST_MIN)
            known = {"gain": (int(low * worth), int(np.ceil(high * worth))), "entitled_unserved": (int(low * 0.2), int(np.ceil(high * 0.4)))}  # fmt: skip
            rows.append(
                {
                    "from_code": code,
                    "to_code": to,
                    "status": "open" if pair < 0.15 or (code, to) == (JOKKMOKK, GALLIVARE) else "candidate",
                    "verdict": verdict,
                    "reasons": reasons,
                    **figures_of(known, need, code),
                    "travel_best_min": travel,
                    "travel_median_min": travel + 4 * pair,
                    "sessions_per_week": float(1 + int(pair * 1000) % 7),
                    "transfers": min(int(travel / 30), 4),
                    "booking_needed": pair > 0.93,
                    "last_way_home_tight": 0.5 < pair < 0.55,
                }
            )
    return pd.DataFrame(rows, columns=PUBLIC_TABLES["corridors"].names[1:]).assign(month=month)


def similar_table(world: World, own: np.ndarray, month: str) -> pd.DataFrame:
    rows = [
        {
            "municipality_code": str(world.codes[i]),
            "rank": rank + 1,
            "similar_code": str(world.codes[j]),
            "differs_in": DIFFERS_IN[int(world.pair[i, j] * len(DIFFERS_IN))],
        }
        for i in own
        for rank, j in enumerate(world.similar[i])
    ]
    return pd.DataFrame(rows).assign(month=month)


def purposes_table(activities: pd.DataFrame, areas: pd.DataFrame, month: str) -> pd.DataFrame:
    code = activities["municipality_code"].astype(str)
    parts = []
    for level, key in (("municipality", code), ("county", code.str[:2]), ("country", code.str[:0] + NATION)):
        found = activities.assign(area_code=key, level=level).groupby(
            ["level", "area_code", "primary_purpose"]
        )["places"]
        parts.append(found.agg(series="size", places="sum").reset_index().rename(columns={"primary_purpose": "purpose"}))  # fmt: skip
    frame = pd.concat(parts, ignore_index=True).assign(month=month)
    return frame[frame["area_code"].isin(areas["area_code"])]
