"""The demo's inputs for Norrbotten: made up by a seed, marked as synthetic, the same bytes every time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from geomatch.demo.register import activities_xlsx, compensation_csv, corridors_csv
from geomatch.demo.timetable import timetable_zip
from geomatch.demo.workbooks import MONTHS, enrolment_workbook
from geomatch.rules import make_book, read_set, shipped_text
from geomatch.settings import DEFAULT_SHARES, Settings, Share, SiteSettings, settings_toml

__all__ = ["COUNTY", "DemoInputs", "demo_settings", "write_demo_inputs"]

COUNTY = "25"
TIMETABLE_NAME = "SYNTETISK-tidtabell-norrbotten-2023.zip"
ACTIVITIES_NAME = "SYNTETISK-insatser-norrbotten.xlsx"
CORRIDORS_NAME = "SYNTETISK-korridorer.csv"
COMPENSATION_NAME = "SYNTETISK-reseersattning.csv"
SETTINGS_HEAD = "# SYNTETISKA UPPGIFTER: the share for county 25 is made up for the demo.\n"
RULES_NAME = "SYNTETISK-regler.toml"
_RULES_HEAD = "# SYNTETISKA UPPGIFTER: the rule demo_inom_lanet is made up for the demo; the others are the shipped ones.\n"
_RULE = """
[[rules]]
name = "demo_inom_lanet"
status = "verified"
within_county = true
text = {sv = "SYNTETISK regel: resan stannar inom länet", en = "SYNTETISK rule: the journey stays within the county"}
source = "SYNTETISK regel"
"""


@dataclass(frozen=True, slots=True)
class DemoInputs:
    """What `write_demo_inputs` wrote.

    Attributes:
        county_code: The county that the demo is about.
        months: The months (YYYY-MM) of the workbooks, in order.
        enrolment: A workbook of enrolled persons for each of them.
        activities: The register of activities (xlsx).
        corridors: The register of decisions on corridors (csv).
        compensation: Travel compensation applied for, granted and paid (csv).
        timetable: The GTFS feed (zip).
        settings_toml: Text of the workspace's `geomatch.toml`.
        rules: Name and text of the file in its folder `rules`.
    """

    county_code: str
    months: tuple[str, ...]
    enrolment: tuple[Path, ...]
    activities: Path
    corridors: Path
    compensation: Path
    timetable: Path
    settings_toml: str
    rules: tuple[str, str]


def demo_settings() -> Settings:
    """The defaults, with a share for Norrbotten and a rule that make verdicts of every kind appear.

    The share is narrow enough for some corridor to be recommended; the rule is marked verified, so that corridors to
    Västerbotten are outside policy.
    """
    share = Share("eligible_share", "all", 0.35, 0.6, COUNTY, "2023-01-01", "SYNTETISK andel")
    book = make_book([read_set(demo_rules().encode(), f"rules/{RULES_NAME}")])
    site = SiteSettings(
        publisher="SYNTETISK länsstyrelse",
        contact_email="karta@lansstyrelsen.example",
        address="https://karta.lansstyrelsen.example/",
        surface_cell_m=2000.0,
    )
    return replace(Settings(), shares=(*DEFAULT_SHARES, share), rules=book, site=site)


def demo_rules() -> str:
    """The set of the demo's months, with a rule of its own."""
    return _RULES_HEAD + shipped_text("2020-01-01") + _RULE


def write_demo_inputs(folder: Path, seed: int = 25) -> DemoInputs:
    """Write the demo's inputs into `folder`, which is made when it is not there. Files of the same names are replaced.

    The same seed gives the same bytes. Every file says in its name and in its content that it is synthetic.

    Args:
        folder: Where to write.
        seed: Moves departures, sites and the counts outside Norrbotten; the demo's story stays the same.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def write(name: str, content: bytes) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return DemoInputs(
        county_code=COUNTY,
        months=tuple(MONTHS),
        enrolment=tuple(
            write(f"SYNTETISK-inskrivna-{month}.xlsx", enrolment_workbook(month, seed)) for month in MONTHS
        ),
        activities=write(ACTIVITIES_NAME, activities_xlsx(seed)),
        corridors=write(CORRIDORS_NAME, corridors_csv().encode("utf-8")),
        compensation=write(COMPENSATION_NAME, compensation_csv().encode("utf-8")),
        timetable=write(TIMETABLE_NAME, timetable_zip(seed)),
        settings_toml=SETTINGS_HEAD + settings_toml(demo_settings()),
        rules=(RULES_NAME, demo_rules()),
    )
