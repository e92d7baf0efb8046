"""The pages of a month: all areas, a county, a municipality."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from geomatch.numbers import month_text
from geomatch.public.tables import NATION
from geomatch.site.charts import Bars, Figure, Point, need_and_places, over_months, women_and_men
from geomatch.site.figures import figure, is_missing
from geomatch.site.files import month_files
from geomatch.site.layout import FRONT, Frame, Pages, link_to
from geomatch.site.plain import plain
from geomatch.site.rows import MonthRows
from geomatch.site.sentences import area_facts, lead_sentences
from geomatch.site.sentences_more import (
    activity_sentences,
    no_way_sentence,
    pair_sentences,
    similar_sentence,
    way_text,
)
from geomatch.site.views import (
    TableView,
    area_table,
    group_table,
    month_table,
    pair_order,
    pair_table,
    purpose_table,
    signs,
)
from geomatch.site.views_activity import activity_table, reached_table
from geomatch.site.words import activity_name
from geomatch.words import DEFAULT_LANGUAGE, language
from geomatch.words import gettext as _

__all__ = ["area_pages", "nation_page"]

# A county with more activities than this has them folded by municipality, a municipality by purpose.
_FOLD = 60
# Activities in other municipalities that a municipality's page lists.
_REACHED = 25
# Pairs that stand in the open on a municipality's page, in each direction.
_PAIRS = 6
# Areas that a chart holds: those with most persons enrolled.
_IN_CHART = 21
# Municipalities that a lead names.
_LARGEST = 3


def _as_figure(row: Any, stem: str) -> Figure:  # noqa: ANN401 (a row of areas)
    low, high, sign = (getattr(row, f"{stem}_{part}") for part in ("low", "high", "sign"))
    if sign or is_missing(low):
        return Figure(None, None, str(sign))
    return Figure(int(low), int(high))


def _most_enrolled(rows: MonthRows, codes: list[str]) -> list[str]:
    """The areas with most persons enrolled, most first; what is withheld is small."""

    def key(code: str) -> tuple[int, str, str]:
        row = rows.areas[code]
        return (0 if is_missing(row.need_high) else -int(row.need_high), rows.name(code), code)

    return sorted(codes, key=key)[:_IN_CHART]


def _bar_charts(rows: MonthRows, codes: list[str], area: str) -> list[Markup]:
    """Need against places and women against men, of those areas of `codes` with most persons enrolled."""
    shown = _most_enrolled(rows, codes)
    month = rows.edition.month
    charts = []
    if shown:
        bars = [
            Bars(
                rows.name(code),
                _as_figure(rows.areas[code], "need"),
                Figure(int(rows.areas[code].places), int(rows.areas[code].places)),
            )
            for code in shown
        ]
        charts.append(need_and_places("chart-places", bars, area, month))
    told = [code for code in shown if rows.areas[code].women_sign != "-" or rows.areas[code].men_sign != "-"]
    if told:
        bars = [
            Bars(rows.name(code), _as_figure(rows.areas[code], "women"), _as_figure(rows.areas[code], "men"))
            for code in told
        ]
        charts.append(women_and_men("chart-women", bars, area, month))
    return charts


def _month_chart(rows: MonthRows, code: str) -> Markup | None:
    """The area over months; None where only one is published."""
    points = []
    for month, areas in (*rows.earlier, (rows.edition.month, rows.areas)):
        row = areas.get(code)
        # Another month's whole may be of other municipalities: that is another whole.
        if row is not None and row.municipalities == rows.areas[code].municipalities:
            places = Figure(int(row.places), int(row.places))
            points.append(Point(month, _as_figure(row, "need"), _as_figure(row, "gap"), places))
    return over_months("chart-months", points, rows.name(code)) if len(points) > 1 else None


def _largest_gaps(rows: MonthRows, codes: list[str]) -> list[tuple[str, str]]:
    """Names and gaps of the areas with the largest gaps that are told."""
    told = [
        (-int(row.gap_high), rows.name(code), figure(row.gap_low, row.gap_high))
        for code in codes
        for row in (rows.areas[code],)
        if not is_missing(row.gap_high) and int(row.gap_high) > 0
    ]
    return [(name, shown) for _gap, name, shown in sorted(told)[:_LARGEST]]


def _values(rows: MonthRows, code: str, below: list[str], drawn: list[str] | None = None) -> dict[str, Any]:
    """What the template of every area asks for.

    Args:
        rows: The month.
        code: The area.
        below: Its municipalities.
        drawn: The areas of its charts; None draws its municipalities.
    """
    row, name, edition = rows.areas[code], rows.name(code), rows.edition
    months = month_table(rows, "months", _("{name} month by month").format(name=name), code)
    return {
        "name": name,
        "code": code,
        "lead": lead_sentences(row, name, edition, _largest_gaps(rows, below)),
        "facts": area_facts(row, name, edition),
        "signs": signs(),
        "surface": not edition.tables["surface"].empty,
        "charts": _bar_charts(rows, drawn or below, name),
        "chart_is_cut": len(drawn or below) > _IN_CHART,
        "month_chart": _month_chart(rows, code),
        "months_table": months,
    }  # fmt: skip


def nation_page(pages: Pages, rows: MonthRows, path: str) -> tuple[str, str]:
    """The page of all areas of a month, at `path`: the month's own, or the first page of the site."""
    edition, month = rows.edition, month_text(rows.edition.month)
    name, to = rows.name(NATION), pages.way(path)
    codes = list(rows.municipalities)
    only = edition.facts.get("county")
    # A county that is published alone has a page of its own, with its own name.
    about = _("All municipalities") if only else name
    title = _("{name}, {month}").format(name=about, month=month)
    frame = Frame(
        path=path,
        title=title,
        heading=_("Who reaches an activity? {county}, {month}").format(county=name, month=month),
        description=_(
            "Persons enrolled in the reception system, activities and who gets a place, by municipality, {month}."
        ).format(month=month),
        crumb=month,
        crumbs=() if path == FRONT else ((_("Start"), FRONT),),
        edition=edition,
        level="country",
        area=NATION,
        has_map=True,
        here="map",
    )
    return pages.page(
        "nation.html",
        frame,
        # Charts of 290 municipalities are none: with several counties it is these that are drawn.
        **_values(rows, NATION, codes, list(rows.counties) if len(rows.counties) > 1 else None),
        files=month_files(edition),
        files_folder=pages.root(path) + f"data/{edition.month}/",
        partly=_("This month {county} is published, and no other county.").format(county=name)
        if only
        else "",
        areas_table=area_table(
            rows, to, "areas", _("All municipalities"), codes, with_county=True
        ),
        counties_table=area_table(
            rows, to, "counties", _("Counties"), list(rows.counties), note=False
        ),
        purposes_table=purpose_table(
            rows, NATION, _("Activities by purpose in {name}").format(name=name)
        ),
    )  # fmt: skip


