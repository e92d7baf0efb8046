from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from geomatch.public.editions import Edition
from geomatch.site.context import SiteContext
from geomatch.site.feed import feed, largest_changes
from geomatch.words import using_language
from tests.site.small_edition import (
    AREAS,
    GALLIVARE,
    JOKKMOKK,
    LULEA,
    UMEA,
    UNKNOWN,
    VINDELN,
    WITHHELD,
    Figure,
    area,
    context,
    known,
    small,
)

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
XML = "{http://www.w3.org/XML/1998/namespace}"


def parsed(listed: list[Edition], own: SiteContext | None = None) -> ET.Element:
    return ET.fromstring(feed(own or context(), listed))


def entries(root: ET.Element) -> list[ET.Element]:
    return root.findall(f"{ATOM}entry")


def paragraphs(entry: ET.Element) -> list[str]:
    return [str(one.text) for one in entry.findall(f"{ATOM}content/{XHTML}div/{XHTML}p")]


def text(element: ET.Element, name: str) -> str:
    found = element.find(f"{ATOM}{name}")
    assert found is not None
    return str(found.text)


def valid(root: ET.Element) -> None:
    """What RFC 4287 asks of every feed (4.1.1, 4.1.2)."""
    assert root.tag == f"{ATOM}feed"
    for element in (root, *entries(root)):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
            assert text(element, name).strip()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text(element, "updated"))
        assert [link.get("rel") for link in element.findall(f"{ATOM}link")].count("alternate") == 1
        # An id is an absolute IRI (4.2.6).
        assert re.match(r"(https|urn):", text(element, "id"))
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [text(entry, "id") for entry in entries(root)]
    assert len(ids) == len(set(ids))
    for entry in entries(root):
        (content,) = entry.findall(f"{ATOM}content")
        # A single div of XHTML (4.1.3.3).
        assert content.get("type") == "xhtml"
        assert [child.tag for child in content] == [f"{XHTML}div"]
    assert len(root.findall(f"{ATOM}link[@rel='self']")) <= 1


def test_what_an_entry_says() -> None:
    root = parsed([small()])
    valid(root)
    (entry,) = entries(root)
    assert root.get(f"{XML}lang") == "sv"
    assert text(root, "title") == "Insatser och behov per kommun"
    assert text(entry, "title") == "Februari 2026"
    assert paragraphs(entry) == [
        "Inskrivna: 1\u00a0300–1\u00a0305. Utan plats i någon insats: 100–104. Platser: 90.",
        "Sedan januari 2026: inskrivna +12 till +17, utan plats −3 till +9, platser +10.",
        # Gällivare is withheld, and Jokkmokk's two fewer come fourth.
        "Antalet inskrivna ändrades mest i Luleå (+9), Vindeln (+9), Umeå (−4).",
        # Between −2 and +3 Vindeln has no certain change; Luleå's is at the least 4, as Umeå's.
        "Antalet utan plats ändrades mest i Luleå (+4 till +9), Umeå (+4), Jokkmokk (−2).",
        "Antalet platser ändrades mest i Luleå (+10), Vindeln (−6).",
        "I 1 kommun visas inte ändringen av antalet inskrivna, av sekretess.",
    ]


def test_in_english() -> None:
    with using_language("en"):
        root = parsed([small(number=2, note="Luleå saknades")], context("en"))
    valid(root)
    (entry,) = entries(root)
    assert root.get(f"{XML}lang") == "en"
    assert text(entry, "title") == "February 2026: correction, edition 2"
    assert paragraphs(entry)[0] == "Corrected: Luleå saknades"
    assert paragraphs(entry)[2] == "Since January 2026: persons enrolled +12 to +17, without a place −3 to +9, places +10."  # fmt: skip
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "https://insatser.example.se/en/2026-02/index.html"
    assert text(root, "id") == "https://insatser.example.se/en/feed.xml"


def test_every_edition_newest_first() -> None:
    listed = [
        small(month="2025-12", updated=""),
        small(updated="2026-03-04"),
        small(number=2, note="Tio personer saknades", updated="2026-03-04"),
        small(month="2026-01", updated="2026-02-05"),
    ]
    root = parsed(listed)
    valid(root)
    assert [(text(one, "title"), text(one, "updated")) for one in entries(root)] == [
        ("Februari 2026: rättelse, utgåva 2", "2026-03-04T00:01:00Z"),
        ("Februari 2026", "2026-03-04T00:00:00Z"),
        ("Januari 2026", "2026-02-05T00:00:00Z"),
        ("December 2025", "2026-01-01T00:00:00Z"),
    ]
    assert text(root, "updated") == "2026-03-04T00:01:00Z"
    assert paragraphs(entries(root)[0])[0] == "Rättat: Tio personer saknades"
    assert text(entries(root)[0], "id") == "https://insatser.example.se/2026-02/index.html#edition-2"
    # The order in which they are given says nothing.
    assert feed(context(), listed) == feed(context(), listed[::-1])


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        # name -> low, high
        ({"A": (3, 3), "B": (-5, -5), "C": (1, 1), "D": (2, 2)}, ["B (−5)", "A (+3)", "D (+2)"]),
        # All three of the same size come along, being no more than six.
        ({"A": (9, 9), "B": (8, 8), "C": (2, 2), "D": (-2, -2), "E": (2, 2)}, ["A (+9)", "B (+8)", "C (+2)", "D (−2)", "E (+2)"]),
        # Seven of one size: none is chosen over another.
        (dict.fromkeys("ABCDEFG", (1, 1)), []),
        ({"A": (9, 9), **dict.fromkeys("BCDEFGH", (1, 1))}, ["A (+9)"]),
        # What may be nothing is not told.
        ({"A": (-40, 45), "B": (0, 7), "C": (0, 0), "D": (1, 30)}, ["D (+1 till +30)"]),
    ],
)  # fmt: skip
def test_the_largest_changes(changes: dict[str, tuple[int, int]], shown: list[str]) -> None:
    rows = [
        area(f"25{number:02d}", name, known(50), known(9), 5, known(*ends), UNKNOWN, 0)
        for number, (name, ends) in enumerate(changes.items())
    ]
    found = largest_changes(small(areas=rows).tables["areas"], "need")
    assert [f"{name} ({change})" for name, change in found] == shown


