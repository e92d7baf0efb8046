"""The short brief of a county as plain text, for a letter or a meeting."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd

from geomatch.numbers import month_text, whole
from geomatch.plain import plain
from geomatch.public.editions import Edition
from geomatch.public.parts import rows_of
from geomatch.public.tables import APPLIES_NOT, MISSING, SIGNS, WITHHELD
from geomatch.site.addresses import page_address
from geomatch.site.context import SiteContext
from geomatch.site.described import clean, first_of, synthetic_sentence
from geomatch.site.figures import change_figure, figure, share_figure, sign_text
from geomatch.sources.places import ATTRIBUTION
from geomatch.tables import records
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["brief"]

_WIDTH = 78
# How many are told of each: municipalities with the largest gaps, recommended pairs, purposes, earlier months.
_GAPS, _PAIRS, _PURPOSES, _MONTHS = 5, 2, 3, 3
_LONGEST_NAME = 28
# The figures of an area that a brief tells, and those that it tells where there is an earlier month.
_FIGURES, _CHANGES = ("need", "gap", "no_day_return"), ("need_change", "gap_change")


def brief(
    context: SiteContext, edition: Edition, county: str, earlier: Sequence[tuple[str, pd.DataFrame]]
) -> str:
    """The brief of a county: 15-30 lines of text, none longer than 78 letters, in the language in force.

    Args:
        context: The site.
        edition: The month.
        county: Two digits; the edition tells of it.
        earlier: Earlier published months with their table `areas`, oldest first.

    Raises:
        ValueError: The edition does not tell of the county.
    """
    tables = rows_of(edition.tables, county)
    areas = tables["areas"]
    row = next((one for one in records(areas) if one.area_code == county), None)
    if row is None:
        raise ValueError(f"{edition.month}: no county {county}")
    name, month = plain(row.name), month_text(edition.month)
    head = [_("{county}, {month}: the short brief").format(county=name, month=month)]
    if edition.synthetic:
        head.append(synthetic_sentence())
    if edition.number > 1 and edition.note:
        head.append(
            _("Corrected, edition {number}: {note}").format(
                number=edition.number, note=_short(edition.note, 200)
            )
        )
    parts = [
        head,
        [_state(row), _changes(row, county, earlier)],
        _gaps(areas),
        [_offered(row, tables), _pairs(context, tables["corridors"])],
        _signs(areas, tables["corridors"]),
        _sources(context, edition, county),
    ]
    return "\n\n".join("\n".join(_wrapped(lines)) for lines in parts if lines) + "\n"


def _short(text: object, most: int) -> str:
    """A text from outside, cut where it is longer than fits."""
    shown = plain(clean(text))
    return shown if len(shown) <= most else plain(clean(text)[: most - 1]) + "…"


def _wrapped(lines: Sequence[str]) -> list[str]:
    """Lines cut to the width; those that begin with blanks go on below their text."""
    result = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip(" ")))
        result += textwrap.wrap(
            line, _WIDTH, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True
        ) or [""]
    return result


def _state(row: Any) -> str:  # noqa: ANN401  a row of a frame
    """Need and gap."""
    need = figure(row.need_low, row.need_high, row.need_sign)
    gap = figure(row.gap_low, row.gap_high, row.gap_sign)
    far = figure(row.no_day_return_low, row.no_day_return_high, row.no_day_return_sign)
    texts = []
    if row.need_sign:
        texts.append(
            _("How many in the county are enrolled in the reception system is not shown ({sign}).").format(
                sign=need
            )
        )
    else:
        texts.append(
            _("{need} persons in the county are enrolled in the reception system.").format(need=need)
        )
    if row.gap_sign:
        texts.append(
            _("How many of them get no place in any activity is not shown ({sign}).").format(sign=gap)
        )
    elif not row.need_sign and row.need_high == 0:
        return " ".join(texts)
    else:
        share = share_figure(row.gap_share_low, row.gap_share_high)
        sentence = _("{gap} of them get no place in any activity.")
        if share != APPLIES_NOT:
            sentence = _("{gap} of them ({share}) get no place in any activity.")
        texts.append(sentence.format(gap=gap, share=share))
    if row.no_day_return_sign:
        texts.append(
            _(
                "How many cannot get to a suitable activity and home the same day is not shown ({sign})."
            ).format(sign=far)
        )
    else:
        texts.append(_("{n} cannot get to a suitable activity and home the same day.").format(n=far))
    return " ".join(texts)


def _changes(row: Any, county: str, earlier: Sequence[tuple[str, pd.DataFrame]]) -> str:  # noqa: ANN401  as above
    if row.before:
        text = _("Since {month}: persons enrolled {need}, without a place {gap}, places {places}.").format(
            month=month_text(row.before),
            need=change_figure(row.need_change_low, row.need_change_high, row.need_change_sign),
            gap=change_figure(row.gap_change_low, row.gap_change_high, row.gap_change_sign),
            places=MISSING
            if pd.isna(row.places_change)
            else change_figure(row.places_change, row.places_change),
        )
    else:
        text = _("There is no earlier month to compare with.")
    told = []
    for month, areas in list(earlier)[-_MONTHS:]:
        was = next((one for one in records(areas) if one.area_code == county), None)
        if was is not None:
            told.append(f"{figure(was.need_low, was.need_high, was.need_sign)} ({month_text(month)})")
    if told:
        text += " " + _("Persons enrolled before: {months}.").format(months="; ".join(told))
    return text


def _gaps(areas: pd.DataFrame) -> list[str]:
    """The municipalities with the largest gaps."""
    found = [
        ((-int(row.gap_high), -int(row.gap_low)), _short(row.name, _LONGEST_NAME), row)
        for row in records(areas[areas["level"] == "municipality"])
        if not row.gap_sign and not pd.isna(row.gap_high) and row.gap_high > 0
    ]
    found.sort(key=lambda one: one[:2])
    told = first_of(found, _GAPS, _GAPS + 1)
    if not told:
        return []
    width = max(len(name) for _size, name, _row in told)
    lines = [_("Most persons without a place, and their share of those enrolled:")]
    for _size, name, row in told:
        gap = figure(row.gap_low, row.gap_high)
        lines.append(
            f"  {name:<{width}}  {gap:>11}  {share_figure(row.gap_share_low, row.gap_share_high):>9}"
        )
    return lines


def _offered(row: Any, tables: dict[str, pd.DataFrame]) -> str:  # noqa: ANN401  as above
    """Activities and their places."""
    series, distance = int(row.series), int(tables["activities"]["digital"].sum())
    if not series and not distance:
        return _("No activities are held in the county this month.")
    text = ngettext(
        "{n} activity is held in the county, with {places} places.",
        "{n} activities are held in the county, with {places} places.",
        series,
    ).format(n=whole(series), places=whole(int(row.places)))
    if distance:
        text += " " + ngettext(
            "{n} more is held at a distance.", "{n} more are held at a distance.", distance
        ).format(n=whole(distance))
    purposes = tables["purposes"]
    own = sorted(
        (-int(one.places), _short(one.purpose, _LONGEST_NAME))
        for one in records(purposes[purposes["level"] == "county"])
        if str(one.purpose).strip()
    )
    told = [f"{name} ({whole(-places)})" for places, name in first_of(own, _PURPOSES, _PURPOSES + 1)]
    if told:
        text += " " + _("Most places by purpose: {purposes}.").format(purposes=", ".join(told))
    return text


def _pairs(context: SiteContext, corridors: pd.DataFrame) -> str:
    """Pairs of municipalities that are open for travel compensation, and those that could be opened."""
    opened = int((corridors["status"] == "open").sum())
    advised = _advised(corridors)
    text = ngettext(
        "Travel compensation: {n} pair of municipalities is open to or from the county.",
        "Travel compensation: {n} pairs of municipalities are open to or from the county.",
        opened,
    ).format(n=whole(opened))
    if not len(advised):
        return text + " " + _("No further pair is recommended.")
    gained = [(1 if pd.isna(one.gain_low) else -int(one.gain_low), one) for one in records(advised)]
    gained.sort(key=lambda one: (one[0], one[1].from_code, one[1].to_code))
    told = [
        _("{origin} to {target} ({gain} more get a place)").format(
            origin=plain(context.names.of(str(one.from_code))),
            target=plain(context.names.of(str(one.to_code))),
            gain=figure(one.gain_low, one.gain_high, one.gain_sign),
        )
        for _gain, one in first_of(gained, _PAIRS, _PAIRS + 1)
    ]
    more = len(gained) - len(told)
    if more:
        told.append(_("{n} more").format(n=whole(more)))
    text += " " + ngettext(
        "{n} more is recommended: {pairs}.", "{n} more are recommended: {pairs}.", len(gained)
    ).format(n=whole(len(gained)), pairs="; ".join(told))
    return text


def _advised(corridors: pd.DataFrame) -> pd.DataFrame:
    return corridors[(corridors["status"] != "open") & (corridors["verdict"] == "recommended")]


def _signs(areas: pd.DataFrame, corridors: pd.DataFrame) -> list[str]:
    """What is not shown, and what the signs mean that the figures told have."""
    own = areas[areas["level"] == "municipality"]
    counts = {stem: int((own[f"{stem}_sign"] == WITHHELD).sum()) for stem in ("need", "gap")}
    lines = []
    if counts["need"] or counts["gap"]:
        lines.append(
            _("Withheld: persons enrolled in {need} of {n} municipalities, without a place in {gap}.").format(
                need=whole(counts["need"]), gap=whole(counts["gap"]), n=whole(len(own))
            )
        )
    stems = _FIGURES + (_CHANGES if areas["before"].ne("").any() else ())
    used = {sign for stem in stems for sign in areas[f"{stem}_sign"]}
    used |= set(_advised(corridors)["gain_sign"])
    if stems != _FIGURES and areas["places_change"].isna().any():
        used.add(MISSING)
    lines += [f"  {sign:<2}  {sign_text(sign)}" for sign in SIGNS if sign in used]
    return lines or [_("No number above is withheld.")]


def _sources(context: SiteContext, edition: Edition, county: str) -> list[str]:
    counts = _("made-up counts") if edition.synthetic else _("Migrationsverket's counts")
    if edition.facts.get("updated"):
        counts = _("{source} (updated {day})").format(source=counts, day=edition.facts["updated"])
    text = _(
        "Sources: {counts}; timetables; the county administrative boards' registers; SCB (borders); {localities}."
    ).format(counts=counts, localities=ATTRIBUTION)
    lines = [text]
    page = page_address(context, f"{edition.month}/{county}/index.html")
    if page:
        lines.append(_("Read more: {address}").format(address=page))
    return lines
