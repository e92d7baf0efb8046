"""What decisions come to in a month, what is due, and that what comes later changes no earlier month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geomatch.access.reach import open_in_month
from geomatch.decisions.history import missing_or_changed
from geomatch.decisions.state import days_of_month, due, states
from geomatch.sources.corridor_effect import OPEN, Decision, linked, open_days
from tests.decisions.small import decided

YEAR = decided("approved", "2023-01-01", "2023-12-31", "2022-12-12", reference="A 1")


def told(rows: list[Decision], month: str) -> tuple[str, str, str, str, bool]:
    (one,) = states(rows, month)
    return one.state, one.first, one.last, one.since, one.open_in_month


def test_an_approved_pair_through_the_year() -> None:
    assert states([YEAR], "2022-11") == []
    assert told([YEAR], "2022-12") == ("coming", "2023-01-01", "2023-12-31", "2023-01-01", False)
    assert told([YEAR], "2023-01") == ("approved", "2023-01-01", "2023-12-31", "2023-01-01", True)
    assert told([YEAR], "2023-12") == ("approved", "2023-01-01", "2023-12-31", "2023-01-01", True)
    assert told([YEAR], "2024-01") == ("expired", "2023-01-01", "2023-12-31", "2024-01-01", False)


def test_an_ended_pair_is_ended_from_its_day_and_known_from_its_decision() -> None:
    end = decided("ended", "2023-06-15", "", "2023-05-20", row=3, by="Enheten")
    rows = [YEAR, end]
    assert told(rows, "2023-04") == told([YEAR], "2023-04")
    # Decided in May: the period is shorter from then.
    assert told(rows, "2023-05") == ("approved", "2023-01-01", "2023-06-14", "2023-01-01", True)
    assert told(rows, "2023-06") == ("ended", "2023-01-01", "2023-06-14", "2023-06-15", True)
    assert told(rows, "2023-07") == ("ended", "2023-01-01", "2023-06-14", "2023-06-15", False)
    (one,) = states(rows, "2023-07")
    assert (one.decision.row, one.decision.decided_by) == (3, "Enheten")


def test_an_end_from_before_its_decision_is_ended_from_the_decision() -> None:
    rows = [YEAR, decided("ended", "2023-03-01", "", "2023-05-20", row=3)]
    assert told(rows, "2023-04")[0] == "approved"
    assert told(rows, "2023-05") == ("ended", "2023-01-01", "2023-02-28", "2023-05-20", True)


def test_a_refused_pair_and_one_approved_after_it() -> None:
    refusal = decided("refused", "2023-03-01", "2023-08-31", "2023-02-14", row=2)
    assert told([refusal], "2023-02") == ("refused", "2023-03-01", "2023-08-31", "2023-02-14", False)
    later = decided("approved", "2023-03-01", "2023-08-31", "2023-03-10", row=3)
    assert told([refusal, later], "2023-02")[0] == "refused"
    assert told([refusal, later], "2023-03") == ("approved", "2023-03-01", "2023-08-31", "2023-03-10", True)
    # A refusal of more, while it is approved, does not close it; when it has run out the refusal of what came next stands.
    more = decided("refused", "2023-09-01", "", "2023-08-20", row=4)
    assert told([refusal, later, more], "2023-08")[0] == "approved"
    assert told([refusal, later, more], "2023-09")[0] == "expired"
    after = decided("refused", "2023-10-01", "", "2023-09-20", row=5)
    assert told([refusal, later, after], "2023-09")[0] == "refused"


def test_a_correction_is_what_is_told_from_its_day() -> None:
    rows = [YEAR, decided("correction", "2023-01-01", "2023-06-30", "2023-02-10", row=3, reference="A 1b")]
    assert told(rows, "2023-01") == told([YEAR], "2023-01")
    assert told(rows, "2023-02") == ("approved", "2023-01-01", "2023-06-30", "2023-01-01", True)
    (one,) = states(rows, "2023-02")
    assert one.decision.reference == "A 1b"
    assert told(rows, "2023-07") == ("expired", "2023-01-01", "2023-06-30", "2023-07-01", False)


def test_what_is_due() -> None:
    def pair(number: int, first: str, last: str, row: int) -> Decision:
        return decided("approved", first, last, pair=("2580", f"258{number}"), row=row)

    rows = [
        pair(1, "2023-01-01", "2023-04-29", 2),  # 60 days after 28 February
        pair(2, "2023-01-01", "2023-04-30", 3),  # 61
        pair(3, "2023-01-01", "2023-02-10", 4),  # ran out in the month
        pair(4, "2022-01-01", "2023-01-31", 5),  # ran out before
        decided(
            "approved", "2023-01-01", "2023-03-31", pair=("2514", "2580"), row=6
        ),  # renewed on the day after
        decided("approved", "2023-04-01", "2023-09-30", "2023-02-20", pair=("2514", "2580"), row=7),
        decided("approved", "2023-01-01", "2023-12-31", pair=("2560", "2580"), row=8),  # ended: not due
        decided("ended", "2023-03-15", "", "2023-02-01", pair=("2560", "2580"), row=9),
        decided(
            "approved", "2023-03-05", "2023-03-20", "2023-02-01", pair=("2505", "2580"), row=10
        ),  # begins later
        decided("approved", "2023-01-01", "", pair=("2510", "2580"), row=11),  # open
    ]
    found, renewed = due(rows, "2023-02", 60)
    assert [(one.decision.row, one.last, one.days_left) for one in found] == [
        (4, "2023-02-10", -18),
        (2, "2023-04-29", 60),
    ]
    assert renewed == 1
    assert [one.decision.row for one in due(rows, "2023-02", 61)[0]] == [4, 2, 3]
    # Before the renewal was decided, it was due: by the end of January it was 59 days away.
    assert [one.decision.row for one in due(rows, "2023-01", 60)[0]] == [5, 4, 6]


# ------------------------------------------------------------------------------------- what comes later

MONTHS = [f"2023-{number:02d}" for number in range(1, 13)]
PAIRS = (("2580", "2582"), ("2582", "2580"))


@st.composite
def registers(draw: st.DrawFn) -> list[Decision]:
    """Rows as they are written down one after the other, each one possible after those before it."""
    rows: list[Decision] = []
    for number in range(draw(st.integers(1, 9))):
        day = date(2022, 12, 1) + timedelta(days=draw(st.integers(0, 380)))
        kind = draw(st.sampled_from(["approved", "approved", "refused", "ended", "correction"]))
        approved = [one for one in rows if one.decision == "approved"]
        pair = draw(st.sampled_from(PAIRS))
        first = day + timedelta(days=draw(st.integers(-90, 60)))
        if kind == "correction" and approved:
            chosen = draw(st.sampled_from(approved))
            pair, first = chosen.pair, date.fromisoformat(chosen.valid_from)
        open_ended = kind == "ended" or draw(st.booleans())
        last = "" if open_ended else (first + timedelta(days=draw(st.integers(0, 200)))).isoformat()
        dated = kind == "correction" or draw(st.booleans())
        row = decided(
            kind, first.isoformat(), last, day.isoformat() if dated else "", pair=pair, row=number + 2
        )
        if not linked([*rows, row])[1]:
            rows.append(row)
    return rows or [YEAR]


def stretches(rows: list[Decision]) -> pd.DataFrame:
    """The corridors that the rows open, as the reader gives them."""
    found = [
        (*version.pair, first, "" if last == OPEN else last, str(version.row))
        for period in linked(rows)[0]
        for first, last, version in open_days(period)
    ]
    return pd.DataFrame(
        found, columns=["from_code", "to_code", "valid_from", "valid_to", "reference"], dtype=str
    )


@settings(max_examples=150)
@given(registers(), st.data())
def test_rows_that_are_added_change_no_month_before_they_were_decided(
    rows: list[Decision], data: st.DataObject
) -> None:
    kept = data.draw(st.integers(0, len(rows)))
    earlier, added = rows[:kept], rows[kept:]
    assert missing_or_changed(earlier, rows) == []
    # An added row could make a faulty whole of rows that go together by themselves; a register without faults is read.
    if linked(earlier)[1] or linked(rows)[1]:
        return
    before = min((one.day for one in added), default=OPEN)
    for month in MONTHS:
        if days_of_month(month)[1] < before:
            assert states(rows, month) == states(earlier, month)
            assert due(rows, month, 60) == due(earlier, month, 60)
            pd.testing.assert_frame_equal(
                open_in_month(stretches(rows), month), open_in_month(stretches(earlier), month)
            )


@settings(max_examples=150)
@given(registers())
def test_a_pair_is_approved_exactly_when_the_corridor_is_open_on_the_last_day(rows: list[Decision]) -> None:
    for month in MONTHS:
        last = days_of_month(month)[1]
        known = [one for one in rows if one.day <= last]
        table = stretches(known)
        ends = table["valid_to"].replace("", OPEN)
        now = table[(table["valid_from"] <= last) & (ends >= last)]
        found = states(rows, month)
        approved = {(one.from_code, one.to_code) for one in found if one.state == "approved"}
        assert approved == set(zip(now["from_code"], now["to_code"], strict=True))
        opened = open_in_month(table, month)
        assert {(one.from_code, one.to_code) for one in found if one.open_in_month} == set(
            zip(opened["from_code"], opened["to_code"], strict=True)
        )


@settings(max_examples=100)
@given(registers(), st.data())
def test_no_row_can_be_left_out_or_changed(rows: list[Decision], data: st.DataObject) -> None:
    gone = data.draw(st.integers(0, len(rows) - 1))
    without = [one for number, one in enumerate(rows) if number != gone]
    assert [problem.row for problem in missing_or_changed(rows, without)] == [None]
    other = replace(rows[gone], valid_to="2031-01-01")
    changed = [other if number == gone else one for number, one in enumerate(rows)]
    assert [problem.row for problem in missing_or_changed(rows, changed)] == [other.row]
