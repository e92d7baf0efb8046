"""The sentences on an area: what each number is, from when, from whom, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geomatch.numbers import interval, month_text, whole
from geomatch.public.editions import Edition
from geomatch.public.tables import MISSING, WITHHELD
from geomatch.site.figures import change_figure, figure, index_figure, is_missing, share_figure
from geomatch.site.words import listed, span_text, updated_text
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = [
    "Fact",
    "area_facts",
    "band_sentence",
    "change_words",
    "is_withheld",
    "lead_sentences",
    "source_text",
]


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of an area: what it is called, the number or sign, and the sentences that explain it."""

    name: str
    label: str
    value: str
    sentences: tuple[str, ...]


def _plural(low: int, high: int) -> int:
    """The number that grammar goes by: an interval is always plural."""
    return low if low == high else 2


def source_text(edition: Edition) -> str:
    """Whom the counts of those enrolled come from; made-up ones are nobody's."""
    return _("made-up figures") if edition.synthetic else _("the Swedish Migration Agency")


def is_withheld(row: Any, stem: str) -> bool:  # noqa: ANN401 (a row of areas)
    """Whether a figure of a row is withheld."""
    return str(getattr(row, f"{stem}_sign")) == WITHHELD


def _ends(row: Any, stem: str) -> tuple[int, int] | None:  # noqa: ANN401 (a row of a table)
    low, high = getattr(row, f"{stem}_low"), getattr(row, f"{stem}_high")
    if str(getattr(row, f"{stem}_sign")) or is_missing(low) or is_missing(high):
        return None
    return int(low), int(high)


def _shown(row: Any, stem: str) -> str:  # noqa: ANN401 (a row of a table)
    return figure(
        getattr(row, f"{stem}_low"), getattr(row, f"{stem}_high"), str(getattr(row, f"{stem}_sign"))
    )


def _least(edition: Edition) -> str:
    """The counts that are withheld: `1–5`."""
    settings = edition.facts["settings"]
    ends = (
        settings["disclosure"]["withhold_to"],
        settings["mask"]["masked_high"],
        settings["mask"]["dash_high"],
    )
    return interval(1, max(int(end) for end in ends))


# --------------------------------------------------------------------------------------------------------------- need


def _need_sentence(row: Any, name: str, edition: Edition) -> str:  # noqa: ANN401 (a row of areas)
    """How many are enrolled, where, when and by whom."""
    ends = _ends(row, "need")
    about = {"name": name, "month": month_text(edition.month), "source": source_text(edition)}
    if ends is None:
        text = (
            _("How many were enrolled in {name} at the end of {month} is withheld.")
            if is_withheld(row, "need")
            else _("How many were enrolled in {name} at the end of {month} is not known.")
        )
        return text.format(**about)
    if ends[1] == 0:
        return _("Nobody was enrolled in {name} at the end of {month}, by {source}.").format(**about)
    return ngettext(
        "{n} person was enrolled in the reception system in {name} at the end of {month}, by {source}.",
        "{n} persons were enrolled in the reception system in {name} at the end of {month}, by {source}.",
        _plural(*ends),
    ).format(n=interval(*ends), **about)


def _need_doubt(row: Any, edition: Edition) -> str:  # noqa: ANN401 (a row of areas)
    """How sure the number of those enrolled is."""
    ends = _ends(row, "need")
    if ends is None:
        if is_withheld(row, "need"):
            return _(
                "The number, or one behind it, is {n}. So small numbers are not shown, since persons could be recognised; the agency withholds them as well."
            ).format(n=_least(edition))
        return _("The source does not say it.")
    if ends[0] != ends[1]:
        return _(
            "It is an interval, since numbers behind it are withheld: the true number is from {low} to {high}."
        ).format(low=whole(ends[0]), high=whole(ends[1]))
    if updated := updated_text(edition):
        return _("The number is exact as it was published, updated {day}, and covers all ages.").format(
            day=updated
        )
    return _("The number is exact as it was published, and covers all ages.")


# ---------------------------------------------------------------------------------------------------------------- gap


def _gap_sentence(row: Any) -> str:  # noqa: ANN401 (a row of areas)
    """How many of those enrolled get no place."""
    need, gap = _ends(row, "need"), _ends(row, "gap")
    if need is not None and need[1] == 0:
        return _("Nobody is enrolled, so there is no gap.")
    if gap is None:
        return (
            _("How many get no place in any activity, the gap, is withheld.")
            if is_withheld(row, "gap")
            else _("How many get no place in any activity, the gap, is not known.")
        )
    if gap[1] == 0:
        return _("All of them can get a place: the gap is 0.")
    return ngettext(
        "{n} of those enrolled gets no place in any activity. This is the gap.",
        "{n} of those enrolled get no place in any activity. This is the gap.",
        _plural(*gap),
    ).format(n=interval(*gap))


