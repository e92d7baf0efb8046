"""Questions of plain tables: the files, the window, the columns, the times; worked out by hand on small feeds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.ask import ask_journey, ask_travel
from geomatch.errors import InputError
from geomatch.result_file import write_result
from geomatch.settings import Settings
from geomatch.travel import cluster, questions
from geomatch.travel.better import BUS_KINDS, MOVE_KINDS
from geomatch.travel.day_return import REASONS, pair_returns, session_returns
from geomatch.travel.question_files import place_of, read_activities, read_origins
from geomatch.travel.questions import (
    PAIR_KINDS,
    SESSION_KINDS,
    Window,
    each_session,
    local_times,
    pairs_of,
    service_seconds,
    sessions_in,
)
from geomatch.words import using_language

from .asked import activities_csv, degrees, line, network_of, origins_csv
from .feeds import Feed, s

ZONE = "Europe/Stockholm"
# Home 0 m from stop A, the activity 0 m from stop B, 20 km apart; the hut has no stop, the shed is at home.
STOPS = {"A": (0.0, 0.0), "B": (20_000.0, 0.0)}
HOME, HUT = (0.0, 0.0), (0.0, 9_000.0)
# Two weeks from Monday 2023-02-06; on Thursday the 16th nothing runs.
DAYS = [f"202302{day:02d}" for day in range(6, 20) if day != 16]
TRIPS = {
    "out": line(("A", "9:20"), ("B", "9:54")),
    "home": line(("B", "12:06"), ("A", "12:40")),
    "later": line(("B", "14:00"), ("A", "14:40")),
}
WINDOW = ("2023-02-06", "2023-02-19")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with using_language("en"):
        yield


def asked(tmp_path: Path, **more: object) -> tuple[dict[str, Path], Path]:
    feed = Feed(STOPS, TRIPS, days=DAYS, **more)
    return {
        "feeds": [feed.write(tmp_path / "feed")],
        "origins": origins_csv(tmp_path / "origins.csv", {"home": HOME, "hut": HUT}),
        "activities": activities_csv(
            tmp_path / "activities.csv",
            {
                "course": (STOPS["B"], "thu;tue", "10:00", "12:00"),
                "shed": (HUT, "wed", "10:00", "12:00"),
                "never": (STOPS["B"], "sun", "10:00", "12:00"),
            },
        ),
    }, tmp_path / "result.parquet"


# -------------------------------------------------------------------------------------------------- the answers


def test_a_row_per_pair_with_the_columns_in_their_order_and_kinds(tmp_path: Path) -> None:
    files, out = asked(tmp_path)
    answer = ask_travel(**files, period=("2023-02-06", "2023-02-17"), out=out, threads=1)
    table = pd.read_parquet(out)
    assert list(table.columns) == [
        "origin_id", "activity_id", "sessions", "sessions_reachable", "session_share", "reachable", "travel_min",
        "out_min_median", "out_min_min", "out_min_max", "home_min_median", "home_min_min", "home_min_max",
        "away_min_median", "away_min_min", "away_min_max", "transfers", "walk_m", "wait_min", "walk_only",
        "tightest_change_min", "booking_needed", "last_way_home_share",
    ]  # fmt: skip
    assert {name: str(kind) for name, kind in table.dtypes.items()} == PAIR_KINDS
    assert list(zip(table["activity_id"], table["origin_id"], strict=True)) == [
        (activity, origin) for activity in ("course", "shed", "never") for origin in ("home", "hut")
    ]
    rows = table.set_index(["activity_id", "origin_id"])
    # Tuesdays 7 and 14, Thursdays 9 and 16; nothing runs on the 16th: 3 of 4 are under 80 %. 9:20-9:54 there,
    # 12:06-12:40 home: 34 min each way, 3 h 20 min away; the 14:00 goes later.
    course = rows.loc[("course", "home")]
    assert course[:6].tolist() == [4, 3, 0.75, False, 34.0, 34.0]
    assert course["out_min_median":"away_min_max"].tolist() == [34.0] * 6 + [200.0] * 3
    assert course["transfers":"last_way_home_share"].isna().tolist() == [False] * 4 + [True, False, False]
    assert (course["transfers"], course["walk_m"], course["wait_min"]) == (0, pytest.approx(0, abs=0.01), 0.0)
    assert not course["walk_only"]
    assert not course["booking_needed"]
    assert course["last_way_home_share"] == 0.0
    # From the hut nobody gets to the course; to the shed, on the spot, everyone walks 0 s.
    assert rows.loc[("course", "hut")][:4].tolist() == [4, 0, 0.0, False]
    assert math.isnan(rows.loc[("course", "hut"), "travel_min"])
    assert rows.loc[("shed", "hut")][:5].tolist() == [2, 2, 1.0, True, 0.0]
    assert rows.loc[("shed", "hut"), "walk_only"]
    # The window holds one Sunday, the 12th, when `out` and `home` run.
    assert rows.loc[("never", "home")][:4].tolist() == [1, 1, 1.0, True]
    assert answer.facts["rows"] == 6
    assert answer.facts["reachable"] == 2
    assert answer.facts["origins_without_stop"] == answer.facts["activities_without_stop"] == 1
    assert answer.text == f"{out}: 6 rows, 2 of them reachable"
    assert answer.notes == [
        "1 origin has no stop within 2000 m: from there one can only walk.",
        "1 activity has no stop within 2000 m: one can only walk there.",
    ]


def test_a_row_per_pair_and_date_with_local_times_and_reasons(tmp_path: Path) -> None:
    files, out = asked(tmp_path)
    ask_travel(**files, period=("2023-02-13", "2023-02-17"), out=out, by_session=True, threads=1)
    table = pd.read_parquet(out)
    assert list(table.columns) == [
        "origin_id", "activity_id", "date", "out_departure", "out_arrival", "home_departure", "home_arrival",
        "out_transfers", "home_transfers", "out_booking", "home_booking", "tightest_change_min", "last_way_home",
        "reachable", "reason",
    ]  # fmt: skip
    assert {name: str(kind) for name, kind in table.dtypes.items()} == SESSION_KINDS
    plain = table.astype(object).where(table.notna(), None)
    assert plain.drop(columns="tightest_change_min").to_numpy().tolist() == [
        [
            "home", "course", "2023-02-14", "2023-02-14T09:20:00+01:00", "2023-02-14T09:54:00+01:00",
            "2023-02-14T12:06:00+01:00", "2023-02-14T12:40:00+01:00", 0, 0, False, False, False, True, "",
        ],
        ["hut", "course", "2023-02-14", *[None] * 6, False, False, False, False, "no_way_there"],
        ["home", "course", "2023-02-16", *[None] * 6, False, False, False, False, "no_service_that_day"],
        ["hut", "course", "2023-02-16", *[None] * 6, False, False, False, False, "no_service_that_day"],
        ["home", "shed", "2023-02-15", *[None] * 6, False, False, False, False, "no_way_there"],
        [
            "hut", "shed", "2023-02-15", "2023-02-15T09:55:00+01:00", "2023-02-15T09:55:00+01:00",
            "2023-02-15T12:05:00+01:00", "2023-02-15T12:05:00+01:00", 0, 0, False, False, False, True, "",
        ],
        # No Sunday in this window.
        ["home", "never", *[None] * 7, False, False, False, False, "no_session"],
        ["hut", "never", *[None] * 7, False, False, False, False, "no_session"],
    ]  # fmt: skip
    assert table["tightest_change_min"].isna().all()


def test_an_activity_without_a_session_has_none(tmp_path: Path) -> None:
    files, out = asked(tmp_path)
    answer = ask_travel(**files, period=("2023-02-13", "2023-02-17"), out=out, threads=1)
    rows = pd.read_parquet(out).set_index(["activity_id", "origin_id"])
    assert rows.loc[("never", "home")][:4].tolist() == [0, 0, 0.0, False]
    assert answer.facts["activities_without_session"] == 1
    assert "1 activity has no session in the period." in answer.notes


def test_a_window_in_which_nothing_takes_place(tmp_path: Path) -> None:
    files, out = asked(tmp_path)
    ask_travel(**files, period=("2023-02-06", "2023-02-06"), out=out, threads=1)
    assert pd.read_parquet(out)["sessions"].tolist() == [0] * 6
    ask_travel(**files, period=("2023-02-06", "2023-02-06"), out=out, by_session=True, threads=1)
    assert pd.read_parquet(out)["reason"].tolist() == ["no_session"] * 6


@pytest.mark.parametrize("by_session", [False, True])
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_the_bytes_do_not_depend_on_threads_or_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, by_session: bool
) -> None:
    files, _out = asked(tmp_path)
    written = []
    for threads in (1, 2, None):
        out = tmp_path / f"{threads}{suffix}"
        ask_travel(**files, period=WINDOW, out=out, by_session=by_session, threads=threads)
        written.append(out.read_bytes())
    assert written[0] == written[1] == written[2]
    if suffix == ".csv":
        # Worked on activity by activity the rows are the same.
        monkeypatch.setattr(questions, "_PAIRS", 1)
        monkeypatch.setattr(questions, "_ROWS", 1)
        ask_travel(**files, period=WINDOW, out=tmp_path / "parts.csv", by_session=by_session, threads=1)
        assert (tmp_path / "parts.csv").read_bytes() == written[0]


def test_csv_is_what_excel_reads(tmp_path: Path) -> None:
    files, _out = asked(tmp_path)
    out = tmp_path / "result.csv"
    ask_travel(**files, period=("2023-02-14", "2023-02-14"), out=out, by_session=True, threads=1)
    text = out.read_bytes().decode("utf-8")
    assert text.splitlines()[:3] == [
        "\ufeff" + ";".join(SESSION_KINDS),
        (
            "home;course;2023-02-14;2023-02-14T09:20:00+01:00;2023-02-14T09:54:00+01:00;2023-02-14T12:06:00+01:00;"
            "2023-02-14T12:40:00+01:00;0;0;false;false;;false;true;"
        ),
        "hut;course;2023-02-14;;;;;;;false;false;;false;false;no_way_there",
    ]


@pytest.mark.parametrize("by_session", [False, True])
def test_a_scheduler_gets_the_same_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_session: bool
) -> None:
    files, out = asked(tmp_path)
    addresses = []

    def spread(*arguments: object, scheduler: str, **named: object) -> pd.DataFrame:
        addresses.append(scheduler)
        return (session_returns if by_session else pair_returns)(*arguments, **named)

    monkeypatch.setattr(cluster, "spread_sessions" if by_session else "spread_pairs", spread)
    ask_travel(**files, period=WINDOW, out=out, by_session=by_session, scheduler="tcp://there:1")
    other = tmp_path / "other.parquet"
    ask_travel(**files, period=WINDOW, out=other, by_session=by_session, threads=1)
    assert addresses == ["tcp://there:1"]
    assert out.read_bytes() == other.read_bytes()


def test_settings_and_the_cache_are_used(tmp_path: Path) -> None:
    files, out = asked(tmp_path)
    settings = tmp_path / "own.toml"
    settings.write_text("[limits]\nmax_travel_min = 33\n", encoding="utf-8")
    for cache in (None, tmp_path / "cache", tmp_path / "cache"):
        ask_travel(
            **files, period=WINDOW, out=out, by_session=True, settings=settings, cache=cache, threads=1
        )
        table = pd.read_parquet(out)
        assert table.loc[0, "reason"] == "too_long"
        assert table.loc[0, "out_departure"] == "2023-02-07T09:20:00+01:00"
    assert any((tmp_path / "cache").iterdir())


# ------------------------------------------------------------------------------------------ sessions and their times


def test_sessions_on_public_holidays_are_left_out_and_counted(tmp_path: Path) -> None:
    # Tuesdays of 2023-05-30 to 06-13 with 6 June, the national day; Thursdays 1 and 8. Sundays stay.
    path = activities_csv(
        tmp_path / "a.csv",
        {"t": (STOPS["B"], "tue", "09:00", "10:00"), "s": (STOPS["B"], "sun", "09:00", "10:00")},
    )
    found = sessions_in(read_activities(path).table, Window(date(2023, 5, 30), date(2023, 6, 13)), ZONE)
    assert [(row.activity_id, row.date.isoformat()) for row in found.table.itertuples()] == [
        ("t", "2023-05-30"), ("t", "2023-06-13"), ("s", "2023-06-04"), ("s", "2023-06-11"),
    ]  # fmt: skip
    assert found.on_holidays == 1


@pytest.mark.parametrize(
    ("day", "clock", "seconds"),
    [
        # Noon minus 12 h is 23:00 of the day before when clocks go forward, 1:00 when they go back.
        (date(2023, 3, 26), "1:00", 2 * 3600),
        (date(2023, 3, 26), "10:00", 10 * 3600),
        (date(2023, 10, 29), "1:00", 0),
        (date(2023, 10, 29), "10:00", 10 * 3600),
        (date(2023, 2, 8), "1:00", 3600),
    ],
)
def test_the_clock_on_days_when_it_changes(day: date, clock: str, seconds: int) -> None:
    assert service_seconds(day, s(clock), ZONE) == seconds


def test_local_times_on_days_when_the_clock_changes() -> None:
    days = pd.Series([date(2023, 3, 26), date(2023, 10, 29), date(2023, 2, 8), date(2023, 2, 8)])
    seconds = pd.Series([9000.0, 9000.0, 25 * 3600.0, math.nan])
    assert local_times(days, seconds, ZONE).fillna("none").tolist() == [
        "2023-03-26T01:30:00+01:00",
        "2023-10-29T02:30:00+01:00",
        "2023-02-09T01:00:00+01:00",
        "none",
    ]


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(3 * 3600, 24 * 3600 - 1))
def test_a_time_of_day_comes_back_as_it_was(day: date, clock_s: int) -> None:
    # From three o'clock on every time of day is there once, on all days.
    moment = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)) + timedelta(seconds=clock_s)
    seconds = pd.Series([float(service_seconds(day, clock_s, ZONE))])
    assert local_times(pd.Series([day]), seconds, ZONE).tolist() == [moment.isoformat()]


def test_pairs_sum_up_their_sessions(tmp_path: Path) -> None:
    files, _out = asked(tmp_path)
    network = network_of(Feed(STOPS, TRIPS, days=DAYS), tmp_path / "own")
    origins, activities = read_origins(files["origins"]).table, read_activities(files["activities"]).table
    sessions = sessions_in(activities, Window(date(2023, 2, 6), date(2023, 2, 19)), ZONE).table
    asking = (network, origins, activities, sessions, Settings())
    pairs = pd.concat(pairs_of(*asking)).set_index(["origin_id", "activity_id"])
    rows = pd.concat(each_session(*asking))
    good = rows.groupby(["origin_id", "activity_id"])["reachable"].sum()
    assert pairs["sessions_reachable"].to_dict() == good.to_dict()
    assert pairs["sessions_reachable"].sum() == 3 + 2 + 2


def test_columns_that_are_not_used_and_holidays_are_told(tmp_path: Path) -> None:
    feed = Feed(STOPS, TRIPS, days=["20230605", "20230606", "20230607"]).write(tmp_path / "feed")
    origins = origins_csv(tmp_path / "o.csv", {"home": HOME}, remark=["x"])
    activities = activities_csv(tmp_path / "a.csv", {"a": (STOPS["B"], "tue;wed", "10:00", "12:00")})
    period, out = ("2023-06-05", "2023-06-07"), tmp_path / "r.csv"
    answer = ask_travel([feed], origins, activities, period, out, threads=1)
    assert answer.notes == [
        "1 session on a public holiday is left out.",
        "--origins: 1 column is not used.",
    ]
    two = origins_csv(tmp_path / "o.csv", {"home": HOME}, remark=["x"], more=["y"])
    assert ask_travel([feed], two, activities, period, out, threads=1).notes[1:] == [
        "--origins: 2 columns are not used."
    ]
    assert (answer.facts["sessions"], answer.facts["sessions_on_holidays"]) == (1, 1)


def test_every_column_and_reason_is_documented() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "travel.md").read_text(encoding="utf-8")
    names = {*PAIR_KINDS, *SESSION_KINDS, *MOVE_KINDS, *BUS_KINDS, *REASONS}
    assert sorted(name for name in names if f"`{name}`" not in text) == []


# -------------------------------------------------------------------------------------------------- one journey

JOURNEY = Feed(
    {"A": (0.0, 0.0), "M": (9_000.0, 0.0), "N": (9_000.0, 300.0), "B": (20_000.0, 0.0)},
    {
        "one": line(("A", "9:00"), ("M", "9:15")),
        # 300 m x 1.3 = 390 m in 312 s, and 3 min: 9:23:12 at the earliest.
        "two": line(("N", "9:25"), ("B", "9:50")),
        "back": line(("B", "12:06"), ("A", "12:40")),
    },
)


def journey(tmp_path: Path, feed: Feed = JOURNEY, **more: object) -> tuple[dict[str, object], list[str]]:
    home, place = (",".join(map(repr, degrees(*feed.stops[name]))) for name in ("A", "B"))
    given_ = {
        "places": (home, place),
        "day": "2023-02-08",
        "clock": ("10:00", "12:00"),
        **more,
    }
    answer = ask_journey([feed.write(tmp_path / "feed")], **given_)
    return answer.facts, answer.text.splitlines()


def test_a_journey_leg_by_leg(tmp_path: Path) -> None:
    facts, lines = journey(tmp_path)
    assert lines == [
        "There: 09:00:00–09:50:00, 50 min, 1 change",
        "  09:00:00–09:15:00  line 700, A – M",
        "  09:15:00–09:20:12  walk 390 m from M to N",
        "  change in 10 min",
        "  09:25:00–09:50:00  line 700, N – B",
        "Home: 12:06:00–12:40:00, 34 min, 0 changes",
        "  12:06:00–12:40:00  line 700, B – A",
        "The session can be reached and left the same day.",
        "This is the last way home that day.",
    ]
    assert facts["reachable"] is True
    assert facts["tightest_change_min"] == 10.0
    assert (facts["last_way_home"], facts["last_way_home_tight"]) == (True, False)
    out = facts["out"]
    assert isinstance(out, dict)
    assert (out["departure"], out["arrival"], out["transfers"]) == (
        "2023-02-08T09:00:00+01:00", "2023-02-08T09:50:00+01:00", 1,
    )  # fmt: skip
    assert [(leg["kind"], leg["from_stop"], leg["to_stop"], leg["trip_id"]) for leg in out["legs"]] == [
        ("walk", None, "A", None),
        ("ride", "A", "M", "one"),
        ("walk", "M", "N", None),
        ("ride", "N", "B", "two"),
        ("walk", "B", None, None),
    ]
    assert out["legs"][2]["walk_m"] == 390.0


def test_a_journey_in_swedish(tmp_path: Path) -> None:
    with using_language("sv"):
        _facts, lines = journey(tmp_path)
    assert lines[0] == "Dit: 09:00:00–09:50:00, 50 min, 1 byte"
    assert lines[2:4] == ["  09:15:00–09:20:12  gå 390 m från M till N", "  byte på 10 min"]
    assert lines[-1] == "Det är sista vägen hem den dagen."


def test_a_last_way_home_on_a_tight_change_is_flagged(tmp_path: Path) -> None:
    # 12:20 to 12:25 is five minutes, and nothing goes later.
    feed = Feed(
        {"A": (0.0, 0.0), "M": (9_000.0, 0.0), "B": (20_000.0, 0.0)},
        {
            "out": line(("A", "9:20"), ("B", "9:54")),
            "one": line(("B", "12:06"), ("M", "12:20")),
            "two": line(("M", "12:25"), ("A", "12:40")),
        },
    )
    facts, lines = journey(tmp_path, feed)
    assert facts["last_way_home_tight"] is True
    assert lines[-1] == "It hangs on a change under 10 min: whoever misses it does not get home."


def test_a_ride_past_midnight_says_that_it_is_the_day_after(tmp_path: Path) -> None:
    feed = Feed(
        STOPS,
        {"out": line(("A", "21:20"), ("B", "21:54")), "home": line(("B", "23:50"), ("A", "24:20"))},
    )
    facts, lines = journey(tmp_path, feed, clock=("22:00", "23:30"))
    assert lines[2] == "Home: 23:50:00–00:20:00 (+1), 30 min, 0 changes"
    home = facts["home"]
    assert isinstance(home, dict)
    assert home["arrival"] == "2023-02-09T00:20:00+01:00"


@pytest.mark.parametrize(
    ("trips", "route_types", "reason", "sentence"),
    [
        ({"home": TRIPS["home"]}, {}, "no_way_there", "There is no way to get there in time."),
        ({"out": TRIPS["out"]}, {}, "no_way_home", "There is no way home that day."),
        (
            {"out": line(("A", "8:00"), ("B", "9:31")), "home": TRIPS["home"]}, {}, "too_long",
            "One way takes more than 90 min.",
        ),
        (
            {"out": TRIPS["out"], "home": TRIPS["home"]}, {"home": "1501"}, "needs_booking",
            "A ride must be booked ahead.",
        ),
        (
            {"out": line(("A", "6:00"), ("B", "6:34")), "home": line(("B", "18:00"), ("A", "18:34"))}, {},
            "away_too_long", "One is away from home more than 720 min.",
        ),
    ],
)  # fmt: skip
def test_why_there_is_no_journey(
    tmp_path: Path, trips: dict[str, list[object]], route_types: dict[str, str], reason: str, sentence: str
) -> None:
    facts, lines = journey(tmp_path, Feed(STOPS, trips, route_types=route_types))
    assert facts["reason"] == reason
    assert facts["reason_text"] == sentence
    assert f"The session cannot be reached: {sentence}" in lines


def test_too_many_changes_and_no_service_as_sentences(tmp_path: Path) -> None:
    settings = tmp_path / "own.toml"
    settings.write_text("[limits]\nmax_transfers = 0\n", encoding="utf-8")
    facts, lines = journey(tmp_path, settings=settings)
    assert facts["reason"] == "too_many_transfers"
    assert "The session cannot be reached: There are more than 0 changes one way." in lines
    # Service on the 7th and the 9th only; the 8th is within the feed.
    idle = Feed(STOPS, TRIPS, days=["20230207", "20230209"])
    facts, lines = journey(tmp_path / "idle", idle)
    assert facts["reason"] == "no_service_that_day"
    assert lines == [
        "There: none.",
        "Home: none.",
        "The session cannot be reached: No vehicle runs that day.",
    ]


def test_a_home_without_a_stop_is_told(tmp_path: Path) -> None:
    feed = Feed(STOPS, TRIPS)
    hut, place = (",".join(map(repr, degrees(*at))) for at in (HUT, STOPS["B"]))
    facts, lines = journey(tmp_path, feed, places=(hut, place))
    assert facts["reason"] == "no_way_there"
    assert lines[-1] == "There is no stop within 2000 m of the home."


def test_a_journey_agrees_with_the_row_of_its_session(tmp_path: Path) -> None:
    files, out = asked(tmp_path)
    ask_travel(**files, period=("2023-02-14", "2023-02-14"), out=out, by_session=True, threads=1)
    row = pd.read_parquet(out).iloc[0]
    facts, _lines = journey(tmp_path, Feed(STOPS, TRIPS, days=DAYS), day="2023-02-14")
    for name in ("out", "home"):
        way = facts[name]
        assert isinstance(way, dict)
        assert (way["departure"], way["arrival"], way["transfers"]) == (
            row[f"{name}_departure"], row[f"{name}_arrival"], row[f"{name}_transfers"],
        )  # fmt: skip
        assert (way["legs"][0]["departure"], way["legs"][-1]["arrival"]) == (way["departure"], way["arrival"])


# ------------------------------------------------------------------------------------------------------- bad input


def problems_of(reader: object, path: Path, text: str, encoding: str = "utf-8") -> list[str]:
    path.write_text(text, encoding=encoding)
    with pytest.raises(InputError) as error:
        reader(path)
    return [str(problem) for problem in error.value.problems]


ORIGINS = [
    ("id,lon\nx,17\n", ["o.csv, row 1: the column “lat” is missing. Add it, or correct its heading."]),
    ("id,lon,lat\n", ["o.csv: the file has no rows below its headings."]),
    ("", ["o.csv: the file is empty."]),
    (
        "id,lon,lat\n,17,60\nb,x,\nc,60,17\n",
        [
            "o.csv, row 2, column “id”: the cell is empty.",
            "o.csv, row 3, column “lon”: “x” is not a number; expected a coordinate, such as 22.1535.",
            "o.csv, row 3, column “lat”: the cell is empty.",
            (
                "o.csv, row 4, column “lon”: the place lon 60, lat 17 is not near Sweden; expected lon 9–26, lat 54–70. "
                "lon and lat seem to have changed places: lon is the one from west to east."
            ),
        ],
    ),
    (
        "id,lon,lat\na,17,60\na,18,60\n",
        ["o.csv, row 3, column “id”: the id “a” stands twice, first in row 2."],
    ),
    (
        "id,lon,lat\na,600000,6700000\nb,2.35,48.85\n",
        [
            (
                "o.csv, row 2, column “lon”: the place lon 600000, lat 6700000 is not near Sweden; expected lon 9–26, "
                "lat 54–70. These seem to be metres: give degrees (WGS 84)."
            ),
            (
                "o.csv, row 3, column “lon”: the place lon 2.35, lat 48.85 is not near Sweden; expected lon 9–26, "
                "lat 54–70."
            ),
        ],
    ),
    (
        "id,lon,lat,persons\na,17,60,-1\nb,17,60,1.2345\nc,17,60,\nd,17,60,many\n",
        [
            f"o.csv, row {row}, column “persons”: {found}; expected a number from 0 with at most three decimals."
            for row, found in (
                (2, "“-1” is not a number of persons"),
                (3, "“1.2345” is not a number of persons"),
                (4, "the cell is empty"),
                (5, "“many” is not a number of persons"),
            )
        ],
    ),
]


@pytest.mark.parametrize(("text", "messages"), ORIGINS)
def test_what_is_said_of_bad_origins(tmp_path: Path, text: str, messages: list[str]) -> None:
    assert problems_of(read_origins, tmp_path / "o.csv", text) == messages


ACTIVITIES = [
    (
        "id,lon,lat,weekday\na,17,60,mon\n",
        [
            "a.csv, row 1: the column “start” is missing. Add it, or correct its heading.",
            "a.csv, row 1: the column “end” is missing. Add it, or correct its heading.",
        ],
    ),
    (
        "id,lon,lat,weekday,start,end\na,17,60,mon;mon;someday,10,24:00\nb,17,60,,12:00,10:00\nc,17,60,tue,12:00,12:00\n",
        [
            (
                "a.csv, row 2, column “weekday”: the word “someday” is not known here; "
                "expected mon, tue, wed, thu, fri, sat, sun."
            ),
            "a.csv, row 2, column “weekday”: a weekday stands twice.",
            "a.csv, row 2, column “start”: “10” is not a time of day; expected a time as HH:MM.",
            "a.csv, row 2, column “end”: “24:00” is not a time of day; expected a time as HH:MM.",
            "a.csv, row 3, column “weekday”: the cell is empty.",
            "a.csv, row 3, column “end”: the session ends at 10:00, not after it starts at 12:00.",
            "a.csv, row 4, column “end”: the session ends at 12:00, not after it starts at 12:00.",
        ],
    ),
]


@pytest.mark.parametrize(("text", "messages"), ACTIVITIES)
def test_what_is_said_of_bad_activities(tmp_path: Path, text: str, messages: list[str]) -> None:
    assert problems_of(read_activities, tmp_path / "a.csv", text) == messages


def test_semicolons_decimal_commas_and_windows_1252_are_read(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text(
        "id;lon;lat;persons;kommun\nÅby;16,85;60,42;12,5;Gävle\n007;16.9;60.5;3;Älvkarleby\n",
        encoding="cp1252",
    )
    read = read_origins(path)
    assert read.table.drop(columns=["x_m", "y_m"]).to_numpy().tolist() == [
        ["Åby", 16.85, 60.42, 12_500, "Gävle"],
        ["007", 16.9, 60.5, 3_000, "Älvkarleby"],
    ]
    assert read.notes == {"read_as_windows_1252": 1}
    path = tmp_path / "a.csv"
    path.write_text(
        'id;lon;lat;weekday;start;end\na;16,85;60,42;"tue;MON";9:30;11.00\nb;16,85;60,42;fredag;09:30;23:59\n',
        encoding="utf-8-sig",
    )
    columns = ["weekdays", "start_s", "end_s"]
    assert read_activities(path).table[columns].to_numpy().tolist() == [
        [(0, 1), s("9:30"), s("11:00")],
        [(4,), s("9:30"), s("23:59")],
    ]


def test_metres_are_those_of_sweref_99_tm(tmp_path: Path) -> None:
    table = read_origins(origins_csv(tmp_path / "o.csv", {"a": (1234.0, -567.0)})).table
    assert table["x_m"][0] == pytest.approx(601_234.0, abs=0.001)
    assert table["y_m"][0] == pytest.approx(6_699_433.0, abs=0.001)
    assert table["persons_milli"].tolist() == [1000]
    assert table["municipality"].tolist() == [""]


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    files, _out = asked(tmp_path)
    files["origins"].write_text("id,lon,lat\na,x,60\n", encoding="utf-8")
    files["activities"].write_text("id,lon,lat,weekday,start,end\na,17,60,mon,x,12:00\n", encoding="utf-8")
    settings = tmp_path / "own.toml"
    settings.write_text("[limits]\nmax_travel = 1\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError) as error:
        ask_travel(
            **files, period=("2023-02-30", "20230219"), out=tmp_path / "no" / "r.txt", settings=settings
        )
    messages = [str(problem) for problem in error.value.problems]
    assert messages[:2] == [
        "r.txt: results are not written as “.txt”; expected .parquet, .csv.",
        f"r.txt: there is no folder {tmp_path / 'no'}. Make the folder, or choose another.",
    ]
    assert messages[2].startswith("own.toml")
    assert messages[3:] == [
        "--from: “2023-02-30” is not a date; expected a date as YYYY-MM-DD.",
        "--to: “20230219” is not a date; expected a date as YYYY-MM-DD.",
        "origins.csv, row 2, column “lon”: “x” is not a number; expected a coordinate, such as 22.1535.",
        "activities.csv, row 2, column “start”: “x” is not a time of day; expected a time as HH:MM.",
    ]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_last_day_before_the_first(tmp_path: Path) -> None:
    files, out = asked(tmp_path)
    with pytest.raises(InputError, match=r"^the last day 2023-02-06 is before the first day 2023-02-07\.$"):
        ask_travel(**files, period=("2023-02-07", "2023-02-06"), out=out)


@pytest.mark.parametrize(
    "period", [("2023-02-01", "2023-02-10"), ("2023-02-10", "2023-02-20"), ("2022-02-10", "2022-02-20")]
)
def test_a_window_outside_the_timetable_names_both_periods(tmp_path: Path, period: tuple[str, str]) -> None:
    files, out = asked(tmp_path)
    with pytest.raises(InputError) as error:
        ask_travel(**files, period=period, out=out)
    assert str(error.value) == (
        f"the period {period[0]} – {period[1]} is not within the timetable (feed: 2023-02-06 – 2023-02-19); "
        "expected days that a feed of every operator covers. "
        "Choose other days, or give the timetable that is in force on them as well."
    )
    assert not out.exists()


def test_a_result_is_not_written_over_its_input(tmp_path: Path) -> None:
    files, _out = asked(tmp_path)
    with pytest.raises(
        InputError, match=r"^origins\.csv: the result would be written over a file that it is made from"
    ):
        ask_travel(**files, period=WINDOW, out=files["origins"])
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match=r"this is a folder, not a file"):
        ask_travel(**files, period=WINDOW, out=tmp_path / "folder.csv")


def test_a_result_that_fails_half_way_leaves_the_earlier_one(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    kinds = {"a": "int64"}
    part = pd.DataFrame({"a": [1, 2]})
    assert write_result(out, [part], kinds) == 2

    def failing() -> Iterator[pd.DataFrame]:
        yield part
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_result(out, failing(), kinds)
    assert [path.name for path in tmp_path.iterdir()] == ["r.parquet"]
    assert pd.read_parquet(out)["a"].tolist() == [1, 2]
    assert write_result(out, [], kinds) == 0
    assert pd.read_parquet(out).dtypes.astype(str).to_dict() == {"a": "int64"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("17", "“17” is not a place; expected lon and lat in degrees, such as 22.15,65.58."),
        ("17,x", "“17,x” is not a place; expected lon and lat in degrees, such as 22.15,65.58."),
        (
            "60.4,16.8",
            (
                "the place lon 60.4, lat 16.8 is not near Sweden; expected lon 9–26, lat 54–70. "
                "lon and lat seem to have changed places: lon is the one from west to east."
            ),
        ),
    ],
)
def test_what_is_said_of_a_bad_place(text: str, message: str) -> None:
    assert str(place_of(text)) == message


def test_a_place_with_decimal_commas() -> None:
    assert place_of("16,85; 60,42") == (16.85, 60.42)


def test_what_is_said_of_a_bad_journey(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        ask_journey([tmp_path], ("17", "60,17"), "8 February", ("10", "12:00"))
    assert [str(problem) for problem in error.value.problems] == [
        "--from: “17” is not a place; expected lon and lat in degrees, such as 22.15,65.58.",
        (
            "--to: the place lon 60, lat 17 is not near Sweden; expected lon 9–26, lat 54–70. "
            "lon and lat seem to have changed places: lon is the one from west to east."
        ),
        "--date: “8 February” is not a date; expected a date as YYYY-MM-DD.",
        "--start: “10” is not a time of day; expected a time as HH:MM.",
    ]
    with pytest.raises(InputError, match=r"^the session ends at 10:00, not after it starts at 12:00\.$"):
        ask_journey([tmp_path], ("17,60", "17,60"), "2023-02-08", ("12:00", "10:00"))


def test_a_day_outside_the_timetable_names_both(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"2023-02-09 – 2023-02-09 is not within the timetable \(feed: 2023-02-08"
    ):
        journey(tmp_path, day="2023-02-09")
