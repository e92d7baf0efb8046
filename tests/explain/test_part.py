"""What a change is found to do from the part it touches is what the whole month, computed again, says."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as few
from hypothesis import strategies as st

from geomatch.explain.part import parts_of
from geomatch.explain.trial import fewer
from tests.explain.told import month_of
from tests.worlds import MUNICIPALITIES, SHARES, World, entitled, settings, worlds

CORRIDORS = st.sampled_from(["register", "none"])


@few(max_examples=40)
@given(worlds(), SHARES, CORRIDORS, st.integers(1, 6))
def test_more_places(world: World, share: tuple[float, float], corridors: str, places: int) -> None:
    month = month_of(world, settings(corridors, entitled(*share)))
    now = month.allocated()
    parts = parts_of(now)
    for series in [one["series"] for one in world.series]:
        at = month.activities["series_id"] == series
        more = month.activities.assign(
            places=month.activities["places"].where(~at, month.activities["places"] + places)
        )
        after = replace(month, activities=more).allocated()
        for code in MUNICIPALITIES:
            own, everywhere = fewer(now, after, code)
            found = parts.more_places(series, places, code)
            # To a thousandth of a person, which is what the allocation is exact to.
            assert found[0] == pytest.approx(own, abs=1)
            assert found[1] == pytest.approx(everywhere, abs=2)


@few(max_examples=40)
@given(worlds(), SHARES, CORRIDORS)
def test_one_more_corridor(world: World, share: tuple[float, float], corridors: str) -> None:
    month = month_of(world, settings(corridors, entitled(*share)))
    now = month.allocated()
    parts = parts_of(now)
    register = month.register if corridors == "register" else None
    for number, (origin, goal) in enumerate(now.reach.pairs):
        if now.opened[number]:
            continue
        ends = now.reach.codes[origin], now.reach.codes[goal]
        row = pd.DataFrame(
            [(*ends, "2026-09-01", "", "")],
            columns=["from_code", "to_code", "valid_from", "valid_to", "reference"],
        )
        opened = row if register is None or register.empty else pd.concat([register, row], ignore_index=True)
        after = replace(month, register=opened, settings=settings("register", entitled(*share))).allocated()
        for code in MUNICIPALITIES:
            own, everywhere = fewer(now, after, code)
            found = parts.opened(number, code)
            assert found[0] == pytest.approx(own, abs=1)
            assert found[1] == pytest.approx(everywhere, abs=2)


def test_by_hand() -> None:
    """0180: (a) 8p --20-- [s 3]; 0181: (b) 5p --20-- [t 9], and (a) gets to t as well, by a corridor that is not open.

    3 and 5 have a place. Two places more at s are two fewer left of 0180; at t nobody needs them. The corridor gives
    the 4 places left of t to 4 of the 5 of 0180 who have none.
    """
    world = World().live("0180/a", 8).live("0181/b", 5).offer("s", "0180", 3).offer("t", "0181", 9)
    world.way("0180/a", "s", 20).way("0181/b", "t", 20).way("0180/a", "t", 40)
    now = month_of(world).allocated()
    parts = parts_of(now)
    assert parts.more_places("s", 2, "0180") == ((2000, 2000), (2000, 2000))
    assert parts.more_places("s", 2, "0181") == ((0, 0), (2000, 2000))
    assert parts.more_places("t", 2, "0180") == ((0, 0), (0, 0))
    (pair,) = range(len(now.reach.pairs))
    assert parts.opened(pair, "0180") == ((4000, 4000), (4000, 4000))


def test_a_series_of_a_purpose_that_is_not_asked_for_changes_nothing() -> None:
    world = World().live("0180/a", 8).offer("s", "0180", 3, purposes="Svenska")
    world.offer("t", "0180", 3, purposes="Odling").way("0180/a", "s", 20).way("0180/a", "t", 20)
    parts = parts_of(month_of(world, settings(purposes="Svenska")).allocated())
    assert parts.more_places("t", 2, "0180") == ((0, 0), (0, 0))
    assert parts.more_places("s", 2, "0180") == ((2000, 2000), (2000, 2000))
