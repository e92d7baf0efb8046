"""A small document of every part, made by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from geomatch.documents.layout import (
    AtMost,
    Column,
    Document,
    Drawing,
    Facts,
    Paragraphs,
    Section,
    Signature,
    Table,
)

COLUMNS = (
    Column("Vad", width=20),
    Column("Dag", "date", 11),
    Column("Kl.", "time", 8),
    Column("lågt", "whole", 8, "Antal"),
    Column("högt", "decimal", 8, "Antal"),
    Column("min", "minutes", 8),
    Column("andel", "percent", 8),
    Column("räcker", "check", 8),
    Column("Skäl", width=30, below=True),
    Column("Beslut", "blank", 12),
)
ROWS = (
    ("=1+1", dt.date(2023, 2, 6), dt.time(10, 30), 1234, 2.5, AtMost(30), 0.4, True, "Därför.", None),
    ("<b>Språkcafé</b>", None, None, None, None, 17, None, False, "Inte.", None),
)
TABLE = Table("Alla slag", COLUMNS, ROWS, "Inget.")
DRAWING = Drawing('<svg role="img" aria-label="Karta"><title>Karta</title></svg>', "En karta.")


def document(**changes: object) -> Document:
    sections = (
        Section("a", "Älvsbyn: norr/söder [1]", (TABLE, Paragraphs(("Ett & två.",), "Rubrik"))),
        Section(
            "b",
            "Luleå",
            (
                DRAWING,
                Facts((("För vem", "alla"),)),
                Table("Tom", COLUMNS[:2], (), "Inget."),
                Signature("Beslut", ("Datum", "Namn"), ("ja", "nej")),
            ),
        ),
    )
    made = Document(
        name="SYNTETISK-prov",
        title='SYNTETISKA UPPGIFTER: Prov </style> & "citat"',
        about="Vad det är.",
        kicker="Norrbottens län, februari 2023",
        marks=("Internt arbetsmaterial", "SYNTETISKA UPPGIFTER"),
        notes=("En anmärkning.",),
        sections=sections,
        foot="geomatch 0",
    )
    return replace(made, **changes)


def one_sheet() -> Document:
    tables = (
        Section("summary", "Länet", (Table("Länet", COLUMNS[:1], (("Alla",),), "–"),), own_sheet=True),
        Section("a", "Älvsbyn", (TABLE,)),
        Section("b", "Luleå", (Table("Tom", COLUMNS, (), "Inget."), Paragraphs(("Fråga.",)))),
        Section("c", "Beslut", (Signature("Beslut", ("Datum",)),)),
    )
    return document(sections=tables, one_sheet="Kommun", sheet_name="Översikt")
