"""Which editions go, which months are made anew for it, and which ones after them must tell their changes anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from geomatch.errors import InputError, Problem
from geomatch.public.editions import FOLDER, editions, kept_editions, read_edition, withdraw_edition
from geomatch.takeback.record import read_record, stricter_of_two, write_record
from geomatch.takeback.retold import changes_stand, retold
from geomatch.takeback.visibility import series_of, stricter_for, used_by
from geomatch.words import DEFAULT_LANGUAGE, using_language
from geomatch.words import gettext as _
from geomatch.workspace import Workspace

__all__ = ["Taken", "order_for", "take_out"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of editions.

    Attributes:
        withdrawn: Numbers of the editions that went, by month.
        anew: Number of the new edition of each month that was computed anew.
        retold: Number of the new edition of each month whose changes are told anew.
        stopped: Months that should have been computed anew, and why they could not; they have no figures.
    """

    withdrawn: Mapping[str, Sequence[int]] = field(default_factory=dict)
    anew: Mapping[str, int] = field(default_factory=dict)
    retold: Mapping[str, int] = field(default_factory=dict)
    stopped: Mapping[str, str] = field(default_factory=dict)

    def without_those_made_anew(self, folder: Path, why: str) -> Taken:
        """The same, with the months that were computed anew left without figures; nobody has seen those editions."""
        for month, number in self.anew.items():
            shutil.rmtree(folder / FOLDER / month / str(number))
        return replace(self, anew={}, stopped={**self.stopped, **dict.fromkeys(self.anew, why)})


def take_out(
    workspace: Workspace,
    folder: Path,
    telling: Mapping[str, Sequence[int]],
    reason: str,
    progress: Progress = lambda *_: None,
    *,
    again: bool = False,
    notes: Mapping[str, str] | None = None,
    dry: bool = False,
) -> Taken:
    """Withdraw editions, and make anew what must not stay as it is without them.

    Where the newest edition of a month tells what it must not, all before it are withdrawn with it: compared with the new
    one they would show what is missing. An edition whose changes were told from a withdrawn one goes too, since they give
    away the other's figures; its own numbers stay as a new edition.

    Args:
        workspace: Where inputs are.
        folder: The one that holds `published/`, which is changed.
        telling: Editions to be withdrawn, by month.
        reason: Why, for everybody to read.
        progress: Called with a step's name, and how much of it is done of how much.
        again: Months whose newest edition goes are computed anew, with what the record in `folder` says is shown less.
            Else they have no figures.
        notes: What a month that is computed anew says changed, where it is not said that it is what was withdrawn.
        dry: Months are not computed anew; the numbers that they would get are given.
    """
    withdrawn: dict[str, list[int]] = {}
    anew: dict[str, int] = {}
    told_anew: dict[str, int] = {}
    stopped: dict[str, str] = {}
    with using_language(DEFAULT_LANGUAGE):
        note = _("Made anew without what was withdrawn.")
        spoiled = _("Its changes were told from figures that have been withdrawn.")

    def go(month: str, number: int, why: str) -> None:
        withdraw_edition(folder, month, number, why)
        withdrawn.setdefault(month, []).append(number)

    for month in list(kept_editions(folder)):
        force = editions(folder).get(month, [])
        told = list(telling.get(month, []))
        if told and force and force[-1] in told and again:
            try:
                county = read_edition(folder, month, force[-1]).facts.get("county")
            except InputError:
                county = None
            for number in kept_editions(folder)[month]:
                go(month, number, reason)
            if dry:
                anew[month] = force[-1] + 1
                continue
            try:
                anew[month] = _computed(
                    workspace, folder, month, county, (notes or {}).get(month, "").strip() or note, progress
                )
            except InputError as error:
                stopped[month] = str(error)
            continue
        for number in told:
            go(month, number, reason)
        if not withdrawn:
            continue
        _tell_again(folder, month, go, told_anew, note, spoiled)
    return Taken({month: sorted(found) for month, found in withdrawn.items()}, anew, told_anew, stopped)


def _tell_again(
    folder: Path,
    month: str,
    go: Callable[[str, int, str], None],
    again: dict[str, int],
    note: str,
    spoiled: str,
) -> None:
    """Withdraw the editions of a month whose changes give away what was withdrawn; the newest is kept without."""
    wrong = [
        number for number in kept_editions(folder).get(month, []) if not changes_stand(folder, month, number)
    ]
    force = editions(folder).get(month, [])
    keep = retold(folder, month, force[-1]) if force and force[-1] in wrong else None
    for number in wrong:
        go(month, number, spoiled)
    if keep is not None:
        again[month] = keep(note)


def _computed(
    workspace: Workspace,
    folder: Path,
    month: str,
    county: str | None,
    note: str,
    progress: Progress,
) -> int:
    """Compute a month anew with what was ordered; gives the number of its edition. Raises InputError."""
    from geomatch.publishing import edition_of_month  # noqa: PLC0415  it takes from this room

    own = workspace.manifest(month)["county"]
    if own is not None and own != county:
        raise InputError(
            Problem(
                _("{month} is computed for county {code} only, and was published for more").format(
                    month=month, code=own
                ),
                remedy=_("Compute it for all and publish again: geomatch run {month}").format(month=month),
            )
        )
    order_for(workspace, folder, month)
    return edition_of_month(workspace, folder, month, note, progress)[0]


def order_for(workspace: Workspace, folder: Path, month: str) -> None:
    """Note in the record of a folder how little a month shows of which activity, so that it never shows more.

    By the registers in force, by its own, and by what was ordered before.
    """
    record, used = read_record(folder), used_by(workspace, month)
    stricter = stricter_for(workspace, month, used, record)
    try:
        series = series_of(workspace, used)
    except InputError:
        series = series_of(workspace, [])
    own = dict(zip(series["series_id"].astype(str), series["visibility"].astype(str), strict=True))
    less = stricter_of_two(stricter, {one: word for one, word in own.items() if word != "exact"})
    made = record.with_month(
        month, {one: word for one, word in less.items() if record.activities.get(one) != word}
    )
    if made != record:
        write_record(folder, made)
