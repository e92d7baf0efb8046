"""The internal page of one county and month, and the page that lists them all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from geomatch.asked import is_month
from geomatch.assets import leaflet_files, own_files
from geomatch.entitled import breakdowns_used, counted_strata
from geomatch.numbers import decimal, interval, month_text, percent_interval, whole
from geomatch.plain import plain
from geomatch.publish.activities import activity_table
from geomatch.publish.corridors import GAIN_LIMITS, corridor_matrix, corridor_records, corridor_table
from geomatch.publish.decisions import decision_table
from geomatch.publish.facts import CountyFacts, SourceNote, shown_municipalities
from geomatch.publish.localities import localities, locality_table
from geomatch.publish.maps import GAP_LIMITS, map_files
from geomatch.publish.pairs import KIND_ORDER, corridor_sentences, kind_text, pair_name, rule_text
from geomatch.publish.purposes import purpose_tables
from geomatch.publish.sentences import county_sentences, municipality_sentences
from geomatch.publish.tables import municipality_table
from geomatch.publish.withheld import withheld_table
from geomatch.settings import DEFAULT_SHARES
from geomatch.words import gettext as _
from geomatch.words import language, ngettext

__all__ = ["INTERNAL", "IndexEntry", "county_files", "publish_county", "publish_index", "template_text"]

# Shares that hold from this day always did.
_ALWAYS = "1900-01-01"
# The tree that must not leave the boards. Its name is part of every address below it.
INTERNAL = "internal"
_COUNTY = re.compile(r"\d{2}")


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One published page.

    Attributes:
        month: YYYY-MM.
        county_code: Two digits.
        county_name: Name with `län`.
        synthetic: Its figures are made up.
        updated: The day (YYYY-MM-DD) on which the counts were updated; empty when it is not known.
        earlier: What sets the page apart from the month's latest run, in words; empty when it is of that run.
    """

    month: str
    county_code: str
    county_name: str
    synthetic: bool = False
    updated: str = ""
    earlier: str = ""


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("geomatch.publish"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    # Looked up at each use: the language is the caller's.
    environment.globals["_"] = _
    return environment


def template_text(name: str, **values: Any) -> str:  # noqa: ANN401 (values of a template are of every type)
    """The page that template `name` makes of `values`, in the language in force. Every value is escaped."""
    return _templates().get_template(name).render(language=language(), **values)


def _adult_shares(facts: CountyFacts) -> dict[str, tuple[float, float]]:
    """The share of adults per target group of the county, for groups that have one."""
    day = date.fromisoformat(f"{facts.month}-01")
    groups = sorted({str(group) for group in facts.served["target_group"]})
    shares = {g: facts.settings.share("adult_share", g, facts.county_code, day) for g in groups}
    return {group: share for group, share in shares.items() if share != (1.0, 1.0)}


def _whose_need(facts: CountyFacts) -> str:
    """Who is counted: everybody, or the adults by counts or by a share."""
    own = facts.points[facts.points["county_code"] == facts.county_code]
    used = {} if facts.need is None else breakdowns_used(facts.need, own)
    by_share = bool(_adult_shares(facts))
    if used.get("ages_counted", 0) == 0:
        return (
            _("Need: everyone enrolled in the reception system; of them the adults, by the share below.")
            if by_share
            else _("Need: everyone enrolled in the reception system, of all ages.")
        )
    if used["ages_counted"] == used["municipalities"]:
        return _("Need: everyone enrolled in the reception system who is 18 or more, by the counts by age.")
    return (
        _(
            "Need: those enrolled in the reception system who are 18 or more, in municipalities whose counts tell ages; in the others the adults, by the share below."
        )
        if by_share
        else _(
            "Need: those enrolled in the reception system who are 18 or more, in municipalities whose counts tell ages; in the others everyone enrolled, of all ages."
        )
    )


def _groups_by_share(facts: CountyFacts) -> list[str]:
    """The target groups some of whom have the right to travel by a share, not by counts of case status."""
    counted = set() if facts.need is None else counted_strata(facts.need, facts.served)
    rows = facts.served[["municipality_code", "target_group", "sex"]].drop_duplicates().astype(str)
    return sorted({row[1] for row in rows.itertuples(index=False, name=None) if row not in counted})


def _where_need_lives(facts: CountyFacts) -> str:
    text = (
        _(
            "Where need lives: each municipality's count is spread over the cells of a population raster by their population. So the persons of a cell are expected, not counted."
        )
        if (facts.points["kind"] == "cell").any()
        else _(
            "Where need lives: each municipality's count is spread over its localities by population. So the persons of a locality are expected, not counted."
        )
    )
    if facts.at_sites:
        text += " " + _(
            "Those in agency accommodation are placed at its sites, by the places of each, where a list of sites has any in the municipality; the sites, and journeys from them, are not shown."
        )
    return text


def _method(facts: CountyFacts, window: str) -> list[str]:
    """How the numbers come about, with the limits that were used."""
    settings = facts.settings
    limits, walk, corridors = settings.limits, settings.walk, settings.corridors
    sentences = [
        _whose_need(facts),
        _(
            "A withheld count is an interval: “..” is {masked}, a dash is {dash}. Published totals narrow it, or widen it where the sums do not add up otherwise."
        ).format(
            masked=interval(settings.mask.masked_low, settings.mask.masked_high),
            dash=interval(settings.mask.dash_low, settings.mask.dash_high),
        ),
        _where_need_lives(facts),
        _(
            "Day return: one can get there before the session and home after it, at most {travel} minutes each way with at most {changes} changes, {walk} m walked to or from a stop and {away} hours away from home, in at least {share} % of the sessions ({window})."
        ).format(
            travel=decimal(limits.max_travel_min),
            changes=whole(limits.max_transfers),
            walk=decimal(walk.max_walk_m, 0),
            away=decimal(limits.max_away_min / 60),
            share=decimal(settings.sessions.min_session_share * 100, 0),
            window=window,
        ),
        _("Journeys that must be booked ahead are counted.")
        if limits.allow_booking
        else _("Journeys that must be booked ahead are not counted as reachable."),
        _(
            "Who gets a place: persons are allotted to places, first as many as possible in their own municipality, then as many as possible in all, then with the shortest journeys, then as evenly as can be. Another municipality can be used on foot, or where the pair of municipalities is open and the person has the right to the journey."
        ),
        _(
            "The gap: those enrolled who get no place. The interval holds for every count that the withheld figures allow, with the unknown shares at their lowest and at their highest."
        ),
        _(
            "A pair of municipalities is recommended when opening it gains at least {gain} persons at low and high need alike, in at most {minutes} minutes each way, without booking and with a safe last way home; it is possible when it gains anybody. The criteria size, supply and commuting are read off beside it."
        ).format(gain=decimal(corridors.min_gain), minutes=decimal(corridors.recommended_max_min)),
        _(
            "The criteria: the size is large enough when at least {n} persons who may travel get no place in their own municipality at low need; the supply is enough when at least {n} suitable places are free there at low as well as high need; commuting is good when the best day return takes at most {minutes} minutes each way, needs no booking and has a safe last way home."
        ).format(n=decimal(corridors.min_gain), minutes=decimal(corridors.recommended_max_min)),
    ]
    if settings.allocation.digital_share:
        sentences.append(
            _("At a distance: {share} % of those left can take part in a digital activity.").format(
                share=decimal(settings.allocation.digital_share * 100)
            )
        )
    return sentences


def _group_text(target_group: str) -> str:
    return {
        "asylum_seeker": _("asylum seekers"),
        "temporary_protection": _("temporary protection"),
        "permit_awaiting_settlement": _("permit, awaiting settlement"),
        "all": _("groups not told apart"),
    }.get(target_group, plain(target_group))


def _share_source(facts: CountyFacts, name: str, group: str, day: date) -> str:
    """From when a share holds, whether it is the county's own, and who says so; empty where nothing is set."""
    share = facts.settings.share_in_force(name, group, facts.county_code, day)
    if share is None:
        return ""
    parts = []
    if share.county_code == facts.county_code:
        parts.append(_("the county's own"))
    if share.valid_from > _ALWAYS:
        parts.append(_("from {day}").format(day=share.valid_from))
    # The source of the share that comes with the program is ours to translate; a board's own stands as it wrote it.
    known = {
        DEFAULT_SHARES[0].source: _(
            "the boards' report of 2020, in which about 70 % were past the first decision, in Västra Götaland about 80 %"
        ),
        "unknown": "",
    }
    if source := known.get(share.source, plain(share.source)):
        parts.append(_("source: {source}").format(source=source))
    return f" ({'; '.join(parts)})" if parts else ""


def _unknown_shares(facts: CountyFacts) -> str:
    """For whom it is not known how many may travel, as a sentence; empty where it is known of all."""
    day = date.fromisoformat(f"{facts.month}-01")
    groups = [
        _group_text(group)
        for group in _groups_by_share(facts)
        if facts.settings.share("eligible_share", group, facts.county_code, day) == (0.0, 1.0)
    ]
    if not groups:
        return ""
    return _(
        "How many have the right to a journey is unknown ({groups}): at low need it is reckoned with nobody, at high need with everybody."
    ).format(groups="; ".join(groups))


def _shares(facts: CountyFacts) -> list[str]:
    """The eligible shares and the rules of the month, each with its source."""
    day = date.fromisoformat(f"{facts.month}-01")
    settings = facts.settings
    sentences = []
    for group in _groups_by_share(facts):
        low, high = settings.share("eligible_share", group, facts.county_code, day)
        text = (
            _("Right to the journey, {group}: unknown, so 0–100 % is reckoned with.")
            if (low, high) == (0.0, 1.0)
            else _("Right to the journey, {group}: {share}.")
        )
        share = percent_interval(low, high) + _share_source(facts, "eligible_share", group, day)
        sentences.append(text.format(group=_group_text(group), share=share))
    for group, (low, high) in _adult_shares(facts).items():
        text = (
            _("Adults, {group}: unknown, so 0–100 % is reckoned with.")
            if (low, high) == (0.0, 1.0)
            else _("Adults, {group}: {share}. Only they are counted.")
        )
        share = percent_interval(low, high) + _share_source(facts, "adult_share", group, day)
        sentences.append(text.format(group=_group_text(group), share=share))
    for rule in settings.rules.at(day).rules:
        text = (
            _("For information, judges no journey: {source}.")
            if not rule.judges
            else _("Rule in force, confirmed: {source}.")
            if rule.status == "verified"
            else _("Rule in force, assumed, which excludes no one: {source}.")
        )
        words = rule_text(rule.name, str(rule.text)) + f" ({plain(str(rule.source))})"
        sentences.append(text.format(source=words))
    return sentences


def _source_kind(kind: str) -> str:
    """A source's kind in words."""
    return {
        "enrolment": _("Enrolled persons"),
        "activities": _("Register of activities"),
        "localities": _("Localities and their population"),
        "timetable": _("Timetables"),
        "corridors": _("Register of approved pairs"),
        "regions": _("Borders of municipalities"),
        "raster": _("Population raster"),
        "sites": _("Agency accommodation"),
        "population": _("Population"),
        "study_hours": _("Study hours"),
        "other_activities": _("Other activities"),
        "travel_compensation": _("Travel compensation"),
        "settings": _("Settings"),
    }.get(kind, plain(kind))


def _source(source: SourceNote) -> dict[str, str]:
    parts = [plain(part) for part in (source.credit, source.period, source.file) if part]
    if source.sha256:
        parts.append(f"sha256 {source.sha256[:12]}")
    return {"kind": _source_kind(source.kind), "text": " · ".join(parts)}


def _gain_legend() -> list[tuple[int, str]]:
    """Line classes of persons gained, thinnest first."""
    texts = [_("under {n} person").format(n=GAIN_LIMITS[0])]
    texts += [_("{low} to under {high}").format(low=low, high=high) for low, high in pairwise(GAIN_LIMITS)]
    return list(enumerate([*texts, _("{n} or more").format(n=GAIN_LIMITS[-1])]))


def _gap_legend() -> list[tuple[str, str]]:
    rows = [("none", _("nobody enrolled")), ("0", _("0 persons"))]
    for number, low in enumerate(GAP_LIMITS, start=1):
        if number == len(GAP_LIMITS):
            rows.append((str(number), _("{n} persons or more").format(n=whole(low))))
        else:
            rows.append(
                (
                    str(number),
                    ngettext("{n} person", "{n} persons", 2).format(n=interval(low, GAP_LIMITS[number] - 1)),
                )
            )
    return rows


def county_files(facts: CountyFacts, documents: str = "") -> dict[str, str]:
    """The texts of the county's own files by name: `index.html`, `data.js` and `map.js`, in the language in force.

    They need the shared files under `../../assets`. The same facts give the same texts. `documents` is the name of the
    folder beside the county's that holds its documents; empty where there is none.
    """
    shown = shown_municipalities(facts)
    places = localities(facts)
    names = facts.names()
    month = month_text(facts.month)
    county = plain(facts.county_name)
    title = _("Who reaches an activity? {county}, {month}").format(county=county, month=month)
    window = plain(facts.window)
    by_purpose = purpose_tables(facts)
    page = template_text(
        "county.html",
        assets="../../assets",
        documents=documents,
        title=_("SYNTHETIC DATA: {title}").format(title=title) if facts.synthetic else title,
        heading=title,
        synthetic=facts.synthetic,
        month=month,
        summary=county_sentences(
            facts, shown, sum(place.reached == 0 and not place.cells for place in places)
        ),
        map_label=_("Map of {county}, {month}").format(county=county, month=month),
        gap_legend=_gap_legend(),
        corridor_legend=[(kind, kind_text(kind)) for kind in KIND_ORDER],
        gain_legend=_gain_legend(),
        tables=[
            municipality_table(shown, _unknown_shares(facts)),
            *(by_purpose[:1] if by_purpose else ()),
            corridor_table(facts),
            corridor_matrix(facts),
            *filter(None, [decision_table(facts)]),
            activity_table(facts),
            locality_table(facts, places),
            *filter(None, [withheld_table(facts)]),
        ],
        purposes_by_municipality=by_purpose[1] if by_purpose else None,
        pairs_in_words=[
            (
                pair_name(f"{row['from_code']}-{row['to_code']}", names),
                corridor_sentences(row, names, facts.settings),
            )
            for row in corridor_records(facts)
        ],
        in_words=[(municipality, municipality_sentences(municipality)) for municipality in shown],
        changes=[plain(paragraph) for paragraph in facts.changes],
        method=_method(facts, window),
        window=window,
        sources=[_source(source) for source in facts.sources],
        notes=[plain(note) for note in facts.notes],
        shares=_shares(facts),
    )
    return {"index.html": page, **map_files(facts, shown, places)}


def _shared_files() -> dict[str, bytes]:
    """The files all pages share, by their place under `assets`."""
    own = files("geomatch.publish") / "static"
    names = sorted(entry.name for entry in own.iterdir() if entry.is_file())
    return {**leaflet_files(), **own_files(), **{name: (own / name).read_bytes() for name in names}}


def _write(path: Path, content: bytes) -> None:
    """Write `content`, so that a reader sees the old file or the new one and never a part."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)


def _write_shared(folder: Path) -> None:
    for name, content in _shared_files().items():
        _write(folder / "assets" / name, content)


def publish_county(facts: CountyFacts, site: Path) -> Path:
    """Write the county's page to `<site>/internal/<month>/<county_code>/index.html`, and the files it needs.

    All links are relative: the page opens from a file, offline, and from any web server. Everything is computed
    before anything is written.

    Args:
        facts: The facts of the page.
        site: Folder of the site. The page always lies under `internal/` in it, until disclosure control exists.

    Returns:
        The page.

    Raises:
        ValueError: Month or county code are not of their form, and would name another folder.
    """
    if not is_month(facts.month) or not _COUNTY.fullmatch(facts.county_code):
        raise ValueError(f"{facts.month!r}, {facts.county_code!r}")
    tree = site / INTERNAL
    # Made by `geomatch documents`, and left by a new page.
    documents = f"{facts.county_code}-documents"
    there = (tree / facts.month / documents / "index.html").is_file()
    texts = county_files(facts, documents if there else "")
    _write_shared(tree)
    folder = tree / facts.month / facts.county_code
    # The page last: it never points at a map that is not there.
    for name in sorted(texts, key=lambda name: name == "index.html"):
        _write(folder / name, texts[name].encode())
    return folder / "index.html"


def publish_index(entries: Iterable[IndexEntry], site: Path) -> Path:
    """Write `<site>/internal/index.html`, which links every entry's page: newest month first, counties by code.

    Returns:
        The page.
    """
    newest_first: Sequence[IndexEntry] = sorted(
        sorted(set(entries), key=lambda entry: entry.county_code),
        key=lambda entry: entry.month,
        reverse=True,
    )
    months = [
        {"code": month, "text": month_text(month), "entries": list(group)}
        for month, group in groupby(newest_first, key=lambda entry: entry.month)
    ]
    # Only a site of nothing but made-up figures is marked as a whole; each link says it for its own page.
    synthetic = bool(newest_first) and all(entry.synthetic for entry in newest_first)
    heading = _("Who reaches an activity? Published months and counties")
    text = template_text(
        "index.html",
        assets="assets",
        title=_("SYNTHETIC DATA: {title}").format(title=heading) if synthetic else heading,
        heading=heading,
        synthetic=synthetic,
        months=months,
    )
    tree = site / INTERNAL
    _write_shared(tree)
    _write(tree / "index.html", text.encode())
    return tree / "index.html"
