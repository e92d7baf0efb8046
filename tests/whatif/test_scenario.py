"""The file of a scenario: what it may hold, and every message."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.whatif.scenario import CloseAccommodation, OpenActivity, Scenario, read_scenario
from geomatch.words import using_language


def read(folder: Path, text: str) -> tuple[Scenario, list[str]]:
    file = folder / "om.toml"
    file.write_text(text, encoding="utf-8")
    with using_language("en"):
        scenario, problems = read_scenario(file)
        return scenario, [str(problem) for problem in problems]


WHOLE = """
all_enrolled_entitled = true
digital_share = 0.2

[[close_accommodation]]
municipality = "Boden"
persons = 100
move_to = "2514"

[[open_activity]]
name = "Ny svenska"
municipality = "Luleå kommun"
places = 30
weekdays = ["mån", "wednesday"]
start = "10:00"
end = "12:00"
purpose = "Svenska"
target_groups = "asylsökande;massflykt"
sex = "kvinnor"

[[open_activity]]
name = "Vid stationen"
lon = 22.1535
lat = 65.5838
places = 1
weekdays = "tis;tor"
start = "18:00"
end = "20:30"

[[end_activity]]
activity_id = "SYN-001"

[[open_corridor]]
from = "Boden"
to = "Luleå"
"""


def test_everything_at_once(tmp_path: Path) -> None:
    scenario, problems = read(tmp_path, WHOLE)
    assert problems == []
    place = scenario.opened[1]
    assert scenario == Scenario(
        "om.toml",
        closed=(CloseAccommodation("[[close_accommodation]] number 1", "2582", 100, "2514"),),
        opened=(
            OpenActivity(
                "[[open_activity]] number 1", "Ny svenska", "2580", None, None, 30, (0, 2), 36000, 43200, "Svenska",
                "asylum_seeker;temporary_protection", "women",
            ),
            OpenActivity(
                "[[open_activity]] number 2", "Vid stationen", "2580", place.x_m, place.y_m, 1, (1, 3), 64800, 73800,
                "", "all", "all",
            ),
        ),
        ended=(("[[end_activity]] number 1", "SYN-001"),),
        corridors=(("2582", "2580"),),
        all_enrolled_entitled=True,
        digital_share=0.2,
    )  # fmt: skip
    # Luleå bus station, to the kilometre.
    assert (round(place.x_m or 0, -3), round(place.y_m or 0, -3)) == (829000, 7292000)
    assert scenario.named == ("2582", "2514", "2580")


ACTIVITY = {
    "name": '"Ny"',
    "municipality": '"Boden"',
    "places": "5",
    "weekdays": '"mån"',
    "start": '"10:00"',
    "end": '"12:00"',
}


def activity(**changed: str | None) -> str:
    values = {key: value for key, value in (ACTIVITY | changed).items() if value is not None}
    return "[[open_activity]]\n" + "\n".join(f"{key} = {value}" for key, value in values.items())


A, C, E, K = (
    f"om.toml: [[{table}]] number 1, "
    for table in ("open_activity", "close_accommodation", "end_activity", "open_corridor")
)
NAMES = (
    "close_accommodation, open_activity, end_activity, open_corridor, all_enrolled_entitled, digital_share"
)
HOUSE = '[[close_accommodation]]\nmunicipality = "Boden"\npersons = 5\nmove_to = "Kalix"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"om.toml: the file changes nothing; expected one of {NAMES}."),
        (
            "digital = 0.2",
            (
                f"om.toml: digital: there is no such change; expected one of {NAMES}. "
                "Check the spelling, or remove the line."
            ),
        ),
        ("digital_share = 1.2", "om.toml: digital_share: found “1.2”; expected a share from 0 to 1."),
        ("digital_share = true", "om.toml: digital_share: found “True”; expected a share from 0 to 1."),
        (
            'all_enrolled_entitled = "ja"',
            "om.toml: all_enrolled_entitled: found “ja”; expected true / false.",
        ),
        (
            'open_corridor = "Boden"',
            "om.toml: open_corridor: it is not a list of changes; expected [[open_corridor]].",
        ),
        (
            HOUSE.replace("Boden", "Bodn"),
            (
                f"{C}municipality: there is no municipality “Bodn”; expected a municipality's code of four digits, or its "
                "name. Names like it: Boden (2582)."
            ),
        ),
        (
            HOUSE.replace('"Boden"', '"9999"'),
            f"{C}municipality: there is no municipality 9999; expected a municipality's code of four digits, or its name.",
        ),
        (
            HOUSE.replace('"Boden"', "2582"),
            f"{C}municipality: found “2582”; expected text in quotation marks.",
        ),
        (
            HOUSE.replace("= 5", "= 0"),
            f"{C}persons: found “0”; expected a whole number from 1 to 1000000.",
        ),
        (
            HOUSE.replace("= 5", "= 5.5"),
            f"{C}persons: found “5.5”; expected a whole number from 1 to 1000000.",
        ),
        (
            HOUSE.replace("Kalix", "BODEN"),
            f"{C}move_to: they would move to where they live; expected another municipality.",
        ),
        (HOUSE.replace("persons = 5\n", ""), f"{C}persons: it is missing. Add the line."),
        (
            HOUSE + "\nperson = 5",
            (
                f"{C}person: there is no such value; expected one of municipality, persons, move_to. "
                "Check the spelling, or remove the line."
            ),
        ),
        (activity(name='" "'), f"{A}name: found “ ”; expected text in quotation marks."),
        (activity(places="true"), f"{A}places: found “True”; expected a whole number from 1 to 1000000."),
        (
            activity(weekdays='["mån", "blå"]'),
            f"{A}weekdays: the word “blå” is not known here; expected mån, tis, ons, tor, fre, lör, sön.",
        ),
        (activity(weekdays="[1, 2]"), f"{A}weekdays: found “[1, 2]”; expected words in quotation marks."),
        (activity(weekdays="[]"), f"{A}weekdays: found “[]”; expected words in quotation marks."),
        (activity(start='"10"'), f"{A}start: found “10”; expected a time as HH:MM."),
        (activity(start="10:00:00"), f"{A}start: found “10:00:00”; expected a time as HH:MM."),
        (activity(end='"10:00"'), f"{A}end: it is not after the start."),
        (
            activity(sex='"barn"'),
            f"{A}sex: the word “barn” is not known here; expected alla, kvinnor, män.",
        ),
        (
            activity(municipality=None),
            f"{A}municipality: it is missing. Give the municipality, or lon and lat.",
        ),
        (activity(municipality=None, lon="22.0"), f"{A}lat: it is missing. Add the line."),
        (
            activity(municipality=None, lon="65.5", lat="65.5"),
            f"{A}lon: found “65.5”; expected degrees in Sweden, 10.0 to 25.0.",
        ),
        (
            activity(municipality=None, lon="11.0", lat="55.1"),
            f"{A}lon: the place lies in no municipality. Correct lon and lat.",
        ),
        (
            activity(lon="22.1535", lat="65.5838"),
            f"{A}municipality: the place lies in municipality 2580. Leave the municipality out, or correct lon and lat.",
        ),
        (
            "[[end_activity]]\nactivity_id = 7",
            f"{E}activity_id: found “7”; expected text in quotation marks.",
        ),
        (
            '[[end_activity]]\nactivity_id = "A"\n[[end_activity]]\nactivity_id = "A"',
            "om.toml: [[end_activity]]: A stands twice.",
        ),
        (
            '[[open_corridor]]\nfrom = "Boden"\nto = "2582"',
            f"{K}to: a corridor goes to another municipality; expected another municipality.",
        ),
    ],
)
def test_one_clear_message(tmp_path: Path, text: str, message: str) -> None:
    assert read(tmp_path, text)[1] == [message]


def test_all_messages_at_once(tmp_path: Path) -> None:
    text = "digital_share = 2\n" + HOUSE.replace("= 5", "= 0") + "\n" + activity(start='"x"', places="0")
    assert len(read(tmp_path, text)[1]) == 4


def test_what_is_no_toml(tmp_path: Path) -> None:
    with using_language("en"):
        with pytest.raises(InputError) as raised:
            read(tmp_path, "digital_share = 0.2\nopen = x\n")
        assert str(raised.value) == "om.toml, row 2: it is not TOML (Invalid value)."
        (tmp_path / "om.toml").write_bytes("# Luleå".encode("latin-1"))
        with pytest.raises(InputError) as raised:
            read_scenario(tmp_path / "om.toml")
        assert str(raised.value) == "om.toml: the text is not UTF-8. Save the file as UTF-8."
