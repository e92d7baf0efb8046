from __future__ import annotations

import re
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, FOAF, RDF, SH, XSD

from geomatch.public.editions import Edition
from geomatch.site.catalogue import catalogue_files
from geomatch.site.context import SiteContext
from geomatch.words import language
from tests.site.small_edition import context, small

HERE = Path(__file__).parent
BAD = sorted((HERE / "dcat_bad").glob("*.ttl"))
SHAPES = Namespace("https://geomatch.invalid/shapes#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
OWN = Namespace("https://insatser.example.se/data/catalogue.ttl#")
ROOT = "https://insatser.example.se/"


def broken(graph: Graph) -> set[str]:
    """The shapes that a graph does not keep, by their names."""
    shapes = Graph().parse(HERE / "dcat_shapes.ttl")
    _conforms, report, _text = pyshacl.validate(graph, shacl_graph=shapes, advanced=True)
    return {str(one).removeprefix(str(SHAPES)) for one in report.objects(None, SH.sourceShape)}


def both(files: dict[str, bytes], base: str = "") -> tuple[Graph, Graph]:
    assert list(files) == ["data/catalogue.ttl", "data/catalogue.rdf"]
    turtle, xml = files.values()
    return (
        Graph().parse(data=turtle, format="turtle", publicID=base or None),
        Graph().parse(data=xml, format="xml", publicID=base or None),
    )


def made(listed: list[Edition], own: SiteContext | None = None, sizes: dict[str, int] | None = None) -> Graph:
    turtle, xml = both(catalogue_files(own or context(), listed, sizes or {}))
    assert isomorphic(turtle, xml)
    return turtle


# -------------------------------------------------------------------------------------------------------- the shapes


def test_the_good_example_keeps_every_shape() -> None:
    assert broken(Graph().parse(HERE / "dcat_good.ttl")) == set()


def test_there_are_bad_examples() -> None:
    assert len(BAD) == 20


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_example_fails_on_the_shape_that_it_names(path: Path) -> None:
    found = re.match(r"# Fails: (\S+)\n", path.read_text(encoding="utf-8"))
    assert found is not None
    assert broken(Graph().parse(path)) == {found.group(1)}


def test_every_shape_of_a_property_is_used_and_cites_its_section() -> None:
    text = (HERE / "dcat_shapes.ttl").read_text(encoding="utf-8")
    named = set(re.findall(r"^(ex:\S+-\S+) a sh:PropertyShape", text, re.MULTILINE))
    used = set(re.findall(r"ex:[A-Za-z]+-[A-Za-z]+", re.sub(r"^ex:\S+ a sh:PropertyShape.*$", "", text, flags=re.MULTILINE)))  # fmt: skip
    assert named == used
    assert len(re.findall(r"^# .*\((?:mandatory|recommended|optional|DCAT 3)[^)]*\).*\nex:\S+ a sh:PropertyShape", text, re.MULTILINE)) == len(named)  # fmt: skip


# ----------------------------------------------------------------------------------------------------- the catalogue


@pytest.mark.parametrize("synthetic", [False, True])
@pytest.mark.parametrize("county", [None, "25"])
def test_the_catalogue_keeps_every_shape(county: str | None, *, synthetic: bool) -> None:
    mark = "SYNTETISK-" if synthetic else ""
    path = f"data/2026-02/{mark}tables.xlsx"
    listed = [
        small(month="2026-01", updated="", county=county, synthetic=synthetic),
        small(number=2, note='Luleå saknades; "citat" </x>', county=county, synthetic=synthetic),
    ]
    files = catalogue_files(context(), listed, {path: 35_127}, {path: "ab" * 32})
    turtle, xml = both(files)
    assert isomorphic(turtle, xml)
    assert broken(turtle) == set()


def test_what_is_said_of_a_month() -> None:
    graph = made([small(), small(number=2, note="Luleå saknades")])
    month = OWN["dataset-2026-02"]
    assert set(graph.objects(month, DCTERMS.title)) == {
        Literal("Insatser och behov: Sverige, februari 2026", lang="sv"),
        Literal("Activities and need: Sweden, February 2026", lang="en"),
    }
    # The first edition's day, and the newest one's.
    assert graph.value(month, DCTERMS.issued) == Literal("2026-03-04", datatype=XSD.date)
    assert graph.value(month, DCTERMS.modified) == Literal("2026-03-04", datatype=XSD.date)
    assert str(graph.value(month, DCAT.version)) == "2"
    assert graph.value(month, URIRef("http://www.w3.org/ns/adms#versionNotes")) == Literal(
        "Luleå saknades", lang="sv"
    )
    period = graph.value(month, DCTERMS.temporal)
    assert graph.value(period, DCAT.startDate) == Literal("2026-02-01", datatype=XSD.date)
    assert graph.value(period, DCAT.endDate) == Literal("2026-02-28", datatype=XSD.date)
    assert str(graph.value(month, DCTERMS.spatial)) == "http://sws.geonames.org/2661886"
    assert str(graph.value(month, DCAT.landingPage)) == f"{ROOT}2026-02/index.html"
    agent = graph.value(month, DCTERMS.publisher)
    assert str(graph.value(agent, FOAF.name)) == "Länsstyrelserna"
    contact = graph.value(month, DCAT.contactPoint)
    assert str(graph.value(contact, VCARD.hasEmail)) == "mailto:data@example.se"


def test_days_come_from_the_data() -> None:
    graph = made([
        small(month="2025-12", updated=""),
        small(month="2026-02", updated="2026-03-04"),
        small(month="2026-02", number=2, updated="2026-05-06", note="x"),
    ])  # fmt: skip
    days = {
        str(thing).removeprefix(str(OWN)): (
            str(graph.value(thing, DCTERMS.issued)),
            str(graph.value(thing, DCTERMS.modified)),
        )
        for thing in (OWN["catalogue"], OWN["dataset-2025-12"], OWN["dataset-2026-02"])
    }
    assert days == {
        # No source says when December's counts were updated: the day after the month.
        "catalogue": ("2026-01-01", "2026-05-06"),
        "dataset-2025-12": ("2026-01-01", "2026-01-01"),
        "dataset-2026-02": ("2026-03-04", "2026-05-06"),
    }


def test_a_distribution_for_each_format() -> None:
    path = "data/2026-02/"
    sizes = {
        f"{path}tables.xlsx": 35_127,
        f"{path}municipalities.geojson": 400,
        f"{path}activities.geojson": 50,
    }
    files = catalogue_files(context(), [small()], sizes, {f"{path}tables.xlsx": "ab" * 32})
    graph, _xml = both(files)
    found = {
        str(one).removeprefix(str(OWN)): one
        for one in graph.objects(OWN["dataset-2026-02"], DCAT.distribution)
    }
    assert sorted(found) == ["csv-2026-02", "csv-comma-2026-02", "geojson-2026-02", "gpkg-2026-02", "xlsx-2026-02"]  # fmt: skip
    book = found["xlsx-2026-02"]
    assert str(graph.value(book, DCAT.accessURL)) == f"{ROOT}{path}tables.xlsx"
    assert str(graph.value(book, DCAT.downloadURL)) == f"{ROOT}{path}tables.xlsx"
    assert str(graph.value(book, DCTERMS.license)) == "http://creativecommons.org/licenses/by/4.0/"
    assert int(str(graph.value(book, DCAT.byteSize))) == 35_127
    checksum = graph.value(book, SPDX.checksum)
    assert graph.value(checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
    assert str(graph.value(checksum, SPDX.checksumValue)) == "ab" * 32
    layers = found["geojson-2026-02"]
    assert str(graph.value(layers, DCAT.accessURL)) == f"{ROOT}data/index.html"
    assert sorted(map(str, graph.objects(layers, DCAT.downloadURL))) == [
        f"{ROOT}{path}activities.geojson",
        f"{ROOT}{path}municipalities.geojson",
    ]
    assert int(str(graph.value(layers, DCAT.byteSize))) == 450
    assert graph.value(layers, SPDX.checksum) is None
    # A file that is not laid out has no size, nor has what it is part of.
    assert graph.value(found["csv-2026-02"], DCAT.byteSize) is None
    assert str(graph.value(found["gpkg-2026-02"], DCAT.mediaType)) == "http://www.iana.org/assignments/media-types/application/geopackage+sqlite3"  # fmt: skip
    assert len(list(graph.objects(found["csv-2026-02"], DCAT.downloadURL))) == 8


def test_a_county_alone_has_a_box_round_it() -> None:
    graph = made([small(county="25")])
    place = graph.value(OWN["dataset-2026-02"], DCTERMS.spatial)
    assert place == OWN["county-25"]
    west, south, east, north = (16.0, 65.0, 24.2, 69.1)
    numbers = [float(text) for text in re.findall(r"\d+\.?\d*", str(graph.value(place, DCAT.bbox)))]
    # Norrbotten, by an atlas: 15.9-24.2 degrees east, 65.1-69.1 degrees north.
    assert min(numbers[::2]) == pytest.approx(west, abs=0.7)
    assert max(numbers[::2]) == pytest.approx(east, abs=0.3)
    assert min(numbers[1::2]) == pytest.approx(south, abs=0.3)
    assert max(numbers[1::2]) == pytest.approx(north, abs=0.3)


def test_made_up_figures_say_so_in_every_title() -> None:
    graph = made([small(synthetic=True)])
    titles = [title for title in graph.objects(None, DCTERMS.title) if isinstance(title, Literal)]
    assert len(titles) == 2 * (1 + 1 + 1 + 5)
    marks = {"sv": "SYNTETISKA UPPGIFTER: ", "en": "SYNTHETIC DATA: "}
    assert all(str(title).startswith(marks[str(title.language)]) for title in titles)
    assert all("SYNTETISK-" in str(url) for url in graph.objects(None, DCAT.downloadURL))


def test_no_thing_is_a_blank_node() -> None:
    graph = made([small(county="25")])
    assert all(isinstance(term, URIRef | Literal) for triple in graph for term in triple)


def test_without_an_address_everything_is_relative_to_the_document() -> None:
    own = context(address="")
    files = catalogue_files(own, [small()], {})
    assert b"https://insatser" not in b"".join(files.values())
    turtle, xml = both(files, "https://annan.example/plats/data/catalogue.rdf")
    assert isomorphic(turtle, xml)
    book = URIRef("https://annan.example/plats/data/catalogue.ttl#xlsx-2026-02")
    url = turtle.value(book, DCAT.downloadURL)
    assert str(url) == "https://annan.example/plats/data/2026-02/tables.xlsx"
    page = turtle.value(URIRef("https://annan.example/plats/data/catalogue.ttl#dataset-2026-02"), DCAT.landingPage)  # fmt: skip
    assert str(page) == "https://annan.example/plats/2026-02/index.html"
    assert broken(turtle) == set()


def test_without_a_contact_only_the_contact_is_missing() -> None:
    assert broken(made([small()], context(contact_email=""))) == {"Dataset-contactPoint"}


def test_odd_settings_are_escaped() -> None:
    own = context(
        address=' https://exempel.example.se/en mapp/<x>"',
        contact_email='a b"<c>@example.se',
        publisher='Länet </foaf:name> "och" \u202e\n',
    )
    turtle, xml = both(catalogue_files(own, [small(note="\x00]]>", number=2)], {}))
    assert isomorphic(turtle, xml)
    assert broken(turtle) == set()
    urls = [str(url) for url in turtle.objects(None, DCAT.downloadURL)]
    assert all(url.startswith("https://exempel.example.se/en%20mapp/%3Cx%3E%22/data/") for url in urls)


def test_a_site_without_months_has_a_catalogue_without_datasets() -> None:
    graph = made([])
    assert list(graph.subjects(RDF.type, DCAT.Catalog)) == [OWN["catalogue"]]
    assert list(graph.objects(None, DCAT.dataset)) == []


def test_the_language_in_force_is_left_alone_and_changes_nothing() -> None:
    assert catalogue_files(context(), [small()], {}) == catalogue_files(context("en"), [small()], {})
    assert language() == "sv"
