"""What is planted: names, places, numbers, days, times and digests, with the ways in which each can be written."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pyproj import Transformer

__all__ = ["PREFIX", "Canary", "clock", "day", "digest", "number", "place", "skeleton", "word"]

_TO_WGS84 = Transformer.from_crs(3006, 4326, always_xy=True)
_TO_WEB = Transformer.from_crs(3006, 3857, always_xy=True)
# So many of the first hexadecimal digits of a digest are looked for.
PREFIX = 12
_DROPPED = bytes(range(256)).translate(None, b"abcdefghijklmnopqrstuvwxyz0123456789")


def skeleton(text: str) -> bytes:
    """The letters and digits of a text, folded."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).casefold()
    return text.lower().encode("ascii", "ignore").translate(None, _DROPPED)


@dataclass(frozen=True)
class Canary:
    """Something that was planted.

    Attributes:
        what: What it is, for the report.
        kind: `word`, `place`, `number`, `pattern` or `digest`.
        text: Of a word, its letters and digits; of a pattern, a regular expression; of a digest, its first digits.
        values: Of a number, the values it can be written as; of a place, x_m, y_m, longitude, latitude, web x and y.
        hints: Of a pattern, texts of which one stands wherever it does: they are quicker to look for.
    """

    what: str
    kind: str
    text: str = ""
    values: tuple[float, ...] = ()
    hints: tuple[str, ...] = ()


def word(text: str, what: str = "") -> Canary:
    """A name, an address, a reference. Raises ValueError for one that could stand somewhere by chance."""
    letters = skeleton(text).decode()
    if len(letters) < 7:
        raise ValueError(f"too short to be looked for: {text!r}")
    return Canary(what or text, "word", letters)


def place(x_m: float, y_m: float, what: str) -> Canary:
    """A place in metres (EPSG:3006)."""
    longitude, latitude = _TO_WGS84.transform(x_m, y_m)
    return Canary(what, "place", "", (x_m, y_m, longitude, latitude, *_TO_WEB.transform(x_m, y_m)))


def number(value: float, what: str) -> Canary:
    """An unusual number of at least four digits: as it is, in per cent, in thousandths, a share also rounded."""
    values = [value, value * 1000]
    if abs(value) < 1:
        values += [
            value * 100,
            value * 1e6,
            *(round(value, n) for n in (5, 4)),
            *(round(value * 100, n) for n in (3, 2)),
        ]
    return Canary(what, "number", "", tuple(values))


def day(iso: str, what: str) -> Sequence[Canary]:
    """A day as text in the usual orders, with its month as a name, and as the number that Excel and Unix have for it."""
    when = date.fromisoformat(iso)
    year, month, of_month = iso.split("-")
    sep = r"[-/. _]?"
    names = {
        1: "jan",
        2: "feb",
        3: "mar",
        4: "apr",
        5: "ma[jy]",
        6: "jun",
        7: "jul",
        8: "aug",
        9: "sep",
        10: "o[kc]t",
        11: "nov",
        12: "dec",
    }
    name = names[when.month] + "[a-z]*"
    forms = [
        rf"{year}{sep}{month}{sep}{of_month}",
        rf"{of_month}{sep}{month}{sep}{year}",
        rf"{month}{sep}{of_month}{sep}{year}",
        rf"{when.day}\s+{name}\s+{year}",
        rf"{name}\s+{when.day},?\s+{year}",
        str((when - date(1899, 12, 30)).days),
        str((when - date(1970, 1, 1)).days * 86_400),
    ]
    pattern = rf"(?<!\d)(?:{'|'.join(forms)})(?!\d)".replace(r"\d", "[0-9]")
    return [Canary(what, "pattern", pattern, (), (year, *forms[-2:]))]


def clock(text: str, what: str) -> Sequence[Canary]:
    """A time of day (HH:MM) as text, as seconds after midnight, and as Excel's part of a day."""
    hours, minutes = text.split(":")
    seconds = int(hours) * 3600 + int(minutes) * 60
    pattern = rf"(?<![0-9.,:]){hours}[:.]{minutes}(?![0-9.,])(?!:[0-9][0-9]\.)"
    hints = (f"{hours}:{minutes}", f"{hours}.{minutes}")
    return [
        Canary(what, "pattern", pattern, (), hints),
        Canary(what, "number", "", (seconds, seconds / 86_400)),
    ]


def digest(data: bytes, what: str) -> Sequence[Canary]:
    """The digests of a file or a text, by which somebody who guesses it could see that the guess is right."""
    made = {name: hashlib.new(name, data).hexdigest() for name in ("sha256", "sha1", "md5")}
    return [Canary(f"{name} of {what}", "digest", value[:PREFIX]) for name, value in made.items()]