@pytest.mark.parametrize("figure", [WITHHELD, UNKNOWN, (None, None, ".")])
def test_what_is_not_shown_never_appears(figure: Figure) -> None:
    rows = [row | {"need_change_low": 400} for row in AREAS if row["area_code"] != GALLIVARE]
    hidden = area(GALLIVARE, "Gällivare", figure, figure, 0, figure, figure, 0, series=0)
    found = feed(context(), [small(areas=[*rows, hidden])]).decode()
    assert "Gällivare" not in found
    assert largest_changes(pd.DataFrame([hidden]), "gap") == []


def test_a_month_without_an_earlier_one_and_without_rows() -> None:
    rows = [row | {"before": ""} for row in AREAS]
    first, nothing = entries(parsed([small(areas=rows), small(month="2026-01", areas=[])]))
    assert paragraphs(first)[1:] == ["Det finns ingen tidigare månad att jämföra med."]
    assert paragraphs(nothing) == ["Det finns inga resultat för månaden."]


def test_places_of_another_set_of_municipalities_are_not_compared() -> None:
    rows = [row | {"places_change": None} for row in AREAS]
    (entry,) = entries(parsed([small(areas=rows)]))
    assert paragraphs(entry)[1].endswith("platser -.")
    assert not any("platser ändrades" in one for one in paragraphs(entry))


def test_made_up_figures_say_so() -> None:
    root = parsed([small(synthetic=True)])
    (entry,) = entries(root)
    assert text(root, "title") == "SYNTETISKA UPPGIFTER: Insatser och behov per kommun"
    assert text(entry, "title") == "SYNTETISKA UPPGIFTER: Februari 2026"
    assert paragraphs(entry)[0].startswith("SYNTETISKA UPPGIFTER. Siffrorna är påhittade")


def test_without_an_address_links_are_relative_and_ids_hold() -> None:
    own = context(address="")
    content = feed(own, [small(), small(number=2, note="x")])
    root = ET.fromstring(content)
    valid(root)
    assert b"xml:base" not in content
    assert root.findall(f"{ATOM}link[@rel='self']") == []
    for base, wanted in (("file:///h/public/feed.xml", "file:///h/public/2026-02/index.html"),):
        link = entries(root)[0].find(f"{ATOM}link")
        assert link is not None
        assert urljoin(base, str(link.get("href"))) == wanted
    ids = [text(one, "id") for one in (root, *entries(root))]
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one) for one in ids)  # fmt: skip
    # The same next month, another in the other language.
    later = ET.fromstring(feed(own, [small(), small(month="2026-03")]))
    assert text(later, "id") == ids[0]
    assert text(entries(later)[-1], "id") == ids[-1]
    with using_language("en"):
        assert text(ET.fromstring(feed(context("en", address=""), [small()])), "id") != ids[0]


def test_every_value_is_escaped() -> None:
    evil = '</p><script>alert("1")</script>\x00\x0b \ud800 & \u202eomvänd ]]> '
    rows = [
        row | {"name": f"{evil}{row['name']}" if len(row["area_code"]) == 4 else row["name"]} for row in AREAS
    ]
    listed = [small(areas=[], note=evil + "å" * 10_000, number=2)]
    own = context(publisher=evil, address="https://exempel.example.se/\"'<x>")
    root = parsed(listed, own)
    valid(root)
    (entry,) = entries(root)
    shown = paragraphs(entry)[0]
    assert '</p><script>alert("1")</script>' in shown
    assert "\u202e" not in shown
    assert shown.endswith("å" * 10_000)
    # Surrogates come from no table that was kept; the others do.
    names = parsed([small(areas=[row | {"name": row["name"].replace("\ud800", "")} for row in rows])], own)
    assert '<script>alert("1")' in paragraphs(entries(names)[0])[2]
    assert {one.tag for one in names.iter()} == {one.tag for one in parsed([small()]).iter()}


def test_a_feed_without_months_is_valid() -> None:
    root = parsed([])
    valid(root)
    assert entries(root) == []
    assert datetime.fromisoformat(text(root, "updated")).year == 1970


def test_the_municipalities_of_the_hand_made_month_are_real() -> None:
    # Their names are those of the map, so that readers of these tests can look them up.
    names = context().names
    assert [names.of(code) for code in (JOKKMOKK, GALLIVARE, LULEA, UMEA, VINDELN)] == [
        "Jokkmokk",
        "Gällivare",
        "Luleå",
        "Umeå",
        "Vindeln",
    ]
