"""Changes as rows: what a published change says of the figures of its two months."""

from __future__ import annotations

from geomatch.audit.agency import EVERYONE
from geomatch.audit.model import Model
from geomatch.audit.report import Contradiction
from geomatch.audit.told import Edition

__all__ = ["changes_told"]


def _difference(now: tuple[int, int], was: tuple[int, int]) -> tuple[int, int]:
    return now[0] - was[1], now[1] - was[0]


def _told_from(model: Model, edition: Edition) -> Edition | None:
    """The edition of the month before that changes were told from: the newest that all shown changes fit."""
    month = edition.before
    numbers = sorted((number for one, number in model.editions if one == month), reverse=True)
    for number in numbers:
        earlier = model.editions[month, number]
        if not _misfits(edition, earlier):
            return earlier
    if numbers and numbers == list(range(numbers[0], 0, -1)):
        # Every edition that there was is at hand: the change is wrong.
        earlier = model.editions[month, numbers[0]]
        for area, figure, said, other in _misfits(edition, earlier):
            model.contradictions.append(
                Contradiction(
                    "change", edition.month, edition.number, area, edition.names.get(area, area),
                    f"{figure}_change", "", said, other, (),
                )
            )  # fmt: skip
    return None


def _misfits(edition: Edition, earlier: Edition) -> list[tuple[str, str, tuple[int, int], tuple[int, int]]]:
    """The shown changes that are not the difference of two shown figures."""
    found = []
    for area in edition.codes():
        for figure in ("need", "gap"):
            told = [
                one.figures.get(("areas", (area,), name))
                for one, name in ((edition, f"{figure}_change"), (edition, figure), (earlier, figure))
            ]
            ends = [one.ends if one is not None else None for one in told]
            if ends[0] is not None and ends[1] is not None and ends[2] is not None:
                right = _difference(ends[1], ends[2])
                if ends[0] != right:
                    found.append((area, figure, ends[0], right))
    return found


def changes_told(model: Model, edition: Edition) -> None:
    """Rows of the changes of an edition; one that is no difference is told."""
    if not edition.before:
        return
    earlier = _told_from(model, edition)
    if earlier is None:
        return
    for (table, key, figure), told in sorted(edition.figures.items()):
        if not figure.endswith("_change") or told.ends is None:
            continue
        area, stem = key[0], figure.removesuffix("_change")
        firm = edition.newest and earlier.newest if stem == "need" else None
        tag = model.fact(edition, table, key, figure, told.ends, told.files, firm=firm)
        if stem == "need":
            now, was = (model.count(one, area, EVERYONE) for one in (edition, earlier))
            model.system.row([(now, 1), (was, -1)], *told.ends, tag)
            continue
        pair = [model.computed.get((stem, one.month, one.since_of(area), area)) for one in (edition, earlier)]
        if not (edition.withholds and earlier.withholds):
            continue  # the difference of two shown figures
        if pair[0] is not None and pair[1] is not None:
            model.system.row([(pair[0].low, 1), (pair[1].high, -1)], told.ends[0], told.ends[0], tag)
            model.system.row([(pair[0].high, 1), (pair[1].low, -1)], told.ends[1], told.ends[1], tag)