def _gap_doubt(row: Any, edition: Edition) -> str:  # noqa: ANN401 (a row of areas)
    """How the gap was found, and how sure it is."""
    gap = _ends(row, "gap")
    if gap is None:
        if is_withheld(row, "gap"):
            return _("It may be {n} persons, and so small numbers are not shown.").format(n=_least(edition))
        return ""
    how = _(
        "It is computed, not counted: from the enrolled, the places and the timetables of {span}."
    ).format(span=span_text(edition))
    if gap[0] == gap[1]:
        return how
    return (
        how
        + " "
        + _("The true number is from {low} to {high}, whatever is withheld or not known.").format(
            low=whole(gap[0]), high=whole(gap[1])
        )
    )


def band_sentence(row: Any) -> str:  # noqa: ANN401 (a row of areas)
    """Which fifth of the municipalities an area is in by the share without a place; empty where there is none."""
    if is_missing(row.band_best) or is_missing(row.band_worst):
        return ""
    best, worst = int(row.band_best), int(row.band_worst)
    return _(
        "By the share without a place it is in fifth {fifth} of the municipalities: 1 has the smallest shares, 5 the largest."
    ).format(fifth=interval(best, worst))


def _no_day_return(row: Any) -> str:  # noqa: ANN401 (a row of areas)
    ends = _ends(row, "no_day_return")
    if ends is None or ends[1] == 0:
        return ""
    return ngettext(
        "{n} of those enrolled can reach no suitable activity and get home the same day.",
        "{n} of those enrolled can reach no suitable activity and get home the same day.",
        _plural(*ends),
    ).format(n=interval(*ends))


# ------------------------------------------------------------------------------------------------- places and the index


def _places_sentences(row: Any, name: str, edition: Edition) -> tuple[str, ...]:  # noqa: ANN401 (a row of areas)
    series, places = int(row.series), int(row.places)
    if not series:
        return (
            _("No activity in {name} has sessions in the period {span}.").format(
                name=name, span=span_text(edition)
            ),
        )
    return (
        ngettext(
            "{n} activity in {name} has sessions in the period {span}, with {places} places in all.",
            "{n} activities in {name} have sessions in the period {span}, with {places} places in all.",
            series,
        ).format(n=whole(series), name=name, span=span_text(edition), places=whole(places)),
        _("The boards' register says so. One activity at three places is counted three times."),
    )


def _index_sentences(row: Any, edition: Edition) -> tuple[str, ...]:  # noqa: ANN401 (a row of areas)
    index = index_figure(row.access_index_low, row.access_index_high)
    if is_missing(row.access_index_low):
        nobody = _ends(row, "need") == (0, 0)
        return (
            _("Nobody is enrolled here, so there is nobody to share places among.")
            if nobody
            else _("The access index is not told here."),
        )
    return (
        _("There are {index} places within reach for each person enrolled.").format(index=index),
        _(
            "This is the access index: places are shared with everyone who reaches them, and near ones count more. It is computed from the timetables of {span}."
        ).format(span=span_text(edition)),
    )


def _sexes(row: Any) -> tuple[str, tuple[str, ...]]:  # noqa: ANN401 (a row of areas)
    """Women and men: the figure, and its sentences."""
    women, men = _ends(row, "women"), _ends(row, "men")
    shown = f"{_shown(row, 'women')} / {_shown(row, 'men')}"
    if women is not None and men is not None:
        share = "" if is_missing(row.women_share) else share_figure(row.women_share, row.women_share)
        text = _("Of those enrolled {women} are women and {men} are men.").format(
            women=interval(*women), men=interval(*men)
        )
        return shown, (
            text,
            *((_("Women are {share} of those whose sex is told.").format(share=share),) if share else ()),
        )
    if is_withheld(row, "women") or is_withheld(row, "men"):
        return shown, (_("A number of women or men that is small is withheld."),)
    return MISSING, (_("For women and men apart it is not known: the counts do not tell them apart."),)


# ------------------------------------------------------------------------------------------------------------- changes


def change_words(low: int, high: int, more: str, fewer: str, same: str, between: str) -> str:
    """A change in words; `more` and `fewer` hold {n}, `between` {fewer} and {more}."""
    if low == high == 0:
        return same
    if low >= 0:
        return more.format(n=interval(low, high))
    if high <= 0:
        return fewer.format(n=interval(-high, -low))
    return between.format(fewer=whole(-low), more=whole(high))


