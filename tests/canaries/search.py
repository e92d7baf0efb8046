"""The search for canaries in unpacked bytes: texts in every spelling, places in every unit, numbers, days, digests.

A text is looked for as its letters and digits alone (accents, case, blanks and punctuation apart), in every encoding
that a part could be in. A place is looked for as two numbers that stand close together and are, in any of the units
below, within some fifty metres of it, so also when it was rounded to hundreds of metres; and each of its numbers by
itself, when at most rounded to metres or five decimals.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.canaries.planting import PREFIX, Canary, clock, day, digest, number, place, skeleton, word
from tests.canaries.unpack import Part, unpacked

__all__ = [
    "Canary",
    "Found",
    "Report",
    "assert_clean",
    "clock",
    "day",
    "digest",
    "number",
    "place",
    "search",
    "word",
]

# Half of a hundred metres and a little, in metres; and the same in degrees, whose third decimal is 111 m at the most.
_NEAR_M, _NEAR_DEG = 51.0, 0.00051
# Of a degree of longitude in Sweden as of one of latitude in metres of the web's plane (EPSG:3857), stretched by up to 2.9.
_NEAR_WEB_M = 150.0
# Numbers that lie at most so many numbers apart are taken for two of one place.
_APART = 6
_METRES, _DEGREES = (1.0, 1000.0, 0.1, 0.01, 0.001), (1.0, 1e-4, 1e-5, 1e-6, 1e-7)
_POINT = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d{1,2})?")
_COMMA = re.compile(r"-?\d+(?:,\d+)?")
_BLANKS = re.compile("(?<=\\d)[ \u00a0\u2009\u202f'’](?=\\d{3}(?!\\d))")
_HEX = re.compile(r"[0-9a-f]{12,}")
_JSON = re.compile(r"[\[{](?=\s*[\"\[{\d-])")
# In most of the words that are planted: where it is not, neither are they.
MARK = b"qzx"
_MOST_JSON, _MOST_FAILED = 30_000_000, 200


@dataclass(frozen=True)
class Found:
    """A canary, where it is, and how it was written."""

    canary: Canary
    place: str
    form: str


@dataclass
class Report:
    """What a search has looked at, and what it has found."""

    files: int = 0
    parts: int = 0
    size: int = 0
    found: list[Found] = field(default_factory=list)


# ----------------------------------------------------------------------------------------------------- how it is found


def _texts(data: bytes) -> Iterator[str]:
    """A part as text, in each encoding that it could be in. NULs go, so that UTF-16 is read from wherever it begins."""
    plain = data.replace(b"\0", b"") if b"\0" in data else data
    if plain.isascii():
        yield plain.decode("ascii")
        return
    try:
        yield plain.decode("utf-8")
        if plain is data:
            return
    except UnicodeDecodeError:
        yield plain.decode("utf-8", "replace")
    yield plain.decode("latin-1")
    yield plain.decode("cp437")
    if plain is not data:
        for order in ("utf-16-le", "utf-16-be"):
            yield data.decode(order, "ignore")


def _numbers(text: str) -> Iterator[tuple[str, np.ndarray]]:
    """The numbers of a text in their order: with a decimal point, with a decimal comma, with blanks between thousands."""
    joined = _BLANKS.sub("", text)
    for how, source in (("", text), (" in groups", joined)) if joined != text else (("", text),):
        found = _POINT.findall(source)
        if found:
            yield f"number{how}", np.array(found, dtype="U32").astype(np.float64)
        if "," in source:
            found = _COMMA.findall(source)
            yield (
                f"decimal comma{how}",
                np.array([one.replace(",", ".") for one in found], dtype="U32").astype(np.float64),
            )


def _values(text: str) -> Iterator[Any]:
    """The values that stand in a text as JSON, wherever they begin."""
    decoder, at, failed = json.JSONDecoder(), 0, 0
    while failed < _MOST_FAILED and (match := _JSON.search(text, at)):
        try:
            value, at = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            at, failed = match.start() + 1, failed + 1
        else:
            yield value


def _along(value: Any) -> Iterator[list[tuple[float, float]]]:
    """Points that JSON gives as steps from one to the next: TopoJSON, and any list of pairs or of numbers."""
    if isinstance(value, dict):
        if value.get("type") == "Topology":
            scale, move = (
                value.get("transform", {}).get(k, d) for k, d in (("scale", (1, 1)), ("translate", (0, 0)))
            )
            for arc in value.get("arcs", ()):
                steps = np.cumsum(np.array([one[:2] for one in arc], dtype=float), axis=0)
                yield [tuple(one) for one in (steps * scale + move).tolist()]
        for inner in value.values():
            yield from _along(inner)
    elif isinstance(value, list):
        pairs = [
            one for one in value if isinstance(one, list) and len(one) == 2 and all(map(_is_number, one))
        ]
        if len(pairs) > 1 and len(pairs) == len(value):
            yield np.cumsum(np.array(pairs, dtype=float), axis=0).tolist()
            return
        if len(value) > 3 and all(map(_is_number, value)):
            flat = np.array(value[: len(value) // 2 * 2], dtype=float).reshape(-1, 2)
            yield np.cumsum(flat, axis=0).tolist()
            return
        for inner in value:
            yield from _along(inner)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class _Places:
    """The planted places, and the numbers of a part held against them."""

    def __init__(self, canaries: Sequence[Canary]) -> None:
        self.canaries = canaries
        # Metres, degrees, metres of the web's plane; each in each unit.
        self.ends = [
            (name, first, second, near, scale)
            for name, first, second, near, scales in (
                ("metres", 0, 1, _NEAR_M, _METRES),
                ("degrees", 2, 3, _NEAR_DEG, _DEGREES),
                ("web metres", 4, 5, _NEAR_WEB_M, (1.0,)),
            )
            for scale in scales
        ]
        rounded = [
            (round(value, digits), canary)
            for canary in canaries
            for values, all_digits in (
                (canary.values[:2], (9, 3, 2, 1, 0)),
                (canary.values[2:4], (12, 8, 7, 6, 5)),
            )
            for value in values
            for digits in all_digits
        ]
        # A number with hardly a digit behind its point, such as 15.0 degrees, is one that anything can be.
        rounded = [(form, one) for form, one in rounded if abs(form) > 1000 or round(form, 3) != form]
        rounded.sort(key=lambda one: one[0])
        self.forms = np.array([form for form, _canary in rounded])
        self.of_form = [canary for _form, canary in rounded]

    def near(self, values: np.ndarray, apart: int = _APART) -> Iterator[tuple[Canary, str]]:
        """Places of which two numbers, close together among `values`, are the two coordinates."""
        if len(values) < 2 or not self.canaries:
            return
        for name, first, second, near, scale in self.ends:
            scaled = values * scale
            wanted = np.array([[one.values[first], one.values[second]] for one in self.canaries])
            low, high = wanted.min() - near, wanted.max() + near
            (kept,) = np.nonzero((scaled >= low) & (scaled <= high))
            if len(kept) < 2:
                continue
            some = scaled[kept]
            for canary, (x, y) in zip(self.canaries, wanted, strict=True):
                at_x, at_y = kept[np.abs(some - x) <= near], kept[np.abs(some - y) <= near]
                if len(at_x) and len(at_y) and _close(at_x, at_y, apart):
                    yield canary, f"{name} ({scale:g})"

    def alone(self, values: np.ndarray) -> Iterator[tuple[Canary, str]]:
        """Places of which one number stands somewhere by itself, as it is or rounded to metres or five decimals."""
        if not self.canaries:
            return
        for n in _equal(values, self.forms):
            yield self.of_form[n], f"alone ({self.forms[n]!r})"

    def binary(self, data: bytes) -> Iterator[tuple[Canary, str]]:
        """Places as numbers of a computer: doubles, floats, whole numbers; of either order of bytes, at any position."""
        if not self.canaries:
            return
        values = np.array([one.values for one in self.canaries])
        for kind, size in (("f8", 8), ("f4", 4), ("i4", 4), ("i8", 8)):
            for order in "<>":
                where_found: list[np.ndarray] = []
                what_found: list[np.ndarray] = []
                for start in range(size):
                    count = (len(data) - start) // size
                    if count < 1:
                        continue
                    with np.errstate(all="ignore"):
                        read = np.frombuffer(data, f"{order}{kind}", count, start).astype(np.float64)
                        for _name, first, second, rounded, scale in self.ends:
                            # Whole numbers of small units were not rounded to large ones; noise would be near them.
                            near = rounded if scale == 1 else rounded / 20
                            # A number with a point needs no unit that makes it whole.
                            if scale != 1 and (
                                kind[0] == "f" or scale not in (0.01, 0.001, 1e-5, 1e-6, 1e-7)
                            ):
                                continue
                            wanted = values[:, [first, second]].ravel()
                            low, high = (wanted.min() - near) / scale, (wanted.max() + near) / scale
                            (kept,) = np.nonzero((read >= low) & (read <= high))
                            some = read[kept] * scale
                            own = np.zeros(len(some), bool)
                            for value in wanted:
                                own |= np.abs(some - value) <= near
                            where_found.append(start + kept[own] * size)
                            what_found.append(some[own])
                if not where_found:
                    continue
                where, what = np.concatenate(where_found), np.concatenate(what_found)
                order_of = np.argsort(where, kind="stable")
                where, what = where[order_of], what[order_of]
                for canary in self.canaries:
                    for name, first, second, near, _scale in self.ends:
                        at_x = where[np.abs(what - canary.values[first]) <= near]
                        at_y = where[np.abs(what - canary.values[second]) <= near]
                        if len(at_x) and len(at_y) and _close(at_x, at_y, 4 * size, size):
                            yield canary, f"{order}{kind} {name}"
                            break
        for canary in self.canaries:
            for value in canary.values[:4]:
                for packed in (struct.pack("<d", value), struct.pack(">d", value)):
                    if packed in data:
                        yield canary, "a double"


def _equal(values: np.ndarray, forms: np.ndarray) -> Iterator[int]:
    """The positions among `forms` (in order) of those that stand among `values`."""
    if not len(forms) or not len(values):
        return
    at = np.searchsorted(forms, values)
    hit: set[int] = set()
    for shift in (-1, 0):
        near = np.clip(at + shift, 0, len(forms) - 1)
        same = np.abs(forms[near] - values) <= 1e-12 * np.abs(forms[near])
        hit.update(np.unique(near[same]).tolist())
    yield from sorted(hit)


def _close(one: np.ndarray, other: np.ndarray, apart: int, step: int = 1) -> bool:
    """Whether some position of `one` is within `apart` of some of `other`, by whole steps, but not the same."""
    at = np.searchsorted(other, one)
    for shift in (-1, 0, 1):
        near = other[np.clip(at + shift, 0, len(other) - 1)]
        gap = np.abs(near - one)
        if ((gap <= apart) & (gap > 0) & (gap % step == 0)).any():
            return True
    return False


class _Search:
    def __init__(self, canaries: Iterable[Canary]) -> None:
        listed = list(dict.fromkeys(canaries))
        self.words = [(one, one.text.encode()) for one in listed if one.kind == "word"]
        self.unmarked = [pair for pair in self.words if MARK not in pair[1]]
        self.patterns = [(one, re.compile(one.text)) for one in listed if one.kind == "pattern"]
        self.numbers = [one for one in listed if one.kind == "number"]
        forms = sorted(((form, one) for one in self.numbers for form in one.values), key=lambda pair: pair[0])
        self.forms, self.of_form = np.array([form for form, _one in forms]), [one for _form, one in forms]
        self.digests = {one.text: one for one in listed if one.kind == "digest"}
        self.places = _Places([one for one in listed if one.kind == "place"])

    def part(self, data: bytes) -> Iterator[tuple[Canary, str]]:
        """Every canary in one part, with how it is written."""
        for text in _texts(data):
            letters = skeleton(text)
            some = self.words if MARK in letters else self.unmarked
            yield from ((one, "text") for one, needle in some if needle in letters)
            folded = text.lower()
            for one, pattern in self.patterns:
                if any(hint in folded for hint in one.hints) and pattern.search(folded):
                    yield one, "day or time"
            for match in _HEX.finditer(folded):
                if found := self.digests.get(match[0][:PREFIX]):
                    yield found, "digest"
            if self.numbers or self.places.canaries:
                yield from self._of_numbers(text)
        if b"\0" in data:
            yield from self.places.binary(data)
        if self.digests and len(data) in (16, 20, 32) and (found := self.digests.get(data.hex()[:PREFIX])):
            yield found, "digest in bytes"

    def _of_numbers(self, text: str) -> Iterator[tuple[Canary, str]]:
        for how, values in _numbers(text):
            yield from ((self.of_form[n], how) for n in _equal(values, self.forms))
            yield from ((one, f"{how}, {form}") for one, form in self.places.near(values))
            yield from ((one, f"{how}, {form}") for one, form in self.places.alone(values))
            if len(values) > 5:
                # Degrees, minutes and seconds.
                in_degrees = np.full(len(values), np.nan)
                in_degrees[:-2] = values[:-2] + values[1:-1] / 60 + values[2:] / 3600
                yield from (
                    (one, f"{how}, minutes, {form}")
                    for one, form in self.places.near(np.nan_to_num(in_degrees))
                )
        if self.places.canaries and len(text) < _MOST_JSON and ("[[" in text or "Topology" in text):
            yield from self._of_steps(text)

    def _of_steps(self, text: str) -> Iterator[tuple[Canary, str]]:
        for value in _values(text):
            lines = [
                point
                for line in _along(value)
                for point in (*line, (np.nan, np.nan), (np.nan,) * 2, (np.nan,) * 2)
            ]
            if lines:
                flat = np.nan_to_num(np.array(lines, dtype=float).ravel())
                yield from ((one, f"steps, {form}") for one, form in self.places.near(flat, 2))


def search(parts: Iterable[Part], canaries: Iterable[Canary]) -> Report:
    """Look for canaries in parts, each different one once."""
    own = _Search(canaries)
    report = Report()
    seen: set[bytes] = set()
    for where, data in parts:
        report.files += where.endswith(" (name)")
        report.parts += 1
        if "!" not in where:
            report.size += len(data)
        mark = hashlib.blake2b(data, digest_size=16).digest()
        if mark in seen:
            continue
        seen.add(mark)
        known: set[tuple[str, str]] = set()
        for canary, form in own.part(data):
            if (canary.what, canary.kind) not in known:
                known.add((canary.what, canary.kind))
                report.found.append(Found(canary, where, form))
    return report


def assert_clean(tree: Path, canaries: Iterable[Canary]) -> Report:
    """Fail with a list where any canary is anywhere below `tree`; gives what was looked at.

    Raises:
        AssertionError: The tree has no file (a search in nothing proves nothing), or a canary is in it.
    """
    report = search(unpacked(tree), canaries)
    assert report.files > 0, f"{tree} has no files"
    told = [f"{one.canary.what} ({one.canary.kind}, {one.form}) in {one.place}" for one in report.found]
    assert told == [], "\n".join([f"{len(told)} canaries in {tree}:", *told[:60]])
    return report
