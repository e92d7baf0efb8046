"""The tables by purpose: whole persons that add up, women and men, and nothing that is protected."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geomatch.publish import county_files
from geomatch.publish.purposes import purpose_tables
from geomatch.publish.tables import TableView
from geomatch.tables import SERVED, SERVED_BY_PURPOSE, conform
from geomatch.words import using_language
from tests.publish.fixture_month import MONTH, PARTS, activity, county_facts, with_activities
from tests.publish.test_county import Reader


def row(
    code: str, sex: str, low: tuple[int, ...], high: tuple[int, ...], group: str = "asylum_seeker"
) -> list[dict[str, object]]:
    """Both ends of a row of SERVED: local, corridor, digital, full, not open, no entitlement, no day return."""
    return [
        {
            "month": MONTH,
            "county_code": code[:2],
            "municipality_code": code,
            "target_group": group,
            "sex": sex,
            "scenario": scenario,
            "need_milli": sum(parts),
            "out_of_reach_milli": sum(parts[4:]),
            **{f"{name}_milli": value for name, value in zip(PARTS, parts, strict=True)},
        }
        for scenario, parts in (("low", low), ("high", high))
    ]


def served(*rows: list[dict[str, object]]) -> pd.DataFrame:
    return conform(pd.DataFrame([one for both in rows for one in both]), SERVED)


def by_purpose(**rows: list[list[dict[str, object]]]) -> pd.DataFrame:
    """Rows per purpose; of one whose name ends in `_hidden` with hidden activities."""
    frames = [
        served(*some).assign(
            purpose=name.removesuffix("_hidden").replace("_", " "), with_hidden=name.endswith("_hidden")
        )
        for name, some in rows.items()
    ]
    return conform(pd.concat(frames, ignore_index=True), SERVED_BY_PURPOSE)


def texts(view: TableView) -> list[list[str]]:
    return [[cell.text for cell in one.cells] for one in view.rows]


NOBODY = (0, 0, 0, 0, 0, 0, 4_000)
EVERYTHING = served(
    row("9901", "women", (3_000, 0, 0, 1_000, 0, 0, 0), (3_000, 0, 0, 2_000, 0, 0, 0)),
    row("9901", "men", (2_000, 0, 0, 0, 0, 0, 0), (2_000, 0, 0, 0, 0, 0, 0)),
    row("9902", "women", NOBODY, NOBODY),
    # Of two target groups: together 1 woman and 3 served elsewhere.
    row("9902", "all", (0, 1_000, 0, 0, 0, 0, 0), (0, 1_000, 0, 0, 0, 0, 0)),
    row("9902", "all", (0, 2_000, 0, 0, 0, 0, 0), (0, 2_000, 0, 0, 0, 0, 0), group="all"),
    # Another county's.
    row("9801", "men", (7_000, 0, 0, 0, 0, 0, 0), (7_000, 0, 0, 0, 0, 0, 0)),
)
BOTH = by_purpose(
    Svenska=[
        row("9901", "women", (1_400, 0, 0, 1_600, 0, 0, 1_000), (1_400, 0, 0, 2_600, 0, 0, 1_000)),
        row("9902", "men", (0, 0, 0, 0, 500, 0, 500), (0, 0, 0, 0, 500, 0, 500)),
    ],
    Svenska_hidden=[row("9901", "women", (4_000, 0, 0, 0, 0, 0, 0), (5_000, 0, 0, 0, 0, 0, 0))],
    Skydd_hidden=[row("9901", "women", (4_000, 0, 0, 0, 0, 0, 0), (5_000, 0, 0, 0, 0, 0, 0))],
)


def test_the_county_and_its_municipalities() -> None:
    found = purpose_tables(county_facts(served=EVERYTHING, served_by_purpose=BOTH))
    assert found is not None
    county, municipal = found
    assert [heading.text for heading in county.headings] == [
        "Syfte", "Vilka", "Personer", "i egen kommun", "i annan kommun", "digitalt", "platserna är slut",
        "paret är inte godkänt", "ingen rätt till resan", "ingen dagsresa",
    ]  # fmt: skip
    assert texts(county) == [
        # 13 at low need: 3 + 2 local, 1 + 2 elsewhere, 1 finds it full, 4 reach nothing; 14 at high.
        ["alla insatser", "alla", "13 / 14", "5", "3", "0", "1 / 2", "0", "0", "4"],
        ["alla insatser", "kvinnor", "8 / 9", "3", "0", "0", "1 / 2", "0", "0", "4"],
        ["alla insatser", "män", "2", "2", "0", "0", "0", "0", "0", "0"],
        ["alla insatser", "kön okänt", "3", "0", "3", "0", "0", "0", "0", "0"],
        # 1.4 served of 5 at low need: the gap of 3.6 is 4, so 1; of it 1.6 full, 0.5 not open, 1.5 no way: 2, 0, 2
        # (of equal remainders the larger part is rounded up; of equal parts, as the men's, the first). At high need
        # 2.6 find it full: 4.6 is 5: 3, 0, 2.
        ["Svenska", "alla", "5 / 6", "1", "0", "0", "2 / 3", "0", "0", "2"],
        ["Svenska", "kvinnor", "4 / 5", "1", "0", "0", "2 / 3", "0", "0", "1"],
        ["Svenska", "män", "1", "0", "0", "0", "0", "1", "0", "0"],
    ]
    assert [[one[0], one[1], one[2], one[3]] for one in texts(municipal)] == [
        ["Askvik", "alla insatser", "alla", "6 / 7"],
        ["Askvik", "alla insatser", "kvinnor", "4 / 5"],
        ["Askvik", "alla insatser", "män", "2"],
        ["Askvik", "Svenska", "alla", "4 / 5"],
        ["Askvik", "Svenska", "kvinnor", "4 / 5"],
        ["Björkmo", "alla insatser", "alla", "7"],
        ["Björkmo", "alla insatser", "kvinnor", "4"],
        ["Björkmo", "alla insatser", "kön okänt", "3"],
        ["Björkmo", "Svenska", "alla", "1"],
        ["Björkmo", "Svenska", "män", "1"],
    ]


def test_the_sentence_that_says_what_a_row_is() -> None:
    found = purpose_tables(county_facts(served=EVERYTHING, served_by_purpose=BOTH))
    assert found is not None
    sentence = (
        "Varje syfte räknas som om bara dess insatser fanns och alla sökte just det, så rader för olika syften kan "
        "inte läggas ihop."
    )
    assert found[1].note == sentence
    assert found[0].note == (
        sentence
        + " Ett snedstreck (3 / 5) är värdet vid lågt och vid högt behov; däremellan kan det vara ett "
        "annat. Personer avrundas rad för rad. Skyddade insatser är bara med i raderna för alla insatser."
    )


def test_counts_that_do_not_tell_women_and_men_apart_give_one_row() -> None:
    found = purpose_tables(county_facts(served_by_purpose=BOTH.iloc[:0]))
    assert found is not None
    # The fixture: 9901 and 9902 together, sex not known. 18.4, 3.3 and 3.3 of the 25 who are served: 19, 3, 3.
    assert texts(found[0]) == [
        ["alla insatser", "alla", "41 / 49", "19 / 23", "3", "3", "4", "3 / 6", "0", "9 / 10"]
    ]
    assert found[0].note.endswith(" Antalen skiljer inte på kvinnor och män.")


def test_a_purpose_of_other_counties_that_nobody_reaches_is_left_out() -> None:
    nothing = row("9901", "all", NOBODY, NOBODY)
    reached = row("9901", "all", (0, 0, 0, 0, 0, 1_000, 3_000), (0, 0, 0, 0, 0, 1_000, 3_000))
    table = by_purpose(Hälsa=[nothing], Arbetsmarknad=[nothing], Odling=[reached])
    facts = county_facts(served_by_purpose=table)
    # Hälsa is offered in Askvik, though nobody reaches it.
    offered = with_activities(activity("s9", "Simning", "9901", "exact", primary_purpose="hälsa")).activities
    found = purpose_tables(county_facts(served_by_purpose=table, activities=offered))
    assert found is not None
    assert [one[0] for one in texts(found[0])] == ["alla insatser", "Hälsa", "Odling"]
    without = purpose_tables(facts)
    assert without is not None
    assert [one[0] for one in texts(without[0])] == ["alla insatser", "Odling"]


def test_the_page_has_both_tables_and_no_protected_purpose() -> None:
    text = county_files(county_facts(served=EVERYTHING, served_by_purpose=BOTH))["index.html"]
    assert text.count("<caption") == text.count("<table") == 7
    assert '<li><a href="#purposes">Per syfte, för kvinnor och män</a></li>' in text
    assert 'aria-labelledby="title-purposes-by-municipality"' in text
    assert (
        '<summary id="title-purposes-by-municipality">Kommunerna per syfte, för kvinnor och män</summary>'
        in text
    )
    assert "Skydd<" not in text
    with using_language("en"):
        text = county_files(county_facts(served=EVERYTHING, served_by_purpose=BOTH))["index.html"]
    assert "By purpose, for women and men" in text
    assert "cannot be added together" in text


def test_a_hostile_purpose_is_text() -> None:
    table = BOTH[~BOTH["with_hidden"]].assign(purpose="<script>x</script>\u202e")
    text = county_files(county_facts(served=EVERYTHING, served_by_purpose=table))["index.html"]
    assert Reader(text).tags.count("script") == 5
    assert "&lt;script&gt;x&lt;/script&gt;\ufffd" in text


def test_the_demo_shows_the_table_of_the_month(demo_workspace: Path) -> None:
    """Women and men are not told apart in the demo; its purposes are those of the activities that may be shown."""
    table = pd.read_parquet(demo_workspace / "months" / "2023-02" / "served_by_purpose.parquet")
    assert sorted(set(table["purpose"])) == [
        "Arbetsmarknad", "Föräldraskap", "Hälsa", "Samhällsorientering", "Svenska",
    ]  # fmt: skip
    whole = pd.read_parquet(demo_workspace / "months" / "2023-02" / "served.parquet")
    for _key, rows in table.groupby(["purpose", "with_hidden"]):
        keys = ["municipality_code", "target_group", "sex", "scenario", "need_milli"]
        assert rows[keys].reset_index(drop=True).equals(whole[keys])
    page = (demo_workspace / "internal" / "2023-02" / "25" / "index.html").read_text(encoding="utf-8")
    # 456 places in Samhällsorientering, all at home.
    assert '<th scope="row">Samhällsorientering</th><td>alla</td>' in page
