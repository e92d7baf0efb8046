"""Charts: exact places for small data, signs that look like signs, text alternatives, names that do no harm."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.site.charts import (
    Bars,
    Figure,
    Point,
    need_and_places,
    nice_end,
    over_months,
    women_and_men,
)
from geomatch.words import using_language


def exact(number: int) -> Figure:
    return Figure(number, number)


WITHHELD, UNKNOWN = Figure(None, None, ".."), Figure(None, None, "-")


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def of_class(svg: str, name: str) -> list[ET.Element]:
    return [element for element in parsed(svg).iter() if name in element.get("class", "").split()]


@pytest.mark.parametrize(
    ("most", "end"),
    [(0, 4), (3, 4), (4, 4), (5, 5), (6, 10), (10, 10), (11, 20), (34, 40), (41, 50), (51, 100), (634, 1000), (1645, 2000)],
)  # fmt: skip
def test_a_scale_ends_in_a_round_number(most: int, end: int) -> None:
    assert nice_end(most) == end


def test_bars_are_as_long_as_their_numbers() -> None:
    # The scale ends at 40, and 292 of the 320 units are for it: 33 is 240.9 long, 12 is 87.6.
    svg = need_and_places("c", [Bars("Jokkmokk", exact(33), exact(12))], "Norrbottens län", "2026-03")
    first, second = of_class(svg, "bar")
    assert (first.get("x"), first.get("y"), first.get("width"), first.get("height")) == (
        "4",
        "39",
        "240.9",
        "11",
    )
    assert (second.get("x"), second.get("y"), second.get("width"), second.get("fill")) == (
        "4",
        "50",
        "87.6",
        "url(#c-stripe)",
    )
    assert [text.text for text in of_class(svg, "scale")] == ["0", "20", "40"]
    assert [(text.get("x"), text.text) for text in of_class(svg, "value")] == [
        ("248.9", "33"),
        ("95.6", "12"),
    ]
    assert parsed(svg).get("viewBox") == "0 0 320 70"


def test_an_interval_is_hatched_between_its_ends() -> None:
    # Five signs of 6.2 units and a gap of 8 leave 277 units: 10 of 20 is half of them.
    svg = need_and_places("c", [Bars("Boden", Figure(10, 15), exact(20))], "län", "2026-03")
    (span,) = of_class(svg, "span")
    assert (span.get("x"), span.get("width"), span.get("fill")) == ("142.5", "69.2", "url(#c-hatch)")
    assert [text.text for text in of_class(svg, "value")] == ["10–15", "20"]


def test_what_is_withheld_is_a_mark_and_no_bar_of_nought() -> None:
    svg = women_and_men("c", [Bars("Arjeplog", WITHHELD, UNKNOWN)], "län", "2026-03")
    assert of_class(svg, "bar") == []
    (mark,) = of_class(svg, "withheld")
    assert (mark.get("width"), mark.get("fill")) == ("24", "url(#c-hatch)")
    assert [text.text for text in of_class(svg, "value")] == ["..", "-"]
    nought = women_and_men("c", [Bars("Arjeplog", exact(0), exact(0))], "län", "2026-03")
    assert [bar.get("width") for bar in of_class(nought, "bar")] == ["0", "0"]


def points(*needs: tuple[str, Figure]) -> list[Point]:
    return [Point(month, need, exact(0), exact(40)) for month, need in needs]


def line(svg: str, kind: str) -> list[str]:
    return [
        path.get("d", "")
        for path in of_class(svg, "line")
        if kind in path.get("class", "").split()
    ]  # fmt: skip


def test_a_line_goes_through_its_months() -> None:
    # Months are 252 units apart, from 54 to 306; 40 stands at 12, 20 in the middle at 109, 0 at 206.
    svg = over_months("m", points(("2026-01", exact(20)), ("2026-02", exact(40))), "Boden")
    assert line(svg, "need") == ["M54 109L306 12"]
    assert line(svg, "gap") == ["M54 206L306 206"]
    assert line(svg, "places") == ["M54 12L306 12"]
    assert [text.text for text in of_class(svg, "scale")] == [
        "0",
        "20",
        "40",
        "januari 2026",
        "februari 2026",
    ]


def test_what_is_withheld_and_a_month_that_is_not_there_break_the_line() -> None:
    shown = points(
        ("2026-01", exact(20)), ("2026-02", exact(20)), ("2026-03", WITHHELD), ("2026-04", exact(40)), ("2026-05", exact(40)),
        ("2026-07", exact(40)),
    )  # fmt: skip
    svg = over_months("m", shown, "Boden")
    # Six steps of 42 units.
    assert line(svg, "need") == ["M54 109L96 109", "M180 12L222 12"]
    assert line(svg, "gap") == ["M54 206L96 206L138 206L180 206L222 206"]
    (mark,) = of_class(svg, "withheld")
    assert (mark.get("x"), mark.get("fill")) == ("134", "url(#m-hatch)")
    assert [text.text for text in of_class(svg, "value")] == [".."]


def test_an_interval_has_a_whisker() -> None:
    svg = over_months("m", points(("2026-01", Figure(20, 40)), ("2026-02", exact(40))), "Boden")
    (whisker,) = of_class(svg, "whisker")
    assert whisker.get("d") == "M54 109V12"
    assert line(svg, "need") == ["M54 60.5L306 12"]


def test_each_chart_says_in_words_what_it_shows() -> None:
    bars = [Bars("Jokkmokk", exact(33), exact(12)), Bars("Arjeplog", WITHHELD, exact(0))]
    root = parsed(need_and_places("chart-places", bars, "Norrbottens län", "2026-03"))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "chart-places-title chart-places-desc"
    title, description = root[0], root[1]
    assert (title.get("id"), title.text) == (
        "chart-places-title",
        "Inskrivna och platser i Norrbottens län, mars 2026",
    )
    assert (description.get("id"), description.text) == (
        "chart-places-desc",
        "Två staplar för varje område: inskrivna personer, och platser i insatser. Jokkmokk: 33 inskrivna, 12 platser. Arjeplog: .. inskrivna, 0 platser.",
    )
    with using_language("en"):
        english = parsed(over_months("m", points(("2026-01", exact(20)), ("2026-02", WITHHELD)), "Boden"))
    assert english[0].text == "Boden month by month, January 2026 to February 2026"
    assert english[1].text == (
        "Three lines: enrolled, without a place, and places. January 2026: 20 enrolled, 0 without a place, 40 places. "
        "February 2026: .. enrolled, 0 without a place, 40 places. All months are in the table below."
    )


@pytest.mark.parametrize("name", ["</title><script>alert(1)</script>", "a" * 10_000, "`\"'&<", ""])
def test_names_do_no_harm(name: str) -> None:
    svg = need_and_places("c", [Bars(name, exact(1), exact(2))], name, "2026-03")
    root = parsed(svg)
    assert {element.tag for element in root.iter()} <= {
        "svg", "title", "desc", "defs", "pattern", "rect", "path", "text"
    }  # fmt: skip
    shown = next(element for element in root.iter() if element.get("class") == "name")
    assert shown.text == (name if len(name) <= 30 else name[:29] + "…") or (not name and shown.text is None)


numbers = st.integers(0, 50_000)


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=30))
def test_no_mark_leaves_the_drawing(values: list[tuple[int, int, int]]) -> None:
    bars = [Bars("x", Figure(min(a, b), max(a, b)), exact(c)) for a, b, c in values]
    svg = need_and_places("c", bars, "län", "2026-03")
    width, height = (float(one) for one in parsed(svg).get("viewBox", "").split()[2:])
    for element in parsed(svg).iter():
        if element.tag == "rect" and {"bar", "span"} & set(element.get("class", "").split()):
            assert 0 <= float(element.get("x", "")) + float(element.get("width", "")) <= width
            assert 0 <= float(element.get("y", "")) <= height - 11
    assert svg == need_and_places("c", bars, "län", "2026-03")


def test_no_colour_stands_in_a_chart() -> None:
    svg = need_and_places("c", [Bars("x", Figure(1, 9), WITHHELD)], "län", "2026-03") + over_months(
        "m", points(("2026-01", exact(20)), ("2026-02", WITHHELD)), "Boden"
    )
    assert re.search(r"style=|#[0-9a-f]{3,6}\b|rgb\(", svg) is None
