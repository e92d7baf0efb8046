"""The chart: its bars are as long as the numbers, and it can be read without colours."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from geomatch.cli import main
from geomatch.explain.chart import chart_svg
from geomatch.explain.text import explained_lines
from geomatch.words import using_language
from tests.worlds import World, entitled, settings

from .test_sentences import town
from .told import explained_world

SVG = "{http://www.w3.org/2000/svg}"


def drawn(world: World, **chosen: object) -> ET.Element:
    found = explained_world(world, "0180", settings(**chosen))
    with using_language("en"):
        root = ET.fromstring(chart_svg(found))
        assert root.find(f"{SVG}desc").text == "\n".join(explained_lines(found))
    return root


def texts(root: ET.Element) -> list[str]:
    return [str(one.text) for one in root.iter(f"{SVG}text")]


def test_bars_and_letters() -> None:
    root = drawn(town(), shares=entitled(0.5, 1.0))
    # 912 wide for 40 persons: 22.8 each. At low need 12, 5, 13, 3, 3, 4; at high need 12, 5, 13, 6, 0, 4.
    bars = [
        round(float(one.attrib["width"]), 1)
        for one in root.iter(f"{SVG}rect")
        if one.attrib["height"] == "28"
    ]
    assert bars == [273.6, 114.0, 296.4, 68.4, 68.4, 91.2, 273.6, 114.0, 296.4, 136.8, 91.2]
    assert texts(root) == [
        "Stockholm (0180), September 2026",
        "At low need: 40", *"ABCDEF",
        "At high need: 40", *"ABCDF",
        "A  in own municipality: 12", "B  in another municipality: 5", "C  places taken: 13",
        "D  pair not approved: 3 / 6", "E  no right to travel: 3 / 0", "F  no day return: 4",
        "Fewer without a place here, by one change",
        "10: 10 more places at Kurs in Stockholm", "10: 10 more places at Café in Södertälje",
        "3 / 6: opening the corridor to Nacka",
    ]  # fmt: skip
    # The best is as long as can be; the last is outlined to 6 of 10 and filled to 3.
    changes = [
        round(float(one.attrib["width"]), 1)
        for one in root.iter(f"{SVG}rect")
        if one.attrib["height"] == "14"
    ]
    assert changes == [912.0, 912.0, 912.0, 912.0, 547.2, 273.6]


def test_nobody_and_signs_that_svg_knows() -> None:
    world = (
        World()
        .live("0181/a", 3)
        .offer("<Kurs> & \u202eträff", "0180", 1)
        .way("0181/a", "<Kurs> & \u202eträff")
    )
    assert texts(drawn(world)) == ["Stockholm (0180), September 2026"]
    world.live("0180/a", 3).way("0180/a", "<Kurs> & \u202eträff")
    assert texts(drawn(world))[-1] == "2: 10 more places at <Kurs> & \ufffdträff in Stockholm"


def test_a_long_name_goes_on_on_the_next_line() -> None:
    name = "Svenska " * 20 + "kurs"
    world = World().live("0180/a", 3).offer(name, "0180", 1).way("0180/a", name)
    lines = texts(drawn(world))[-2:]
    assert [len(line) <= 115 for line in lines] == [True, True]
    assert " ".join(lines) == f"2: 10 more places at {name} in Stockholm"


def test_the_command_writes_it_and_never_over_a_file(
    demo_workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kalix.svg"
    arguments = ["--lang", "en", "explain", "Kalix", "--chart", str(file), "-w", str(demo_workspace)]
    assert main(arguments) == 0
    assert capsys.readouterr().err == f"The chart: {file}. It is internal, as the text is.\n"
    written = file.read_bytes()
    assert b"<title>Kalix (2514), March 2023 \xe2\x80\x93 SYNTHETIC DATA</title>" in written
    assert main(arguments) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    assert file.read_bytes() == written
