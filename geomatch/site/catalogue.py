"""The catalogue of data of the site, as data portals read it (DCAT-AP-SE 3.0.1, docs.dataportal.se/dcat)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import quote
from xml.etree import ElementTree as ET

import shapely
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, SKOS, XSD, Namespace

from geomatch.numbers import month_text
from geomatch.plain import plain
from geomatch.public.editions import Edition
from geomatch.public.tables import NATION
from geomatch.site.addresses import file_address
from geomatch.site.context import SiteContext
from geomatch.site.described import LICENCE, area_of, clean, moments, month_days, synthetic_sentence
from geomatch.site.downloads import MANIFEST, MEDIA_TYPES, download_names
from geomatch.sources.regions import counties
from geomatch.words import LANGUAGES, using_language
from geomatch.words import gettext as _

__all__ = ["catalogue_files"]

_FOLDER = "data"
_TURTLE, _XML = "catalogue.ttl", "catalogue.rdf"
# rdflib has version 2 of the vocabulary, without series and versions.
_DCAT = Namespace("http://www.w3.org/ns/dcat#")
_VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_ADMS = Namespace("http://www.w3.org/ns/adms#")
_SPDX = Namespace("http://spdx.org/rdf/terms#")
_EU = Namespace("http://publications.europa.eu/resource/authority/")
_CATALOGUE_LICENCE = URIRef("http://creativecommons.org/publicdomain/zero/1.0/")
_MEDIA = "http://www.iana.org/assignments/media-types/"
_WKT = URIRef("http://www.opengis.net/ont/geosparql#wktLiteral")
_SWEDEN = URIRef("http://sws.geonames.org/2661886")


def catalogue_files(
    context: SiteContext,
    listed: Sequence[Edition],
    sizes: Mapping[str, int],
    sha256: Mapping[str, str] | None = None,
) -> dict[str, bytes]:
    """The catalogue as Turtle and as RDF/XML: the same statements, the same bytes for the same editions.

    A dataset for each month, of its newest edition, in a series of months; a distribution for each format. Several
    files of one format are one distribution with several downloadURL, as DCAT-AP-SE recommends. Texts are Swedish and
    English. Issued is the day of the month's first edition that is listed, modified that of its newest (`moments`):
    the clock says nothing. No thing is a blank node, since the portal takes none.

    With an address of the site all IRIs are absolute, as a harvest needs. Without one they are relative to the document
    itself (`2023-02/tables.xlsx`, `catalogue.ttl#dataset-2023-02`): right wherever the site lies, but no portal takes
    it. A site without a contact address has no contact point, which the specification recommends.

    Args:
        context: The site.
        listed: Editions, in any order.
        sizes: Bytes of each file by its path below the site's root (`data/2023-02/tables.xlsx`); a distribution of
            which a file is missing here says nothing of its size.
        sha256: Checksums by the same paths, or None for none; told of distributions that are one file.

    Returns:
        Content by path: `data/catalogue.ttl`, `data/catalogue.rdf`.
    """
    made = _Made(context, sizes, sha256 or {})
    made.catalogue(listed)
    turtle = made.graph.serialize(format="turtle", encoding="utf-8")
    return {f"{_FOLDER}/{_TURTLE}": turtle, f"{_FOLDER}/{_XML}": _rdf_xml(made.graph)}


def _rdf_xml(graph: Graph) -> bytes:
    """A graph without blank nodes as RDF/XML, sorted: rdflib's own writers go by the order of hashes."""
    prefixes = {str(namespace): prefix for prefix, namespace in graph.namespaces()}

    def tag(predicate: str) -> str:
        end = max(predicate.rfind("#"), predicate.rfind("/")) + 1
        return f"{prefixes[predicate[:end]]}:{predicate[end:]}"

    root = ET.Element("rdf:RDF", {f"xmlns:{prefix}": name for name, prefix in sorted(prefixes.items())})
    things: dict[str, ET.Element] = {}
    for subject, predicate, value in sorted(graph, key=lambda one: tuple(term.n3() for term in one)):
        if str(subject) not in things:
            things[str(subject)] = ET.SubElement(root, "rdf:Description", {"rdf:about": str(subject)})
        said = ET.SubElement(things[str(subject)], tag(str(predicate)))
        if not isinstance(value, Literal):
            said.set("rdf:resource", str(value))
            continue
        said.text = str(value)
        if value.language:
            said.set("xml:lang", value.language)
        elif value.datatype:
            said.set("rdf:datatype", str(value.datatype))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def _newest(listed: Sequence[Edition]) -> list[Edition]:
    """The newest edition of each month, oldest month first."""
    found: dict[str, Edition] = {}
    for edition in sorted(listed, key=lambda one: (one.month, one.number)):
        found[edition.month] = edition
    return list(found.values())