def _need_change(row: Any) -> str:  # noqa: ANN401 (a row of areas)
    ends = _ends(row, "need_change")
    if ends is None:
        return ""
    return change_words(
        *ends,
        _("{n} more enrolled"),
        _("{n} fewer enrolled"),
        _("as many enrolled"),
        _("between {fewer} fewer and {more} more enrolled"),
    )


def _gap_change(row: Any) -> str:  # noqa: ANN401 (a row of areas)
    ends = _ends(row, "gap_change")
    if ends is None:
        return ""
    return change_words(
        *ends,
        _("{n} more without a place"),
        _("{n} fewer without a place"),
        _("as many without a place"),
        _("between {fewer} fewer and {more} more without a place"),
    )


def _places_change(row: Any) -> str:  # noqa: ANN401 (a row of areas)
    if is_missing(row.places_change):
        return ""
    change = int(row.places_change)
    return change_words(change, change, _("{n} more places"), _("{n} fewer places"), _("as many places"), "")


def _change_sentence(row: Any) -> str:  # noqa: ANN401 (a row of areas)
    """What is new since the published month before, in one sentence."""
    if not row.before:
        return _("No earlier month is published, so no change is told.")
    told = [one for one in (_need_change(row), _gap_change(row), _places_change(row)) if one]
    before = month_text(str(row.before))
    if not told:
        return _("The month cannot be compared with {before}.").format(before=before)
    text = _("Compared with {before}: {changes}.").format(before=before, changes=", ".join(told))
    if WITHHELD in {str(row.need_change_sign), str(row.gap_change_sign)}:
        text += " " + _("A change is not shown where the number of either month is withheld.")
    return text


def area_facts(row: Any, name: str, edition: Edition) -> list[Fact]:  # noqa: ANN401 (a row of areas)
    """Every number of an area with what it is, from when, from whom and how sure.

    Args:
        row: A row of `areas`.
        name: The name of the area.
        edition: The edition that the row is of.
    """
    need = _ends(row, "need")
    share = share_figure(row.gap_share_low, row.gap_share_high, str(row.gap_sign)) if need != (0, 0) else ""
    gap_sentences = [_gap_sentence(row)]
    if share and not is_missing(row.gap_share_low):
        gap_sentences.append(_("That is {share} of those enrolled.").format(share=share))
    if need != (0, 0):
        gap_sentences += [_gap_doubt(row, edition), band_sentence(row), _no_day_return(row)]
    sexes, sex_sentences = _sexes(row)
    change = change_figure(row.need_change_low, row.need_change_high, str(row.need_change_sign))
    return [
        Fact(
            "need",
            _("Enrolled"),
            _shown(row, "need"),
            (_need_sentence(row, name, edition), _need_doubt(row, edition)),
        ),
        Fact("gap", _("Gap: without a place"), _shown(row, "gap"), tuple(filter(None, gap_sentences))),
        Fact("places", _("Places"), whole(int(row.places)), _places_sentences(row, name, edition)),
        Fact(
            "access_index",
            _("Access index"),
            index_figure(row.access_index_low, row.access_index_high),
            _index_sentences(row, edition),
        ),
        Fact("women", _("Women / men"), sexes, sex_sentences),
        Fact("need_change", _("Change in enrolled"), change, (_change_sentence(row),)),
    ]


def lead_sentences(row: Any, name: str, edition: Edition, largest: list[tuple[str, str]]) -> list[str]:  # noqa: ANN401
    """An area in two or three sentences: need, gap, and what is new.

    Args:
        row: A row of `areas`.
        name: The name of the area.
        edition: The edition that the row is of.
        largest: Names and gaps of its municipalities with the largest gaps; empty for none.
    """
    need, gap = _ends(row, "need"), _ends(row, "gap")
    first = _need_sentence(row, name, edition)
    if need is None or need[0] != need[1]:
        first += " " + _need_doubt(row, edition)
    second = _gap_sentence(row)
    if gap is not None and gap[1]:
        share = share_figure(row.gap_share_low, row.gap_share_high, str(row.gap_sign))
        second = _(
            "{n} of them ({share}) get no place in any activity. This is the gap, computed from the places and the timetables."
        ).format(n=interval(*gap), share=share)
    if largest:
        names = [f"{one} ({shown})" for one, shown in largest]
        second += " " + _("Of the gaps that are shown the largest are in {names}.").format(
            names=listed(names)
        )
    return [first, second, _change_sentence(row)]
