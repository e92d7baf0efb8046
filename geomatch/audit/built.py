"""The system of an outsider: the workbooks' rows, the program's own rules, and every published figure as a row."""

from __future__ import annotations

from collections.abc import Mapping

from geomatch.audit.agency import EVERYONE, AgencyMonth
from geomatch.audit.changes import changes_told
from geomatch.audit.gather import Gathered
from geomatch.audit.model import COMPUTED, PROGRAM, Ends, Model, dims_of_figure, most_of
from geomatch.audit.report import Contradiction, Telling
from geomatch.audit.shares import shares_told
from geomatch.audit.system import INFINITE, System
from geomatch.audit.told import Edition, county_codes
from geomatch.audit.workbooks import COUNTRY, Counts

__all__ = ["build"]


def build(gathered: Gathered, counts: Mapping[str, Counts], withhold_to: int) -> Model:
    """The system of everything that was read.

    Args:
        gathered: The published files.
        counts: The workbooks, by month.
        withhold_to: Counts of 1 to this are withheld.
    """
    model = Model(System(), editions=gathered.editions, newest=gathered.newest, withhold_to=withhold_to)
    for month in sorted({one for one, _number in gathered.editions}):
        model.agency[month] = AgencyMonth(model.system, counts.get(month, Counts()))
    for _key, edition in sorted(gathered.editions.items()):
        _computed_figures(model, edition)
    for _key, edition in sorted(gathered.editions.items()):
        _counts_told(model, edition)
        _count_sums(model, edition)
        _computed_told(model, edition)
        shares_told(model, edition)
    for _key, edition in sorted(gathered.editions.items()):
        changes_told(model, edition)
    _strays(model, gathered)
    return model


def _counts_told(model: Model, edition: Edition) -> None:
    # Municipalities first, since a total without a cell of its own is made of them.
    for (table, key, figure), told in sorted(
        edition.figures.items(), key=lambda one: (-len(one[0][1][0]), one[0])
    ):
        dims = dims_of_figure(table, key, figure)
        if dims is None or (told.ends is None and not told.withheld):
            continue
        unknown = model.count(edition, key[0], dims)
        if told.ends is not None:
            tag = model.fact(edition, table, key, figure, told.ends, told.files)
            model.system.row([(unknown, 1)], *edition.counted(told.ends), tag)


def _count_sums(model: Model, edition: Edition) -> None:
    """Totals of counts that are less than their parts, or more where no place is unknown: told here.

    The workbooks may have been replaced since a table was published; its own figures must fit one another all the same.
    """
    agency = model.agency[edition.month]
    for (table, key, figure), told in sorted(edition.figures.items()):
        dims = dims_of_figure(table, key, figure)
        if dims is None or told.ends is None or len(key[0]) > 2:
            continue
        own = edition.municipalities(key[0])
        parts = [edition.figures.get((table, (code, *key[1:]), figure)) for code in own]
        ends = [part.ends for part in parts if part is not None and part.ends is not None]
        least, most = sum(one[0] for one in ends), sum(one[1] for one in ends)
        whole = bool(own) and len(ends) == len(own)
        place = model.place(edition, key[0])
        nowhere = [one for one in agency.nowhere if place == COUNTRY or one.startswith(place)]
        if place == COUNTRY and {code[:2] for code in own} != agency.counties:
            whole = False
        if least > told.ends[1] or (whole and not nowhere and agency.counts.cells and most < told.ends[0]):
            model.contradictions.append(
                Contradiction(
                    "sum", edition.month, edition.number, key[0], edition.names.get(key[0], key[0]), figure,
                    f"{key[1]}={key[2]}" if table == "groups" else "", told.ends, (least, most),
                    (
                        Telling(
                            table, edition.month, edition.number, figure, (key[0], *own),
                            tuple(sorted(told.files.values())),
                        ),
                    ),
                )
            )  # fmt: skip


def _computed_figures(model: Model, edition: Edition) -> None:
    """Unknowns for the ends of gap and no day return, and what the program makes of them."""
    system, codes = model.system, edition.codes()
    made: dict[tuple[str, str], Ends] = {}
    new: set[tuple[str, str]] = set()
    for figure in COMPUTED:
        for area in codes:
            told = edition.figures.get(("areas", (area,), figure))
            if told is None or (told.ends is None and not told.withheld):
                continue
            key = (figure, edition.month, edition.since_of(area), area)
            if key not in model.computed:
                most = most_of(model, edition, area)
                model.computed[key] = Ends(system.unknown(0, most), system.unknown(0, most), most)
                new.add((figure, area))
                system.row(
                    [(model.computed[key].high, 1), (model.computed[key].low, -1)], 0, INFINITE, PROGRAM
                )
            made[figure, area] = model.computed[key]
    for figure, area in sorted(new):
        gap, without = made.get(("gap", area)), made.get(("no_day_return", area))
        if figure == "gap" and gap and without:
            for one, two in ((gap.low, without.low), (gap.high, without.high)):
                system.row([(one, 1), (two, -1)], 0, INFINITE, PROGRAM)
    for figure in COMPUTED:
        for total in [*county_codes(codes), COUNTRY]:
            counties = county_codes(codes)
            parts = counties if total == COUNTRY and counties else edition.municipalities(total)
            if (figure, total) not in new or not parts or any((figure, one) not in made for one in parts):
                continue
            for end, name in enumerate(("low", "high")):
                terms = [(getattr(made[figure, total], name), 1)]
                terms += [(getattr(made[figure, one], name), -1) for one in parts]
                number = system.row(terms, 0, 0, PROGRAM)
                model.sums[number] = (figure, edition.month, edition.number, total, end)


def _computed_told(model: Model, edition: Edition) -> None:
    for (table, key, figure), told in sorted(edition.figures.items()):
        if table != "areas" or figure not in COMPUTED or told.ends is None:
            continue
        ends = model.computed[figure, edition.month, edition.since_of(key[0]), key[0]]
        tag = model.fact(edition, table, key, figure, told.ends, told.files)
        low, high = edition.behind(told.ends, key[0], model.withhold_to)
        model.system.row([(ends.low, 1)], *low, tag)
        model.system.row([(ends.high, 1)], *high, tag)


def _strays(model: Model, gathered: Gathered) -> None:
    """Figures of other months on a page: new is what no edition of that month shows."""
    seen: set[tuple[str, str, str, tuple[int, int]]] = set()
    for month, area, figure, ends, file in gathered.stray:
        if (month, area, figure, ends) in seen:
            continue
        seen.add((month, area, figure, ends))
        own = [edition for (one, _number), edition in model.editions.items() if one == month]
        told = [edition.figures.get(("areas", (area,), figure)) for edition in own]
        if any(one is not None and one.ends == ends for one in told):
            continue
        edition = model.editions[month, model.newest[month]]
        # It may be of an edition that has been replaced.
        tag = model.fact(edition, "areas", (area,), figure, ends, {"html": file}, firm=False)
        if figure == "need":
            model.system.row([(model.count(edition, area, EVERYONE), 1)], *edition.counted(ends), tag)
            continue
        found = model.computed.get((figure, month, edition.since_of(area), area))
        if found is not None:
            low, high = edition.behind(ends, area, model.withhold_to)
            model.system.row([(found.low, 1)], *low, tag)
            model.system.row([(found.high, 1)], *high, tag)
