"""The Atom feed: every published month and edition, with what changed most (RFC 4287)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

import pandas as pd

from geomatch.numbers import month_text
from geomatch.plain import plain
from geomatch.public.editions import Edition, Withdrawal
from geomatch.public.tables import NATION, WITHHELD
from geomatch.site.addresses import page_address
from geomatch.site.context import SiteContext
from geomatch.site.described import (
    LICENCE,
    LICENCE_NAME,
    clean,
    first_of,
    moments,
    synthetic_sentence,
    withdrawn_at,
)
from geomatch.site.figures import change_figure, figure
from geomatch.site.notice import withdrawn_sentence
from geomatch.tables import records
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["feed", "largest_changes"]

_ATOM, _XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
# How many municipalities an entry names for each figure, and how many when the last ones changed by the same.
_NAMED, _MOST_NAMED = 3, 6
# What a feed without any edition says of its age: it needs a moment (RFC 4287, 4.1.1).
_NEVER = "1970-01-01T00:00:00Z"


def feed(context: SiteContext, listed: Sequence[Edition], gone: Sequence[Withdrawal] = ()) -> bytes:
    """The feed of the site, in the language in force: an entry for each edition of each month, newest first.

    Of an edition that was withdrawn its entry, by the same id, says so, and nothing else.

    An entry tells the largest changes in need, gap and places by municipality, in published figures only, and the note
    of a correction. Its moment is that of `moments`: from the day the counts were updated, never from the clock.

    With an address of the site, ids and links are absolute. Without one, links are relative to the feed itself (there
    is no xml:base: where it lies is the base), there is no link to itself, and ids are UUIDs of the publisher's name,
    the language, month and edition.

    Args:
        context: The site, and the language that the entries' pages are in.
        listed: Editions, in any order.
        gone: What was withdrawn.
    """
    at = moments(listed)
    notices = {(one.month, one.number): withdrawn_at(one) for one in gone}
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": context.language})
    _add(root, "title", _site_title(listed, gone))
    _add(root, "subtitle", _("What changed in need, places and gap, month by month"))
    _add(root, "id", page_address(context, "feed.xml") or _uuid(context, "feed"))
    _add(root, "updated", max(map(_moment, [*at.values(), *notices.values()]), default=_NEVER))
    author = ET.SubElement(root, "author")
    _add(author, "name", plain(context.site.publisher) or "geomatch")
    _add(root, "rights", f"{LICENCE_NAME}, {LICENCE}")
    own = page_address(context, "feed.xml")
    if own:
        ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": own})
    ET.SubElement(
        root,
        "link",
        {
            "rel": "alternate",
            "type": "text/html",
            "href": page_address(context, "index.html") or "index.html",
        },
    )
    every: list[Edition | Withdrawal] = [*listed, *gone]
    for one in sorted(every, key=lambda one: (one.month, one.number), reverse=True):
        if isinstance(one, Edition):
            root.append(_entry(context, one, _moment(at[one.month, one.number])))
        else:
            root.append(_notice(context, one, _moment(notices[one.month, one.number])))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean(text)


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _uuid(context: SiteContext, what: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"geomatch {context.site.publisher} {context.language} {what}").urn


def _marked(title: str, *, synthetic: bool) -> str:
    return _("SYNTHETIC DATA: {title}").format(title=title) if synthetic else title


def _site_title(listed: Sequence[Edition], gone: Sequence[Withdrawal]) -> str:
    title = _("Activities and need by municipality")
    synthetic = any(edition.synthetic for edition in listed) or any(one.synthetic for one in gone)
    return _marked(title, synthetic=synthetic)


def _entry(context: SiteContext, edition: Edition, at: str) -> ET.Element:
    month = month_text(edition.month)
    title = month[:1].upper() + month[1:]
    if edition.number > 1:
        title = _("{month}: correction, edition {number}").format(month=title, number=edition.number)
    return _filled(context, edition, title, at, _paragraphs(edition))


def _notice(context: SiteContext, one: Withdrawal, at: str) -> ET.Element:
    month = month_text(one.month)
    title = _("{month}: edition {number} withdrawn").format(
        month=month[:1].upper() + month[1:], number=one.number
    )
    texts = [synthetic_sentence()] if one.synthetic else []
    texts.append(withdrawn_sentence(one.number, one.reason))
    return _filled(context, one, title, at, texts)


def _filled(
    context: SiteContext, edition: Edition | Withdrawal, title: str, at: str, texts: Sequence[str]
) -> ET.Element:
    """The entry of an edition, or of what is left of one."""
    entry = ET.Element("entry")
    _add(entry, "title", _marked(title, synthetic=edition.synthetic))
    page = page_address(context, f"{edition.month}/index.html")
    own = f"{page}#edition-{edition.number}" if page else ""
    _add(entry, "id", own or _uuid(context, f"{edition.month} {edition.number}"))
    _add(entry, "updated", at)
    href = page or f"{edition.month}/index.html"
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": href})
    content = ET.SubElement(entry, "content", {"type": "xhtml"})
    within = ET.SubElement(content, "div", {"xmlns": _XHTML})
    for text in texts:
        _add(within, "p", text)
    return entry


def _paragraphs(edition: Edition) -> list[str]:
    """What an entry says."""
    areas = edition.tables["areas"]
    texts = [synthetic_sentence()] if edition.synthetic else []
    if edition.note:
        texts.append(_("Corrected: {note}").format(note=plain(edition.note)))
    whole = next((row for row in records(areas) if row.area_code == NATION), None)
    if whole is None:
        return [*texts, _("There are no results for the month.")]
    texts.append(
        _("Persons enrolled: {need}. Without a place in any activity: {gap}. Places: {places}.").format(
            need=figure(whole.need_low, whole.need_high, whole.need_sign),
            gap=figure(whole.gap_low, whole.gap_high, whole.gap_sign),
            places=figure(whole.places, whole.places),
        )
    )
    if not whole.before:
        return [*texts, _("There is no earlier month to compare with.")]
    texts.append(
        _("Since {month}: persons enrolled {need}, without a place {gap}, places {places}.").format(
            month=month_text(whole.before),
            need=change_figure(whole.need_change_low, whole.need_change_high, whole.need_change_sign),
            gap=change_figure(whole.gap_change_low, whole.gap_change_high, whole.gap_change_sign),
            places=_places_change(whole.places_change),
        )
    )
    words = {
        "need": _("Persons enrolled changed most in {places}."),
        "gap": _("Those without a place changed most in {places}."),
        "places": _("Places changed most in {places}."),
    }
    for stem, sentence in words.items():
        largest = largest_changes(areas, stem)
        if largest:
            named = ", ".join(f"{plain(name)} ({text})" for name, text in largest)
            texts.append(sentence.format(places=named))
    municipalities = areas[areas["level"] == "municipality"]
    withheld = int((municipalities["need_change_sign"] == WITHHELD).sum())
    if withheld:
        texts.append(
            ngettext(
                "The change in persons enrolled is withheld in {n} municipality.",
                "The change in persons enrolled is withheld in {n} municipalities.",
                withheld,
            ).format(n=withheld)
        )
    return texts


def _places_change(value: object) -> str:
    # A county that other municipalities belong to than before is not compared.
    return change_figure(None, None) if pd.isna(value) else change_figure(value, value)  # type: ignore[call-overload]  # a cell


def largest_changes(areas: pd.DataFrame, stem: str) -> list[tuple[str, str]]:
    """The municipalities where a figure certainly changed most, with the change in words.

    Certain is what an interval leaves: of `+4 to +9` four, of `−2 to +3` nothing. Withheld and unknown changes never
    appear. Where several changed by as much as the last of those named they are all named, or none of them when they
    would be too many.

    Args:
        areas: Table `areas`; rows of municipalities count.
        stem: `need`, `gap` or `places`.

    Returns:
        Name and change, the largest first; changes of the same size by name.
    """
    found = []
    for row in records(areas[areas["level"] == "municipality"]):
        if stem == "places":
            low = high = row.places_change
            sign = ""
        else:
            low, high = getattr(row, f"{stem}_change_low"), getattr(row, f"{stem}_change_high")
            sign = getattr(row, f"{stem}_change_sign")
        if sign or pd.isna(low) or pd.isna(high):
            continue
        size = max(int(low), -int(high), 0)
        if size:
            found.append((size, str(row.name), change_figure(int(low), int(high))))
    found.sort(key=lambda one: (-one[0], one[1]))
    return [(name, text) for _size, name, text in first_of(found, _NAMED, _MOST_NAMED)]
