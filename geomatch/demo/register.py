"""The demo's registers: made-up activities in and around Norrbotten, made-up decisions on corridors, of which three are open.

What is taught, when and for how many is the table below, chosen so that some municipalities have more places than
people and others far fewer. The seed moves the sites by some metres and draws house numbers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date

from pyproj import Transformer

from geomatch.demo.timetable import places
from geomatch.demo.workbooks import WorkSheet, xlsx_bytes

__all__ = ["HEADINGS", "activities_xlsx", "compensation_csv", "corridors_csv"]

HEADINGS = (
    "Insats-id",
    "Namn",
    "Anordnare",
    "Anordnartyp",
    "Statsbidrag",
    "Primärt syfte",
    "Övriga syften",
    "Målgrupper",
    "Kön",
    "Platser",
    "Startdatum",
    "Slutdatum",
    "Veckodagar",
    "Datum",
    "Start",
    "Slut",
    "Digital",
    "Barnpassning",
    "Språkstöd",
    "Parallell grupp",
    "Synlighet",
    "Status",
    "Kommun",
    "Adress",
    "Kontakt",
    "X",
    "Y",
)
TITLE = "SYNTETISKA UPPGIFTER – påhittade insatser i Norrbotten, ingen av dem finns"
# Letter -> name and kind.
ORGANISERS = {
    "A": ("Studieförbundet Exempel Norr", "Studieförbund"),
    "B": ("Föreningen Påhittade Mötesplatsen", "Ideell förening"),
    "C": ("Folkhögskolan Tänkta Älven", "Folkhögskola"),
    "D": ("Exempelkommunernas integrationsenhet", "Kommun"),
    "E": ("Idrottsföreningen Exempelpolaris", "Idrottsförening"),
    "F": ("Stiftelsen Uppdiktade Broar", "Stiftelse"),
}
SCHEMES = {"A": "S37", "B": "TIA", "C": "S37", "D": "S37A", "E": "TIA", "F": "TIA"}
PURPOSES = {
    "S": "Svenska",
    "A": "Arbetsmarknad",
    "O": "Samhällsorientering",
    "H": "Hälsa",
    "F": "Föräldraskap",
}
MUNICIPALITIES = {
    "2580": "Luleå",
    "2582": "Boden",
    "2581": "Piteå",
    "2514": "Kalix",
    "2583": "Haparanda",
    "2523": "Gällivare",
    "2584": "Kiruna",
    "2560": "Älvsbyn",
    "2510": "Jokkmokk",
    "2505": "Arvidsjaur",
    "2521": "Pajala",
    "2518": "Övertorneå",
    "2482": "Skellefteå",
}
# Number | name | organiser | purposes, the primary one first | places | period, MMDD-MMDD or years | days or dates | times |
# signs | stop beside the site. Signs: D digital, B childcare, L language support, P parallel group, W for women only,
# M shown in its municipality only, H hidden, T for two named target groups, X ended, N planned.
# Rows with the same number and stop are further sessions of one series.
ACTIVITIES = """
001|Språkcafé i centrum|A|SO|40|2022-09-01 2023-06-16|mån;ons|10:00-12:00|B|Luleå busstation
002|Svenska från första dagen|A|S|60|2023-01-09 2023-06-16|mån;tis;tor|09:30-12:00|L|Luleå busstation
003|Vardagssvenska Hertsön|C|S|30|2022-09-01 2023-06-16|tis;tor|13:00-15:00|M|Hertsön
004|Vägar till arbete|B|AS|40|2022-10-03 2023-05-31|ons|13:00-15:30|L|Luleå busstation
005|Samhället på lätt svenska|A|OS|45|2023-01-09 2023-06-16|fre|10:00-12:00||Kronan
006|Hälsoskola Porsön|E|H|30|2022-09-01 -|tis|10:00-12:00|T|Porsön
007|Föräldrakafé|B|FS|25|2022-09-01 2023-06-16|mån|13:00-15:00|BP|Björkskatan
008|Kvinnors nätverk|F|AH|30|2022-09-01 2023-12-31|ons|10:00-12:00|WMB|Luleå busstation
009|Kvällssvenska|C|S|50|2023-01-09 2023-05-31|mån;ons|18:00-20:00|L|Mjölkudden
010|Svenska på distans|C|S|60|2022-09-01 2023-06-16|tis;tor|17:00-18:30|DL|-
011|Ute i skärgården|E|H|30|2022-09-01 2023-06-16|||M|Örnäset
012|Språkverkstad i kyrkbyn|F|SO|30|2022-11-01 2023-04-30|tor|10:00-12:00||Gammelstads centrum
013|Språkcafé vid älven|A|SO|40|2022-09-01 2023-06-16|tis;tor|10:00-12:00|B|Boden resecentrum
014|Svenska från första dagen|A|S|60|2023-01-09 2023-06-16|mån;tis;ons;tor|09:00-11:30|L|Boden resecentrum
015|Samhällets spelregler|D|O|40|2022-09-01 2023-06-16|ons|13:00-15:00||Sturegatan
016|Hälsa och rörelse|E|H|30|2022-09-01 -|fre|10:00-12:00|M|Prästholmen
017|Förälder i nytt land|B|F|25|2022-09-01 2023-06-16|tor|13:00-15:00|BP|Boden resecentrum
018|Arbetsspåret|B|AS|35|2022-10-03 2023-05-31|mån;ons|13:00-16:00|L|Svartbjörnsbyn
018|Arbetsspåret|B|AS|35|2022-10-03 2023-05-31|fre|09:00-12:00|L|Svartbjörnsbyn
019|Trygg mötesplats|F|HF|12|2022-09-01 2023-12-31|tis|13:00-15:00|WHB|Hedenbyn
020|Språkträff Sävast|C|S|20|2022-09-01 2023-06-16|ons|18:00-20:00|T|Sävast centrum
044|Höstsvenska|C|S|25|2022-09-01 2022-12-16|mån;ons|10:00-12:00|X|Boden resecentrum
021|Språkcafé i hamnen|A|SO|35|2022-09-01 2023-06-16|mån;tor|10:00-12:00|B|Piteå busstation
022|Vardagssvenska Öjebyn|C|S|25|2022-09-01 2023-06-16|tis;ons|13:00-15:00||Öjebyn
023|Arbetsgivardagar|B|A|20|2023-01-01 2023-06-16|2023-01-18;2023-01-25;2023-02-08;2023-02-22;2023-03-08;2023-03-22|10:00-14:00|L|Piteå busstation
024|Promenad och prat|E|HS|15|2022-09-01 -|fre|10:00-11:30|M|Strömnäs
025|Språkcafé Kalix|A|SO|30|2022-09-01 2023-06-16|mån;ons|10:00-12:00|B|Kalix busstation
026|Svenska från första dagen|A|S|40|2023-01-09 2023-06-16|tis|09:30-12:00|L|Kalix busstation
026|Svenska från första dagen|A|S|40|2023-01-09 2023-06-16|tor|13:00-15:30|L|Kalix busstation
027|Samhället på lätt svenska|D|O|40|2022-09-01 2023-02-28|fre|10:00-12:00||Kalix busstation
028|Språkcafé vid gränsen|A|SO|30|2022-09-01 2023-06-16|tis;tor|10:00-12:00||Haparanda resecentrum
029|Gränslös svenska|C|SA|25|2022-09-01 2023-06-16|mån;ons|13:00-15:00|M|Haparanda resecentrum
030|Mammagrupp|F|FH|8|2022-09-01 2023-06-16|fre|10:00-12:00|WMB|Marielund
031|Språkcafé Gällivare|A|SO|40|2022-09-01 2023-06-16|mån;tis;ons|09:30-12:00|L|Gällivare resecentrum
032|Gruvan och andra jobb|B|AS|35|2022-09-01 2023-06-16|tor|10:00-12:00||Gällivare resecentrum
033|Språkcafé Kiruna|A|SO|30|2022-09-01 2023-06-16|mån;tor|10:00-12:00|B|Kiruna busstation
034|Kvällssvenska|C|S|25|2022-09-01 2023-06-16|tis|18:00-20:00||Kiruna nya centrum
035|Språkbussen|D|SO|10|2023-01-09 2023-06-16|mån|10:30-12:00|L|Svappavaara
035|Språkbussen|D|SO|10|2023-01-09 2023-06-16|ons|10:00-12:00|L|Vittangi
035|Språkbussen|D|SO|8|2023-01-09 2023-06-16|fre|11:00-13:00|L|Karesuando
036|Språkcafé Älvsbyn|B|SO|24|2022-09-01 2023-06-16|mån;ons|10:00-12:00|B|Älvsbyn station
037|Språkstugan|F|S|12|2022-09-01 2023-06-16|tis;tor|10:00-12:00|M|Jokkmokk station
038|Svenska i vardagen|A|SA|20|2022-09-01 2023-06-16|mån;ons|10:00-12:00||Arvidsjaur busstation
039|Öppen språkträff|B|S|8|2022-09-01 -|||M|Pajala busstation
040|Språkdagar|C|SO|30|2023-01-01 2023-06-16|2023-01-13;2023-01-27;2023-02-10;2023-02-24;2023-03-10;2023-03-24|10:00-12:00||Övertorneå busstation
041|Språkcafé Skellefteå|A|SO|40|2022-09-01 2023-06-16|mån;ons|10:00-12:00|B|Skellefteå busstation
042|Arbete i nya fabriker|B|AS|30|2022-09-01 2023-06-16|tis;tor|10:00-14:00|L|Skellefteå busstation
043|Vårens hälsovecka|E|H|20|2023-05-08 2023-06-02|fre|10:00-12:00|N|Skellefteå lasarett
"""
# From | to | first and last day | reference | decision | the day it was made | longest agreement in months.
DECISIONS = """
Älvsbyn|Luleå|2023-01-01|2023-12-31|SYNTETISK överenskommelse 1|godkänd|2022-12-12|12
Kalix|Luleå|2023-01-01|2023-12-31|SYNTETISK överenskommelse 2|godkänd|2022-12-12|12
Haparanda|Kalix|2023-01-01|2023-12-31|SYNTETISK överenskommelse 3|godkänd|2022-12-14|12
Haparanda|Kalix|2023-01-01|2023-04-15|SYNTETISK överenskommelse 3|rättelse|2023-01-20|4
Jokkmokk|Gällivare|2022-09-01|2023-08-31|SYNTETISK överenskommelse 4|godkänd|2022-08-24|12
Jokkmokk|Gällivare|2022-12-15||SYNTETISK beslut 5|upphörd|2022-12-09|
Piteå|Skellefteå|2023-01-01|2023-12-31|SYNTETISK beslut 6|avslagen|2023-01-16|
"""
DECISION_MAKER = "SYNTETISK handläggare"
# Month | from | to | kronor applied for, granted and paid | persons | trips. Blank is not given, two dots withheld.
COMPENSATION = """
2023-01|Älvsbyn|Luleå|18600|17400|16950|14|212
2023-01|Kalix|Luleå|7700|6300|6120|..|60
2023-01|Haparanda|Kalix|4300|4300|4180|..|76
2023-02|Älvsbyn|Luleå|19200|19200|18730|15|238
2023-02|Kalix|Luleå|8400|6300|..|..|62
2023-02|Haparanda|Kalix|5200|5200|5040|7|92
2023-02|Boden||2400|0|0|..|-
2023-03|Älvsbyn|Luleå|18900|18900||15|
"""

Value = str | int | date | None


def _day(text: str) -> date | None:
    return None if text == "-" else date.fromisoformat(text)


def _visibility(signs: str) -> str:
    return "dold" if "H" in signs else "kommun" if "M" in signs else "exakt"


def _status(signs: str) -> str:
    return "avslutad" if "X" in signs else "planerad" if "N" in signs else "pågående"


def _site(place_name: str, rng: random.Random) -> tuple[Value, Value, Value, Value]:
    """Municipality, address and SWEREF 99 TM easting and northing (m) within 150 m of the stop; blank for `-`."""
    if place_name == "-":
        return "Luleå", None, None, None
    place = places()[place_name]
    easting, northing = Transformer.from_crs("EPSG:4326", "EPSG:3006", always_xy=True).transform(
        place.lon, place.lat
    )
    # Whole tens of metres, so that the last digit of a projection library does not show.
    x, y = (10 * round((value + 200 * rng.random() - 100) / 10) for value in (easting, northing))
    municipality = MUNICIPALITIES[place.municipality_code]
    return municipality, f"Exempelgatan {1 + int(40 * rng.random())}, {municipality}", x, y


def _rows(seed: int) -> Iterator[list[Value]]:
    rng = random.Random(f"register {seed}")  # noqa: S311  made-up sites, no secret
    sites: dict[tuple[str, str], tuple[Value, Value, Value, Value]] = {}
    for line in ACTIVITIES.strip().splitlines():
        number, name, letter, purposes, capacity, period, days, times, signs, place_name = line.split("|")
        if (number, place_name) not in sites:
            sites[number, place_name] = _site(place_name, rng)
        municipality, address, x, y = sites[number, place_name]
        first, last = map(_day, period.split())
        start, _dash, end = times.partition("-")
        set_days = days[:1].isdigit()
        primary, *others = (PURPOSES[purpose] for purpose in purposes)
        yield [
            f"SYN-{number}",
            name,
            *ORGANISERS[letter],
            SCHEMES[letter],
            primary,
            ";".join(others) or None,
            "asylsökande;skyddsbehövande enligt massflyktsdirektivet" if "T" in signs else "alla",
            "kvinnor" if "W" in signs else "alla",
            int(capacity),
            first,
            last,
            None if set_days else days or None,
            days if set_days else None,
            start or None,
            end or None,
            *("ja" if sign in signs else "nej" for sign in "DBLP"),
            _visibility(signs),
            _status(signs),
            municipality,
            address,
            f"insats{number}@exempel.example",
            x,
            y,
        ]


def activities_xlsx(seed: int) -> bytes:
    """The register of activities as xlsx: a title that says it is made up, a header with `HEADINGS`, a row per session pattern.

    X is easting and Y northing in SWEREF 99 TM (EPSG:3006), whole metres; both are blank for the digital activity.
    """
    widths = tuple(max(11, len(heading) + 2) for heading in HEADINGS)
    rows: list[list[Value]] = [[TITLE], list(HEADINGS), *_rows(seed)]
    return xlsx_bytes(
        [WorkSheet("SYNTETISKA insatser", rows, bold_rows=(1, 2), widths=widths)], TITLE, "2023-01-02"
    )


def corridors_csv() -> str:
    """The register of decisions as semicolon-separated text: a row for each, corrections and ends after what they change."""
    rows: list[tuple[str, ...]] = [
        (
            "Från",
            "Till",
            "Gäller från",
            "Gäller till",
            "Referens",
            "Beslut",
            "Beslutsdatum",
            "Beslutsfattare",
            "Överenskommelse (månader)",
        )
    ]
    for line in DECISIONS.strip().splitlines():
        *told, months = line.split("|")
        rows.append((*told, DECISION_MAKER, months))
    return _csv(rows)


def compensation_csv() -> str:
    """Travel compensation as semicolon-separated text: month, from, to, kronor, persons and trips."""
    heading = ("Månad", "Från", "Till", "Ansökt (kr)", "Beviljat (kr)", "Utbetalt (kr)", "Personer", "Resor")
    return _csv([heading, *(tuple(line.split("|")) for line in COMPENSATION.strip().splitlines())])


def _csv(rows: Sequence[Sequence[str]]) -> str:
    return "".join(";".join(row) + "\n" for row in rows)