def _activity_tables(rows: MonthRows, to: Any, codes: list[str], name: str) -> tuple[list[TableView], bool]:  # noqa: ANN401
    """The activities of a county: one table, or when they are many one for each municipality, folded."""
    activities = [row for code in codes for row in rows.activities.get(code, ())]
    if len(activities) <= _FOLD:
        title = _("Activities in {name}").format(name=name)
        return [activity_table(rows, to, "activities", title, activities)], False
    return [
        activity_table(
            rows,
            to,
            f"activities-{code}",
            _("Activities in {name}").format(name=rows.name(code)),
            rows.activities[code],
            with_municipality=False,
        )
        for code in codes
        if code in rows.activities
    ], True


def _brief_name() -> str:
    """The file of a county's short brief; each language has its own."""
    return "lagesbild.txt" if language() == DEFAULT_LANGUAGE else "brief.txt"


def _county_page(pages: Pages, rows: MonthRows, code: str) -> tuple[str, str]:
    edition, month = rows.edition.of_county(code), month_text(rows.edition.month)
    path, name, settings = rows.page_of(code), rows.name(code), rows.edition.facts["settings"]
    to = pages.way(path)
    codes = rows.municipalities_of(code)
    pairs = [row for own in codes for row in rows.pairs_from.get(own, ())]
    inward = [
        row for own in codes for row in rows.pairs_to.get(own, ()) if str(row.from_code)[:2] != code
    ]  # fmt: skip
    activities, folded = _activity_tables(rows, to, codes, name)
    frame = Frame(
        path=path,
        title=_("{name}, {month}").format(name=name, month=month),
        heading=_("Who reaches an activity? {county}, {month}").format(county=name, month=month),
        description=_("Persons enrolled, activities and who gets a place in {name}, {month}.").format(
            name=name, month=month
        ),
        crumb=name,
        crumbs=((_("Start"), FRONT), (month, f"{edition.month}/index.html")),
        edition=edition,
        level="county",
        area=code,
        has_map=True,
    )
    return pages.page(
        "county.html",
        frame,
        **_values(rows, code, codes),
        areas_table=area_table(rows, to, "areas", _("Municipalities in {name}").format(name=name), codes),
        groups_table=group_table(rows, code, _("Those enrolled in {name} by group").format(name=name)),
        purposes_table=purpose_table(rows, code, _("Activities by purpose in {name}").format(name=name)),
        pairs_table=pair_table(
            rows, to, "pairs", _("Pairs from municipalities in {name}").format(name=name), pairs, settings
        ),
        inward_table=pair_table(
            rows,
            to,
            "inward",
            _("Pairs from other counties to {name}").format(name=name),
            inward,
            settings,
            note=not pairs,
        )
        if inward
        else None,
        # Of many, each stands in words on its municipalities' pages.
        pair_words=_pairs_in_words(rows, to, pairs, "") if len(pairs) <= _FOLD else [],
        files=month_files(edition),
        files_folder=pages.root(path) + f"data/{edition.month}/{code}/",
        brief=to(f"{edition.month}/{code}/{_brief_name()}"),
        activity_tables=activities,
        folded=folded,
        activities_total=sum(len(one.rows) for one in activities),
    )


