"""What Migrationsverket's headings, names and cells say: the vocabulary that both of its templates share."""

from __future__ import annotations

import datetime as dt
import re

from geomatch.sources.enrolment_cells import NO_RESULT, error_named
from geomatch.sources.tabular import Cell, fold, label
from geomatch.words import gettext as _

__all__ = [
    "DASHES",
    "DIMENSIONS",
    "HEADER_WORDS",
    "MOST_PERSONS",
    "TOTALS",
    "UNKNOWN_PLACE",
    "WORDS",
    "first_words",
    "interval",
    "is_text_number",
    "meaning",
    "month_of",
    "shortened",
    "spoilt",
    "word",
    "years_of",
]

_SWEDISH_DIMENSIONS = {
    "län": "county",
    "kommun": "municipality",
    "boendeform": "accommodation",
    "boende": "accommodation",
    "kategori": "target_group",
    "persongrupp": "target_group",
    "grupp": "target_group",
    "målgrupp": "target_group",
    "kön": "sex",
    "ålder": "age_group",
    "åldersgrupp": "age_group",
}
ENGLISH_DIMENSIONS = {
    "county": "county",
    "municipality": "municipality",
    "accommodation": "accommodation",
    "group": "target_group",
    "sex": "sex",
    "age": "age_group",
}
DIMENSIONS = _SWEDISH_DIMENSIONS | ENGLISH_DIMENSIONS
# What a value column or a cell of a dimension column may say.
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "accommodation": {
        "agency": ("anläggningsboende (abo)", "anläggningsboende", "abo", "anläggning"),
        "own": ("eget boende (ebo)", "eget boende", "ebo"),
        "municipal": ("kommunalt boende", "kommunens boende"),
        "other": (
            "övrigt boende",
            "övrigt boende (övrigt)",
            "övriga boenden",
            "övrigt",
            "övriga",
            "övr",
            "övr.",
            "annat boende",
        ),
    },
    "target_group": {
        "asylum_seeker": ("asylsökande", "asylsökande personer"),
        "temporary_protection": (
            "skyddsbehövande enligt massflyktsdirektivet",
            "massflyktsdirektivet",
            "massflykt",
            "personer enligt massflyktsdirektivet",
            "tillfälligt skydd enligt massflyktsdirektivet",
            "tillfälligt skydd",
        ),
        "permit_awaiting_settlement": (
            "uppehållstillstånd i väntan på bosättning",
            "i väntan på bosättning",
            "beviljat uppehållstillstånd",
            "beviljade uppehållstillstånd",
            "personer med uppehållstillstånd",
            "uppehållstillstånd",
        ),
    },
    "sex": {"women": ("kvinnor", "kvinna"), "men": ("män", "man")},
}
WORDS = {
    dimension: {text: identifier for identifier, texts in group.items() for text in texts}
    for dimension, group in _WORDS.items()
}
TOTALS = frozenset(
    {
        "totalt",
        "total",
        "totalsumma",
        "summa",
        "summa totalt",
        "hela riket",
        "hela landet",
        "riket",
        "samtliga",
    }
)
_COUNT_HEADINGS = frozenset(
    {
        "antal",
        "antal personer",
        "antal inskrivna",
        "antal inskrivna personer",
        "inskrivna",
        "inskrivna personer",
        "number",
    }
)
HEADER_WORDS = (
    frozenset(DIMENSIONS) | TOTALS | _COUNT_HEADINGS | {text for group in WORDS.values() for text in group}
)
# More than live in Sweden.
MOST_PERSONS = 20_000_000
UNKNOWN_PLACE = re.compile(
    r"\(?(okänd|okänt|uppgift saknas|saknas|ej angiv\w*|kommun saknas)( kommun| län)?\)?"
)
DASHES = frozenset("-–")
_DOTS = re.compile(r"(\.\s*\.[.\s]*|…)")
# Blanks may part thousands and a decimal of nothing may follow. 1,000 and 1.000 are a thousand to some and one to
# others: not read.
_TEXT_NUMBER = re.compile(r"-?([0-9]+|[0-9]{1,3}( [0-9]{3})+)([.,]0{1,2})?")
_TWO_READINGS = re.compile(r"-?[0-9]{1,3}([.,][0-9]{3})+")
_MONTH_NAMES = (
    "januari februari mars april maj juni juli augusti september oktober november december".split()  # noqa: SIM905  reads as the calendar does
)
_MONTH_WORD = "|".join(f"{name}|{name[:3]}" for name in _MONTH_NAMES)
_ISO = re.compile(r"(?<![0-9])([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?(?![0-9])")
_WRITTEN = re.compile(
    rf"(?:(?<![0-9])([0-9]{{1,2}}) )?\b({_MONTH_WORD})\.? ([0-9]{{4}})(?![0-9])", re.IGNORECASE
)
_NAMED = re.compile(rf"({_MONTH_WORD})\.?", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
# When the agency ran its report is not the day that the figures are about.
_RUN_AT = re.compile(
    r"\b(uppdatera|körd|körning|publicera|hämta|skapa).*?[0-9]{4}(-[0-9]{2}){0,2}", re.IGNORECASE
)


def word(cell: Cell) -> str:
    """A label to look up: without regard to case, without the colon of `Summa:`."""
    return fold(cell).rstrip(": ")


def first_words(dimension: str) -> str:
    """For each identifier of a dimension the first word that means it, as a list to show."""
    return ", ".join(texts[0] for texts in _WORDS[dimension].values())


def _month_number(name: str) -> int:
    return [known[:3] for known in _MONTH_NAMES].index(name[:3].lower()) + 1


def month_of(text: str) -> list[str]:
    """The months YYYY-MM named in a text, in order and once each; the day of a report's run is left out.

    Raises:
        ValueError: A date that the calendar does not have; its argument is the text of the date.
    """
    text = _RUN_AT.sub(" ", text)
    dates = [(m.start(), m.group(), m[1], int(m[2]), m[3]) for m in _ISO.finditer(text)]
    dates += [(m.start(), m.group(), m[3], _month_number(m[2]), m[1]) for m in _WRITTEN.finditer(text)]
    months: dict[str, None] = {}
    for _place, written, year, month, day in sorted(dates):
        try:
            dt.date(int(year), month, int(day or 1))
        except ValueError:
            raise ValueError(written) from None
        months[f"{year}-{month:02d}"] = None
    return list(months)


def years_of(text: str) -> list[str]:
    """The years 20NN named in a text, in order and once each; the day of a report's run is left out."""
    return list(dict.fromkeys(_YEAR.findall(_RUN_AT.sub(" ", text))))


def meaning(cell: Cell) -> tuple[str, str] | None:
    """What a heading says.

    Returns:
        ('dimension', its name), ('month', YYYY-MM, or MM where the year is not said), ('total', ''), (name of a
        dimension, identifier), or None where it says nothing known.
    """
    if isinstance(cell, dt.date):
        return "month", f"{cell.year:04d}-{cell.month:02d}"
    text = word(cell)
    if text in DIMENSIONS:
        return "dimension", DIMENSIONS[text]
    if text in TOTALS or text in _COUNT_HEADINGS:
        return "total", ""
    for dimension, texts in WORDS.items():
        if text in texts:
            return dimension, texts[text]
    if _NAMED.fullmatch(text):
        return "month", f"{_month_number(text):02d}"
    if _ISO.fullmatch(text) or _WRITTEN.fullmatch(text):
        try:
            return "month", month_of(text)[0]
        except ValueError:
            return None
    return None


def is_text_number(cell: Cell) -> bool:
    """Whether a cell is text that is read as a whole number."""
    return isinstance(cell, str) and _TEXT_NUMBER.fullmatch(label(cell)) is not None


def spoilt(cell: Cell) -> tuple[str, str] | None:
    """What is the matter with a cell that shows an error or has no result yet, and what to do; None for any other."""
    if cell == NO_RESULT:
        return (
            _("the cell holds a formula without a result"),
            _("Open the file in Excel and save it: Excel then computes the formula"),
        )
    error = error_named(label(cell)) if isinstance(cell, str) else ""
    if error:
        return (
            _("the cell shows Excel's error {error}").format(error=error),
            _("Fetch the file again, or write what should stand in the cell"),
        )
    return None


def shortened(text: str) -> str:
    """The start of a long text, to show."""
    return text if len(text) <= 20 else f"{text[:20]}…"


def interval(cell: Cell, masked: tuple[int, int], dash: tuple[int, int]) -> tuple[int, int, bool, str]:
    """(low, high, masked, sign) of a cell.

    Args:
        cell: A whole number from 0, the same as text (`12`, `1 234`, `12,0`), `..`, `. .`, `…`, `-` or `–`.
        masked: What the dots stand for.
        dash: What the dash stands for.

    Raises:
        ValueError: Anything else; its argument says what is the matter.
    """
    text = label(cell)
    if not text:
        raise ValueError(_("the cell is empty"))
    if _DOTS.fullmatch(text):
        return *masked, True, text
    if text in DASHES:
        return *dash, True, text
    if isinstance(cell, str):
        if _TEXT_NUMBER.fullmatch(text):
            cell = float(text.replace(" ", "").replace(",", "."))
        elif _TWO_READINGS.fullmatch(text):
            raise ValueError(
                _("“{value}” can be read as thousands or as a decimal number").format(value=text)
            )
        elif re.fullmatch(r"-?[0-9]+[.,][0-9]+", text):
            raise ValueError(_("the count {value} is not whole").format(value=text))
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        raise ValueError(_("“{value}” is not a number").format(value=text))  # noqa: TRY004  told to a person, not to code
    if cell < 0:
        raise ValueError(_("the count {value} is negative").format(value=text))
    if not float(cell).is_integer():
        raise ValueError(_("the count {value} is not whole").format(value=text))
    if cell > MOST_PERSONS:
        raise ValueError(_("the count {value} is impossibly large").format(value=shortened(text)))
    return int(cell), int(cell), False, ""
