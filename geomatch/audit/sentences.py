"""What the attacker found, in words: what fell, from which tables, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from geomatch.audit.report import Contradiction, Failure, Interval, Report, Telling
from geomatch.errors import Problem
from geomatch.words import N_
from geomatch.words import gettext as _

__all__ = ["figure_words", "problems_of", "report_facts", "report_lines"]

_FIGURES = {
    "need": N_("persons enrolled"),
    "women": N_("women enrolled"),
    "men": N_("men enrolled"),
    "persons": N_("persons enrolled in a group"),
    "breakdown": N_("persons enrolled in a crossed group"),
    "gap": N_("persons without a place"),
    "no_day_return": N_("persons without a day return"),
    "gain": N_("persons who get a place by a pair"),
    "entitled_unserved": N_("persons who may travel and have no place"),
}
_FORMATS = {
    "csv": N_("CSV with semicolons"),
    "csv-comma": N_("CSV with commas"),
    "xlsx": N_("Excel"),
    "geojson": N_("GeoJSON"),
    "gpkg": N_("GeoPackage"),
    "js": N_("scripts of the map"),
    "html": N_("pages"),
}
# With more areas than this only their number is told.
_MOST_AREAS = 6


def figure_words(name: str) -> str:
    """The name of a figure of persons, in the language in force; what has none stays as it is."""
    return _(_FIGURES[name]) if name in _FIGURES else name


def _interval(ends: Interval) -> str:
    low, high = ends
    if high is None:
        return _("{low} or more").format(low=low)
    return str(low) if low == high else f"{low}–{high}"


def _what(one: Failure | Contradiction) -> str:
    """The figure and its place: `persons without a place in Luleå (2580), 2023-01`."""
    figure = f"{figure_words(one.figure)} ({one.about})" if one.about else figure_words(one.figure)
    area = one.area if one.name == one.area else f"{one.name} ({one.area})"
    if one.area == "00":
        area = _("the whole country")
    return _("{figure} in {area}, {month}").format(figure=figure, area=area, month=one.month)


def _table(one: Telling) -> str:
    """One table: `table areas of 2023-01, edition 1, column gap of 25, 2505`."""
    areas = ", ".join(one.areas)
    if len(one.areas) > _MOST_AREAS:
        areas = _("{number} areas").format(number=len(one.areas))
    return _("table {table} of {month}, edition {edition}, column {figure} of {areas}").format(
        table=one.table, month=one.month, edition=one.edition, figure=one.figure, areas=areas
    )


def _tables(tables: Iterable[Telling]) -> str:
    return "; ".join(map(_table, tables))


def _file(tables: Iterable[Telling]) -> str:
    """A file to look at, a table to download before a page."""
    files = [file for table in tables for file in table.files]
    return next((file for file in files if file.endswith(".csv")), next(iter(files), ""))


def _problem_of_failure(one: Failure, newest: Callable[[str], int]) -> Problem:
    found = _("{what}: {derived} can be worked out, from {tables}").format(
        what=_what(one), derived=_interval(one.derived), tables=_tables(one.tables)
    )
    if one.guessed:
        found = _(
            "{what}: {derived} can be worked out when edition {edition} still holds, from {tables}"
        ).format(
            what=_what(one), derived=_interval(one.derived), edition=one.guessed, tables=_tables(one.tables)
        )
    computed = one.figure in ("gap", "no_day_return", "gain", "entitled_unserved")
    expected = (
        _("that every number of {permitted} stays possible")
        if computed
        else _("no more than the agency's workbooks allow, {permitted}")
    ).format(permitted=_interval(one.permitted))
    old = sorted(
        {(table.month, table.edition) for table in one.tables if table.edition < newest(table.month)}
    )
    if old:
        remedy = _("Take the edition back: {commands}").format(
            commands="; ".join(f"geomatch withdraw edition {month} {number}" for month, number in old)
        )
    else:
        remedy = _(
            "Compute and publish the month again; where it stays so, raise disclosure.withhold_to in geomatch.toml, or take the month back: geomatch withdraw month {month}"
        ).format(month=one.month)
    return Problem(found, expected, remedy, file=_file(one.tables))


def _problem_of_contradiction(one: Contradiction) -> Problem:
    texts = {
        "formats": N_("{what}: files differ, {said} and {other}"),
        "sum": N_("{what}: the total {said} is not the sum of its parts, {other}"),
        "change": N_("{what}: the change {said} is not the difference of the two months, {other}"),
        "together": N_("{what}: {said} cannot be right together with the other figures in {tables}"),
    }
    found = _(texts[one.kind]).format(
        what=_what(one), said=_interval(one.said), other=_interval(one.other), tables=_tables(one.tables)
    )
    remedy = _(
        "Compute and publish the month again: geomatch run {month}; geomatch publish {month} --note “…”"
    )
    return Problem(
        found, _("figures that can all be right"), remedy.format(month=one.month), file=_file(one.tables)
    )


def problems_of(report: Report) -> list[Problem]:
    """Every cell that fell and every contradiction, as problems with their remedy."""
    newest = {month: max(numbers) for month, numbers in report.editions.items()}
    return [
        *(_problem_of_failure(one, lambda month: newest.get(month, 0)) for one in report.failures),
        *map(_problem_of_contradiction, report.contradictions),
    ]


def report_lines(report: Report) -> list[str]:
    """What was attacked, and what fell, for people."""
    lines = []
    for month in report.months:
        cells = report.cells.get(month, {})
        told = ", ".join(f"{figure_words(figure)} {number}" for figure, number in cells.items())
        numbers = ", ".join(map(str, report.editions.get(month, ())))
        lines.append(
            _("{month} (edition {numbers}): {cells} withheld figures attacked").format(
                month=month, numbers=numbers, cells=sum(cells.values())
            )
            + (f": {told}." if told else ".")
        )
    lines.append(
        _("Read: {formats}; {workbooks} workbooks of the agency.").format(
            formats=", ".join(
                _("{format} {figures} figures in {files} files").format(
                    format=_(_FORMATS[name]) if name in _FORMATS else name,
                    figures=figures,
                    files=report.files[name],
                )
                for name, figures in report.figures.items()
            )
            or _("no figures"),
            workbooks=len(report.workbooks),
        )
    )
    if report.outdated:
        months = sorted({one.month for one in report.outdated})
        lines.append(
            _(
                "{number} published figures are other than in the workbooks by now; the months to compute and publish again are {months}."
            ).format(number=len(report.outdated), months=", ".join(months))
        )
    if report.stands:
        lines.append(
            _("Nothing fell: no withheld figure can be worked out beyond what the agency's workbooks allow.")
        )
        return lines
    lines += map(str, problems_of(report))
    lines.append(
        _(
            "{failures} withheld figures fell, and {contradictions} published figures contradict others."
        ).format(failures=len(report.failures), contradictions=len(report.contradictions))
    )
    return lines


def _facts_of_table(one: Telling) -> dict[str, object]:
    return {
        "table": one.table,
        "month": one.month,
        "edition": one.edition,
        "figure": one.figure,
        "areas": list(one.areas),
        "files": list(one.files),
    }


def _facts_of(one: Failure | Contradiction) -> dict[str, object]:
    own: dict[str, object] = {
        "month": one.month,
        "edition": one.edition,
        "area": one.area,
        "name": one.name,
        "figure": one.figure,
        "about": one.about,
        "tables": [_facts_of_table(table) for table in one.tables],
    }
    if isinstance(one, Failure):
        return own | {"permitted": list(one.permitted), "derived": list(one.derived), "guessed": one.guessed}
    return own | {"kind": one.kind, "said": list(one.said), "other": list(one.other)}


def report_facts(report: Report) -> dict[str, object]:
    """The report as plain values, for JSON."""
    return {
        "stands": report.stands,
        "attacked": report.attacked,
        "months": list(report.months),
        "editions": {month: list(numbers) for month, numbers in report.editions.items()},
        "cells": {month: dict(cells) for month, cells in report.cells.items()},
        "figures": dict(report.figures),
        "files": dict(report.files),
        "workbooks": list(report.workbooks),
        "failures": [_facts_of(one) for one in report.failures],
        "contradictions": [_facts_of(one) for one in report.contradictions],
        "outdated": [_facts_of(one) for one in report.outdated],
    }
