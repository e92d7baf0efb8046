"""Rows of csv: what is read as it was written, and what each quotation mark in the wrong place is told."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.errors import InputError
from geomatch.sources.csv_text import csv_delimiter, csv_rows, swallowing

HEADINGS = frozenset({"namn", "ort"})


def rows(text: str, delimiter: str = ";") -> list[tuple[int, list[str]]]:
    return list(csv_rows("a.csv", io.StringIO(text, newline=""), delimiter, HEADINGS))


@given(
    st.lists(st.lists(st.text(st.sampled_from('ab";,\n\t å')), min_size=1, max_size=4), max_size=6),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_program_writes_is_read_as_it_was(table: list[list[str]], delimiter: str, end: str) -> None:
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=delimiter, lineterminator=end).writerows(table)
    assert rows(made.getvalue(), delimiter) == list(enumerate(table, 1))


CLOSE = "väntat: citattecken parvis. Sätt ett också där texten slutar, eller ta bort det."
DOUBLE = "väntat: skiljetecknet eller radens slut. Skriv varje citattecken inuti en sådan text dubbelt."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # To the end of the file, with the heading of its column where there is one, else its letter.
        ('Namn;Ort\nx;y\n"Kafé;z\n', f"rad 3, kolumn ”Namn”: citattecknet före ”Kafé” har inget slut; {CLOSE}"),
        ('Namn;Ort\nx;"\n', f"rad 2, kolumn ”Ort”: citattecknet före ”” har inget slut; {CLOSE}"),
        ('a;b;"c\n', f"rad 1, kolumn ”C”: citattecknet före ”c” har inget slut; {CLOSE}"),
        # To a quotation mark in a later row.
        ('Namn;Ort\n"Kafé;z\nx;"y"\n', f"rad 2, kolumn ”Namn”: citattecknet före ”Kafé” har inget slut; {CLOSE}"),
        # After a text over two lines, which is one row.
        ('Namn;Ort\n"x\ny";z\nx;"Kafé\n', f"rad 3, kolumn ”Ort”: citattecknet före ”Kafé” har inget slut; {CLOSE}"),
        # Within a text.
        ('Namn;Ort\n"Kafé "Hej" i stan";z\n', f"rad 2, kolumn ”Namn”: efter citattecknet som avslutar ”Kafé” kommer mer text; {DOUBLE}"),
        (f'Namn;Ort\nx;"{"å" * 40}"z\n', f"rad 2, kolumn ”Ort”: efter citattecknet som avslutar ”{'å' * 30}…” kommer mer text; {DOUBLE}"),
        # Before the limit of the csv module is passed, and then.
        ('Namn;Ort\nx;"' + "y;\n" * 60_000, f"rad 2, kolumn ”Ort”: citattecknet före ”y” har inget slut; {CLOSE}"),
        ("Namn;Ort\nx;" + "y" * 140_000, "rad 2, kolumn ”Ort”: en cell har fler än 131072 tecken. Kontrollera att filen är en tabell."),
    ],
)  # fmt: skip
def test_a_quotation_mark_in_the_wrong_place_is_named(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        rows(text)
    assert str(caught.value) == f"a.csv, {message}"


def test_quotation_marks_that_are_letters_are_letters() -> None:
    assert rows('Namn;Ort\nKafé "Hej";5" rör\n')[1] == (2, ['Kafé "Hej"', '5" rör'])


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        # a;"b;c⏎d;e";f: two rows of three as one.
        (["a", "b;c\nd;e", "f"], 1),
        (["a", "b;c\r\nd;e;f\r\ng;h", "i"], 1),
        # A text of two lines with separators that no row would have there.
        (["a", "b;c;d\ne", "f"], None),
        (["a", "b\nc", "d"], None),
        (["a", "b;c", "d"], None),
        # One cell too many: the text has taken the rows between.
        (["a", "b\nc;d;e", "f", "g"], 1),
    ],
)
def test_rows_that_a_cell_has_swallowed(cells: list[str], place: int | None) -> None:
    assert swallowing(cells, 3, 3, ";") == place


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Namn;Ort\n1,5;2,5\n", ";"),
        ("Namn,Ort\na;b,c;d\n", ","),
        ("En titel, med komma\nNamn\tOrt\n", "\t"),
        # The title has a quotation mark that is not closed.
        ('"En titel\nNamn,Ort\n', ","),
        # Nothing known: the first one tried.
        ("a,b\n", ";"),
    ],
)
def test_the_separator_is_the_one_that_shows_most_headings(text: str, delimiter: str) -> None:
    assert csv_delimiter(text, HEADINGS) == delimiter
