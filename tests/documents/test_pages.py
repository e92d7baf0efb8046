"""A document as a page: its marks, headings and tables, and that nothing in a text can become more than text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from geomatch.documents.layout import AtMost, Column, Section, Table, shown
from geomatch.documents.pages import document_html, index_html
from geomatch.words import using_language
from tests.documents.made import COLUMNS, document


class Read(HTMLParser):
    """Tags with their attributes, and texts by tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open:
            self.texts.append((self.open[-1], data.strip()))

    def of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def test_a_page_says_what_it_is() -> None:
    text = document_html(document())
    page = Read(text)
    assert ("html", {"lang": "sv"}) in page.tags
    assert page.of("title") == ['SYNTETISKA UPPGIFTER: Prov </style> & "citat"', "Karta"]
    assert page.of("h1") == ['SYNTETISKA UPPGIFTER: Prov </style> & "citat"']
    assert page.of("h2") == ["Älvsbyn: norr/söder [1]", "Luleå"]
    assert page.of("h3") == ["Rubrik", "Beslut"]
    assert text.count('<span class="mark">Internt arbetsmaterial</span>') == 1
    # On top, and again in each section.
    assert (
        text.count("Norrbottens län, februari 2023 · Internt arbetsmaterial · SYNTETISKA UPPGIFTER</p>") == 2
    )
    assert text.count("SYNTETISKA UPPGIFTER</span>") == 1
    assert page.of("caption") == ["Alla slag", "Tom"]


def test_headings_of_groups_and_lines_below() -> None:
    page = Read(document_html(document()))
    heads = [attributes for tag, attributes in page.tags if tag == "th" and attributes["scope"] != "row"]
    assert [(a["scope"], a.get("colspan"), a.get("rowspan")) for a in heads[:10]] == [
        ("col", None, "2"),
        ("col", None, "2"),
        ("col", None, "2"),
        ("colgroup", "2", None),
        *[("col", None, "2")] * 4,
        ("col", None, None),
        ("col", None, None),
    ]
    assert page.of("th")[:10] == [
        "Vad", "Dag", "Kl.", "Antal", "min", "andel", "räcker", "Beslut", "lågt", "högt",
    ]  # fmt: skip
    below = [attributes for tag, attributes in page.tags if tag == "td" and "colspan" in attributes]
    assert [a["colspan"] for a in below] == ["9", "9", "2"]


def test_cells_are_written_for_the_language() -> None:
    row = document().sections[0].parts[0].rows[0]
    kinds = [column.kind for column in COLUMNS]
    assert [shown(value, kind) for value, kind in zip(row, kinds, strict=True)] == [
        "=1+1", "2023-02-06", "10:30", "1\u00a0234", "2,5", "≤ 30", "40\u00a0%", "ja", "Därför.", "",
    ]  # fmt: skip
    with using_language("en"):
        assert [shown(2.5, "decimal"), shown(False, "check"), shown(None, "whole")] == ["2.5", "no", "–"]
    assert shown(AtMost(1200), "minutes") == "≤ 1\u00a0200"


def test_nothing_in_a_text_becomes_more_than_text() -> None:
    evil = "</style><script>alert(1)</script>\"'\\{{ 7*7 }}"
    made = document(
        title=evil, kicker=evil, marks=(evil,), about=evil, notes=(evil,), foot=evil,
        sections=(Section("a", evil, (Table(evil, (Column(evil),), ((evil,),), evil),)),),
    )  # fmt: skip
    for text in (document_html(made), index_html(evil, evil, (evil,), [(made, "a.html", "a.xlsx")], "")):
        page = Read(text)
        assert [tag for tag, _attributes in page.tags if tag == "script"] == []
        assert "{{ 7*7 }}" in text
        assert text.count("</style>") == 1
    # In the style it is written by the numbers of its signs.
    assert r'content: "\3c \2f style\3e \3c script\3e alert\28 1\29 ' in document_html(made)


def test_no_other_host_and_no_script() -> None:
    text = document_html(document())
    assert re.findall(r"https?://", text) == []
    assert "<script" not in text
    assert "default-src 'none'" in text


def test_a_word_that_is_too_long_is_broken() -> None:
    table = Table("T", (Column("A"), Column("B")), (("a", "x" * 23), ("b", "y" * 22)), "")
    text = document_html(document(sections=(Section("a", "A", (table,)),)))
    assert re.findall(r'<td class="([^"]*)">', text) == ["text long", "text"]


def test_paper_and_page_breaks_follow_the_document() -> None:
    wide = document_html(document())
    assert "size: A4 landscape" in wide
    assert "break-before: page" in wide
    tall = document_html(replace(document(), landscape=False, new_pages=False))
    assert "size: A4 portrait" in tall
    assert "break-before: page" not in tall


def test_the_list_of_documents_links_each() -> None:
    made = document()
    page = Read(index_html("Dokument", "Länet", made.marks, [(made, "a.html", "a.xlsx")], "../../index.html"))
    links = [attributes for tag, attributes in page.tags if tag == "a"]
    assert [a["href"] for a in links] == ["../../index.html", "a.html", "a.xlsx"]
    assert links[1]["aria-label"] == f"{made.title}: sida att skriva ut"