class _Made:
    """The graph, and where things in it lie."""

    def __init__(self, context: SiteContext, sizes: Mapping[str, int], sha256: Mapping[str, str]) -> None:
        self.context, self.sizes, self.sha256 = context, sizes, sha256
        self.graph = Graph(bind_namespaces="none")
        for prefix, namespace in {
            "rdf": RDF,
            "dcat": _DCAT,
            "dcterms": DCTERMS,
            "foaf": FOAF,
            "skos": SKOS,
            "xsd": XSD,
            "vcard": _VCARD,
            "adms": _ADMS,
            "spdx": _SPDX,
        }.items():
            self.graph.bind(prefix, namespace)

    def add(self, subject: URIRef, about: Iterable[tuple[URIRef, URIRef | Literal]]) -> None:
        """Say several things of one."""
        for predicate, value in about:
            self.graph.add((subject, predicate, value))

    def thing(self, name: str) -> URIRef:
        """The IRI of a thing in the catalogue."""
        return URIRef(f"{file_address(self.context, f'{_FOLDER}/')}{_TURTLE}#{name}")

    def file(self, path: str) -> URIRef:
        """The IRI of a file of the site by its path below the root."""
        absolute = file_address(self.context, path)
        if absolute:
            return URIRef(absolute)
        inner = path.removeprefix(f"{_FOLDER}/")
        return URIRef(inner if inner != path else f"../{path}")

    def told(self, *about: tuple[URIRef, Callable[[], str]]) -> list[tuple[URIRef, URIRef | Literal]]:
        """Texts in every language that the site has."""
        found: list[tuple[URIRef, URIRef | Literal]] = []
        for language in LANGUAGES:
            with using_language(language):
                found += [(predicate, Literal(clean(text()), lang=language)) for predicate, text in about]
        return found

    def publisher(self) -> list[tuple[URIRef, URIRef | Literal]]:
        """Who publishes, and whom to write to."""
        name = plain(self.context.site.publisher) or "geomatch"
        agent = self.thing("publisher")
        self.add(
            agent,
            [
                (RDF.type, FOAF.Agent),
                (FOAF.name, Literal(name)),
                # The boards are authorities of the state, each in its county.
                (DCTERMS.type, URIRef("http://purl.org/adms/publishertype/NationalAuthority")),
            ],
        )
        return [(DCTERMS.publisher, agent)]

    def contact(self) -> list[tuple[URIRef, URIRef | Literal]]:
        """The contact point, where the settings name one."""
        email = self.context.site.contact_email.strip()
        if not email:
            return []
        point = self.thing("contact")
        self.add(
            point,
            [
                (RDF.type, _VCARD.Organization),
                (_VCARD.fn, Literal(plain(self.context.site.publisher) or "geomatch")),
                (_VCARD.hasEmail, URIRef("mailto:" + quote(email, safe="@!$&'*+=~-._"))),
            ],
        )
        return [(_DCAT.contactPoint, point)]

    def catalogue(self, listed: Sequence[Edition]) -> None:
        """The catalogue, its series and its datasets."""
        newest = _newest(listed)
        at = moments(listed)
        synthetic = any(edition.synthetic for edition in newest)
        own, series = self.thing("catalogue"), self.thing("months")
        themes = [
            (_DCAT.theme, _EU["data-theme/SOCI"]),
            *self.told((_DCAT.keyword, lambda: _("integration"))),
            *self.told((_DCAT.keyword, lambda: _("asylum seekers"))),
            *self.told((_DCAT.keyword, lambda: _("travel by public transport"))),
        ]
        days = [at[edition.month, edition.number].date().isoformat() for edition in newest]
        first = {month: moment.date().isoformat() for (month, _n), moment in sorted(at.items(), reverse=True)}
        self.add(
            own,
            [
                (RDF.type, _DCAT.Catalog),
                *self.told(
                    (DCTERMS.title, lambda: _marked(_("Activities and need by municipality"), synthetic)),
                    (DCTERMS.description, lambda: _described(_catalogue_text(), synthetic)),
                ),
                *self.publisher(),
                (DCTERMS.license, _CATALOGUE_LICENCE),
                (DCTERMS.language, _EU["language/SWE"]),
                (DCTERMS.language, _EU["language/ENG"]),
                (FOAF.homepage, self.file("index.html")),
                (_DCAT.themeTaxonomy, _EU["data-theme"]),
                *[(DCTERMS.issued, Literal(day, datatype=XSD.date)) for day in [min(first.values(), default="")] if day],
                *[(DCTERMS.modified, Literal(day, datatype=XSD.date)) for day in [max(days, default="")] if day],
            ],
        )  # fmt: skip
        if not newest:
            return
        self.add(own, [(_DCAT.dataset, series)])
        self.add(
            series,
            [
                (RDF.type, _DCAT.DatasetSeries),
                *self.told(
                    (DCTERMS.title, lambda: _marked(_("Activities and need, month by month"), synthetic)),
                    (DCTERMS.description, lambda: _described(_catalogue_text(), synthetic)),
                ),
                *self.publisher(),
                *self.contact(),
                *themes,
                (DCTERMS.accrualPeriodicity, _EU["frequency/MONTHLY"]),
            ],
        )
        for edition in newest:
            dataset = self.thing(f"dataset-{edition.month}")
            self.add(own, [(_DCAT.dataset, dataset)])
            modified = at[edition.month, edition.number].date().isoformat()
            self.add(
                dataset,
                [
                    (RDF.type, _DCAT.Dataset),
                    *self.publisher(),
                    *self.contact(),
                    *themes,
                    (_DCAT.inSeries, series),
                    (DCTERMS.issued, Literal(first[edition.month], datatype=XSD.date)),
                    (DCTERMS.modified, Literal(modified, datatype=XSD.date)),
                ],
            )
            self.dataset(dataset, edition)

    def dataset(self, dataset: URIRef, edition: Edition) -> None:
        """What is special to a month."""
        month, (begin, end) = edition.month, month_days(edition.month)
        period, place = self.thing(f"period-{month}"), self.place(edition)
        self.add(
            period,
            [
                (RDF.type, DCTERMS.PeriodOfTime),
                (_DCAT.startDate, Literal(begin.isoformat(), datatype=XSD.date)),
                (_DCAT.endDate, Literal(end.isoformat(), datatype=XSD.date)),
            ],
        )
        self.add(
            dataset,
            [
                *self.told(
                    (DCTERMS.title, lambda: _marked(_month_title(edition), edition.synthetic)),
                    (DCTERMS.description, lambda: _described(_month_text(), edition.synthetic)),
                ),
                (DCTERMS.identifier, Literal(str(dataset))),
                (DCTERMS.temporal, period),
                (DCTERMS.spatial, place),
                # A month that is published changes only by a correction.
                (DCTERMS.accrualPeriodicity, _EU["frequency/IRREG"]),
                (DCTERMS.accessRights, _EU["access-right/PUBLIC"]),
                (DCTERMS.language, _EU["language/SWE"]),
                (_DCAT.landingPage, self.file(f"{month}/index.html")),
                (_DCAT.version, Literal(str(edition.number))),
            ],
        )
        if edition.note:
            self.add(dataset, [(_ADMS.versionNotes, Literal(clean(edition.note), lang="sv"))])
        for distribution in self.distributions(edition):
            self.add(dataset, [(_DCAT.distribution, distribution)])

    def place(self, edition: Edition) -> URIRef:
        """What a month tells of: Sweden as GeoNames has it, or a county with the box round it in degrees."""
        county = edition.facts.get("county") or NATION
        if county == NATION:
            self.add(
                _SWEDEN,
                [(RDF.type, DCTERMS.Location), *self.told((SKOS.prefLabel, lambda: area_of(edition)))],
            )
            return _SWEDEN
        place = self.thing(f"county-{county}")
        borders = counties().set_index("county_code").geometry.to_crs("EPSG:4326")
        west, south, east, north = (round(float(end), 3) for end in borders[county].bounds)
        box = shapely.box(west, south, east, north)
        self.add(
            place,
            [
                (RDF.type, DCTERMS.Location),
                *self.told((SKOS.prefLabel, lambda: area_of(edition))),
                (_DCAT.bbox, Literal(shapely.to_wkt(box, rounding_precision=3), datatype=_WKT)),
            ],
        )
        return place

    def distributions(self, edition: Edition) -> list[URIRef]:
        """A distribution for each format of a month."""
        paths: dict[str, list[str]] = {}
        for one in download_names(synthetic=edition.synthetic):
            if one.name != MANIFEST:
                paths.setdefault(one.kind, []).append(f"{_FOLDER}/{edition.month}/{one.name}")
        return [self.distribution(edition, kind, own) for kind, own in paths.items()]

    def distribution(self, edition: Edition, kind: str, paths: Sequence[str]) -> URIRef:
        """One format of a month, in one file or several."""
        name = f"{kind}-{edition.month}"
        found = self.thing(name)
        media = MEDIA_TYPES[kind]
        self.add(
            found,
            [
                (RDF.type, _DCAT.Distribution),
                *self.told(
                    (DCTERMS.title, lambda: _marked(_kind_title(kind), edition.synthetic)),
                    (DCTERMS.description, lambda: _described(_kind_text(kind), edition.synthetic)),
                ),
                # One file is reached where it lies, several from the page that lists them.
                (_DCAT.accessURL, self.file(paths[0] if len(paths) == 1 else f"{_FOLDER}/index.html")),
                *[(_DCAT.downloadURL, self.file(path)) for path in paths],
                (_DCAT.mediaType, URIRef(_MEDIA + media)),
                (DCTERMS["format"], Literal(media)),
                (DCTERMS.license, URIRef(LICENCE)),
            ],
        )
        if all(path in self.sizes for path in paths):
            size = sum(self.sizes[path] for path in paths)
            self.add(found, [(_DCAT.byteSize, Literal(str(size), datatype=XSD.nonNegativeInteger))])
        if len(paths) == 1 and paths[0] in self.sha256:
            checksum = self.thing(f"checksum-{name}")
            self.add(
                checksum,
                [
                    (RDF.type, _SPDX.Checksum),
                    (_SPDX.algorithm, _SPDX.checksumAlgorithm_sha256),
                    (_SPDX.checksumValue, Literal(self.sha256[paths[0]], datatype=XSD.hexBinary)),
                ],
            )
            self.add(found, [(_SPDX.checksum, checksum)])
        return found