def _pair_words(rows: MonthRows, to: Any, row: Any, here: str) -> Markup:  # noqa: ANN401 (a row of corridors)
    """The sentences on a pair, its municipalities as links but the one whose page it is."""
    ends = []
    for code in (str(row.from_code), str(row.to_code)):
        page = rows.page_of(code)
        ends.append(link_to(to(page), rows.name(code)) if page and code != here else rows.name(code))
    return pair_sentences(row, ends[0], ends[1], rows.edition.facts["settings"])


def _pairs_in_words(rows: MonthRows, to: Any, pairs: list[Any], here: str) -> list[Markup]:  # noqa: ANN401 (as above)
    """The sentences on pairs, the most useful first."""
    return [_pair_words(rows, to, row, here) for row in sorted(pairs, key=pair_order)]


def _activity_item(rows: MonthRows, to: Any, row: Any, here: str) -> dict[str, Any]:  # noqa: ANN401 (a row of activities)
    """One activity as a municipality's page shows it."""
    ways = []
    for way in rows.ways_to.get(str(row.activity), ()):
        code = str(way.from_code)
        page = rows.page_of(code)
        start = link_to(to(page), rows.name(code)) if page and code != here else rows.name(code)
        ways.append(way_text(way, rows.name(code), start))
    return {
        "purpose": plain(row.primary_purpose),
        "name": activity_name(row),
        "organiser": plain(row.organiser),
        "about": activity_sentences(row),
        "ways": ways,
        "no_way": "" if ways else no_way_sentence(row),
    }


def _by_purpose(items: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The activities folded by purpose where they are many; else all as one, without a heading."""
    if len(items) <= _FOLD:
        return [("", items)] if items else []
    found: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        found.setdefault(item["purpose"] or _("without a purpose"), []).append(item)
    return sorted(found.items())


def _municipality_page(pages: Pages, rows: MonthRows, code: str) -> tuple[str, str]:
    edition, month = rows.edition.of_county(code[:2]), month_text(rows.edition.month)
    path, name, county = rows.page_of(code), rows.name(code), code[:2]
    to = pages.way(path)
    similar = []
    for row in rows.similar.get(code, ()):
        other = str(row.similar_code)
        page = rows.page_of(other)
        named = link_to(to(page), rows.name(other)) if page else rows.name(other)
        similar.append(similar_sentence(row, rows.areas.get(other), named))
    items = [_activity_item(rows, to, row, code) for row in rows.activities.get(code, ())]
    frame = Frame(
        path=path,
        title=_("{name}, {month}").format(name=name, month=month),
        heading=_("{name}, {month}").format(name=name, month=month),
        description=_("Persons enrolled, activities and who gets a place in {name}, {month}.").format(
            name=name, month=month
        ),
        crumb=name,
        crumbs=(
            (_("Start"), FRONT),
            (month, f"{edition.month}/index.html"),
            (rows.name(county), rows.page_of(county)),
        ),
        edition=edition,
        level="municipality",
        area=code,
    )
    return pages.page(
        "municipality.html",
        frame,
        **_values(rows, code, []),
        county=rows.name(county),
        county_address=to(rows.page_of(county)),
        map_address=to(rows.page_of(county)) + f"#municipality={code}",
        groups_table=group_table(rows, code, _("Those enrolled in {name} by group").format(name=name)),
        activity_groups=_by_purpose(items),
        reached_table=reached_table(
            rows, to, code, _("Activities in other municipalities within reach"), _REACHED
        ),
        pairs_from=_pairs_in_words(rows, to, rows.pairs_from.get(code, []), code),
        pairs_to=_pairs_in_words(rows, to, rows.pairs_to.get(code, []), code),
        pairs_shown=_PAIRS,
        similar=similar,
        downloads=to(rows.page_of(county)) + "#downloads",
    )


def area_pages(pages: Pages, rows: MonthRows) -> Iterator[tuple[str, str]]:
    """All pages of the month's areas, as path below the site's root and HTML."""
    yield nation_page(pages, rows, rows.page_of(NATION))
    for county in rows.counties:
        yield _county_page(pages, rows, county)
    for code in sorted(rows.municipalities):
        yield _municipality_page(pages, rows, code)
