"""The small map: what it draws, and how."""

from __future__ import annotations

import re

import shapely

from geomatch.documents.smallmap import Mark, small_map
from tests.publish.fixture_month import municipalities


def drawn(*marks: Mark, title: str = "Karta") -> str:
    return small_map(municipalities(), ("9901", "9902"), title, "En pil.", marks)


def test_two_municipalities_and_their_neighbours() -> None:
    svg = drawn()
    # Together 80 km by 60 km, with margins 92.8 by 69.6: the height decides, 69.6 km in 400 units, 174 m each. The
    # middle is at 640 km, so the western edge at 640 - 320 * 0.174 = 584.32 km; Askvik's point is at 620 km.
    assert svg.count('class="near"') == 2
    assert 'class="home" d="M' in svg
    assert 'class="goal" d="M' in svg
    assert '<text class="home" x="205.1"' in svg
    # From west to east: the line begins at the first place and ends before the last.
    line = re.search(r'class="line" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"', svg)
    x0, y0, x1, y1 = map(float, line.groups())
    assert (x0, y0, y1) == (205.1, 200.0, 200.0)
    # 28 units before the other place, which is 40 km to the east.
    assert x1 == 406.9
    assert ">20 km</text>" in svg


def test_the_names_stand_away_from_the_arrow() -> None:
    south, north = shapely.Point(620_000, 7_210_000), shapely.Point(660_000, 7_250_000)
    svg = drawn(Mark(south, "Syd", "home"), Mark(north, "Nord", "goal"))
    places = dict(re.findall(r'<circle class="(\w+)" cx="[\d.]+" cy="([\d.]+)"', svg))
    names = dict(re.findall(r'<text class="(\w+)" x="[\d.]+" y="([\d.]+)"', svg))
    assert float(names["goal"]) == float(places["goal"]) - 16
    assert float(names["home"]) == float(places["home"]) + 30


def test_names_are_text() -> None:
    svg = drawn(
        Mark(shapely.Point(620_000, 7_210_000), "<script>&", "home"),
        Mark(shapely.Point(660_000, 7_250_000), "b", "goal"),
        title='a" onload="x',
    )
    assert "<script>" not in svg
    assert "&lt;script&gt;&amp;" in svg
    assert 'aria-label="a&quot; onload=&quot;x"' in svg


def test_the_same_places_give_the_same_drawing() -> None:
    assert drawn() == drawn()
    shuffled = municipalities().iloc[::-1]
    assert small_map(shuffled, ("9901", "9902"), "Karta", "En pil.") == drawn()


def test_places_on_top_of_each_other_have_no_arrow() -> None:
    spot = shapely.Point(620_000, 7_210_000)
    assert 'class="line"' not in drawn(Mark(spot, "a", "home"), Mark(spot, "b", "goal"))