def _marked(title: str, synthetic: bool) -> str:  # noqa: FBT001  as it stands in the edition
    return _("SYNTHETIC DATA: {title}").format(title=title) if synthetic else title


def _described(text: str, synthetic: bool) -> str:  # noqa: FBT001  as above
    return f"{synthetic_sentence()} {text}" if synthetic else text


def _catalogue_text() -> str:
    return _(
        "Who can get to an activity for asylum seekers and others in the reception system and home again the same day: need, places and gap for each municipality and county, the activities, how to get there, and pairs of municipalities for travel compensation. Numbers that could point out persons are withheld."
    )


def _month_title(edition: Edition) -> str:
    return _("Activities and need: {area}, {month}").format(
        area=area_of(edition), month=month_text(edition.month)
    )


def _month_text() -> str:
    return (
        _catalogue_text()
        + " "
        + _(
            "What each column means stands in the sheet of definitions. The same files for each county lie in a folder of its own."
        )
    )


def _kind_title(kind: str) -> str:
    return {
        "xlsx": _("Excel workbook"),
        "csv": _("CSV with semicolons"),
        "csv-comma": _("CSV with commas"),
        "geojson": _("GeoJSON"),
        "gpkg": _("GeoPackage"),
    }[kind]


def _kind_text(kind: str) -> str:
    return {
        "xlsx": _("All tables, with a sheet of what they are and one of definitions."),
        "csv": _("A file for each table: semicolons, decimal comma, UTF-8; for a Swedish Excel."),
        "csv-comma": _("A file for each table: commas, decimal point, UTF-8."),
        "geojson": _("Municipalities with their borders and figures, and activities, in EPSG:4326."),
        "gpkg": _("The layers areas and activities, in EPSG:3006 (SWEREF 99 TM)."),
    }[kind]
