"""Kinds of persons within groups: bounds worked out by hand, and bounds that the truth never leaves."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geomatch.adults import asking_of, share_of
from geomatch.margins import ADULTS, OPEN, Counts, Kind, adults_among, adults_except
from geomatch.need import need_of_month
from tests.counted import ALL, MASKED, MONTH, age, opened, published

WOMEN, MEN = {"sex": "women"}, {"sex": "men"}
EVERYBODY = (ALL,) * 6
AGENCY = Kind("accommodation", ("agency",))


def counts(*rows: tuple[Any, ...]) -> Counts:
    return Counts.of(need_of_month(published(*rows), MONTH).table)


def group(**values: str) -> tuple[str, ...]:
    names = ("locality_code", "accommodation", "target_group", "case_status", "sex", "age_group")
    return tuple(values.get(name, ALL) for name in names)


def test_two_margins() -> None:
    # 50 persons, 30 women, 12 open cases: 0-12 women have one, and at most 12 of the 20 men.
    found = counts((50,), (30, WOMEN), (20, MEN), (12, opened()))
    assert found.of_kinds(group(sex="women"), [OPEN]) == (0, 12)
    assert found.of_kinds(group(sex="men"), [OPEN]) == (0, 12)
    # 44 open cases: at least 44 - 20 = 24 women have one.
    found = counts((50,), (30, WOMEN), (20, MEN), (44, opened()))
    assert found.of_kinds(group(sex="women"), [OPEN]) == (24, 30)
    assert found.of_kinds(group(sex="women"), [Kind("case_status", OPEN.named, but=True)]) == (0, 6)


def test_three_margins() -> None:
    # Of 50, 40 are adults and 35 have open cases: at least 25 are both; at least 5 of the 30 women are, since 25 - 20.
    found = counts((50,), (30, WOMEN), (20, MEN), (40, age("18-")), (10, age("0-17")), (35, opened()))
    assert found.of_kinds(EVERYBODY, [ADULTS, OPEN]) == (25, 35)
    assert found.of_kinds(group(sex="women"), [ADULTS, OPEN]) == (5, 30)


def test_one_table_says_it() -> None:
    rows = [(50,), (30, WOMEN), (20, MEN), (35, opened()), (21, opened(**WOMEN)), (14, opened(**MEN))]
    assert counts(*rows).of_kinds(group(sex="women"), [OPEN]) == (21, 21)
    # Ages with case status: 30 adults with open cases.
    rows = [
        (50,),
        (40, age("18-")),
        (35, opened()),
        (30, opened(age_group="18-")),
        (5, opened(age_group="0-17")),
    ]
    assert counts(*rows).of_kinds(EVERYBODY, [ADULTS, OPEN]) == (30, 30)


def test_a_withheld_part_widens_by_what_it_may_be() -> None:
    # 1-5 with open cases; 9 of 10 are women: 0-5 of them have one.
    found = counts((10,), (9, WOMEN), (1, MEN), (MASKED, opened()))
    assert found.of_kinds(group(sex="women"), [OPEN]) == (0, 5)
    assert found.of_kinds(EVERYBODY, [OPEN]) == (1, 5)


def test_a_value_that_is_not_published_may_have_whoever_is_left() -> None:
    found = counts((50,), (30, {"accommodation": "own"}))
    assert found.of_kinds(EVERYBODY, [AGENCY]) == (0, 20)
    assert found.of_kinds(EVERYBODY, [Kind("accommodation", ("own",))]) == (30, 30)


def test_nothing_is_said() -> None:
    found = counts((50,), (30, WOMEN), (20, MEN))
    assert found.of_kinds(EVERYBODY, [OPEN]) is None
    assert found.of_kinds(group(sex="women"), [ADULTS]) is None
    assert found.of_kinds(group(sex="women"), [Kind("sex", ("men",))]) == (0, 0)
    assert found.of_kinds(group(sex="women"), [Kind("sex", ("men",), but=True)]) == (30, 30)


@pytest.mark.parametrize(
    ("excluded", "among", "left"),
    [
        (["65-"], ("65-200",), ("18-64",)),
        (["16-20", "60+"], ("18-20", "60-200"), ("21-59",)),
        (["0-17"], (), ("18-200",)),
        (["okänd", "0-30"], ("18-30", "okänd"), ("31-200",)),
    ],
)
def test_ages_from_18(excluded: list[str], among: tuple[str, ...], left: tuple[str, ...]) -> None:
    assert adults_among(excluded) == among
    assert adults_except(excluded) == left


AGES = ("0-15", "16-20", "21-")
DIMENSIONS: dict[str, tuple[str, ...]] = {
    "accommodation": ("agency", "own"),
    "case_status": ("first_instance_open", "appeal"),
    "sex": ("women", "men"),
    "age_group": AGES,
}


@st.composite
def partly_published(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[tuple[str, ...], tuple[int, int]]]:
    """Some of all sums of a municipality, some of them withheld; and per smallest group its persons and adults."""
    truth = {one: draw(st.integers(0, 3)) for one in itertools.product(*DIMENSIONS.values())}
    adults = {
        one: 0 if one[-1] == "0-15" else n if one[-1] == "21-" else draw(st.integers(0, n))
        for one, n in truth.items()
    }
    keys = list(itertools.product(*((ALL, *values) for values in DIMENSIONS.values())))
    chosen = draw(st.lists(st.sampled_from(keys), max_size=12, unique=True))
    rows = []
    for key in dict.fromkeys([(ALL,) * 4, *chosen]):
        persons = sum(
            n for one, n in truth.items() if all(k in (ALL, v) for k, v in zip(key, one, strict=True))
        )
        hide = 1 <= persons <= 5 and key != (ALL,) * 4 and draw(st.booleans())
        rows.append((MASKED if hide else persons, dict(zip(DIMENSIONS, key, strict=True))))
    return published(*rows), {one: (n, adults[one]) for one, n in truth.items()}


KINDS = sorted(
    [
        ADULTS,
        OPEN,
        AGENCY,
        Kind("accommodation", ("agency",), but=True),
        Kind("case_status", OPEN.named, but=True),
    ]
)


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    partly_published(),
    st.sampled_from(
        [EVERYBODY, group(sex="women"), group(accommodation="own"), group(sex="men", case_status="appeal")]
    ),
    st.sets(st.sampled_from(KINDS), min_size=1, max_size=3),
)
def test_the_truth_lies_inside(made, about, kinds) -> None:
    if len({kind.dimension for kind in kinds}) < len(kinds):
        return
    table, truth = made
    found = Counts.of(need_of_month(table, MONTH).table).of_kinds(about, kinds)
    names = list(DIMENSIONS)
    fixed = dict(
        zip(
            ("locality_code", "accommodation", "target_group", "case_status", "sex", "age_group"),
            about,
            strict=True,
        )
    )
    persons = 0
    for one, (everyone, adults) in truth.items():
        values = dict(zip(names, one, strict=True))
        if any(fixed[name] not in (ALL, value) for name, value in values.items()):
            continue
        if all(kind == ADULTS or kind.holds(values[kind.dimension]) for kind in kinds):
            persons += adults if ADULTS in kinds else everyone
    if found is not None:
        assert found[0] <= persons <= found[1]


@hypothesis_settings(max_examples=150, deadline=None)
@given(partly_published())
def test_the_adults_reckoned_with_are_those_there_can_be(made) -> None:
    """Everyone once: the sum encloses the truth, and nobody is of a known sex who may be of the other."""
    table, truth = made
    found = asking_of(need_of_month(table, MONTH).table, lambda _group: share_of((0.0, 1.0)))
    ends = [sum(sum(amounts[end].values()) for amounts in found.strata.values()) for end in (0, 1)]
    adults = {
        sex: sum(n for one, (_all, n) in truth.items() if sex in (ALL, one[2]))
        for sex in ("women", "men", ALL)
    }
    assert ends[0] <= 1000 * adults[ALL] <= ends[1]
    for (_group, sex), (low, _high) in found.strata.items():
        assert sum(low.values()) <= 1000 * adults[sex]
