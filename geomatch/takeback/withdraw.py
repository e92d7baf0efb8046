"""`geomatch withdraw`: an activity, an edition or a month leaves everything that is published, and a notice stays.

All of it is made beside the workspace's files and put in place in one step (`geomatch.takeback.commit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from geomatch.errors import InputError, Problem
from geomatch.public.editions import editions, kept_editions, withdrawals
from geomatch.site.build import Built
from geomatch.takeback.commit import staged_workspace
from geomatch.takeback.editions import Taken, order_for, take_out
from geomatch.takeback.files import forget
from geomatch.takeback.record import Order, read_record, write_record
from geomatch.takeback.visibility import exposed
from geomatch.takeback.which import meant
from geomatch.words import DEFAULT_LANGUAGE, using_language
from geomatch.words import gettext as _
from geomatch.workspace import Workspace

__all__ = [
    "Withdrawn",
    "make_stricter",
    "withdraw_activity",
    "withdraw_by_visibility",
    "withdraw_month",
    "withdraw_one_edition",
]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken back.

    Attributes:
        said: What was understood, or empty.
        taken: What became of which edition.
        built: What was written of the site; None for a dry run, and where there was nothing to do.
        failed: What an outsider can still work out of what is left, as problems; nothing was held back for it.
        before: It had been done before.
    """

    said: str
    taken: Taken
    built: Built | None = None
    failed: tuple[Problem, ...] = ()
    before: bool = False


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InputError(
            Problem(
                _("there is no reason"),
                _("a sentence for everybody to read, which does not name what is taken back"),
                _("Give it with --reason TEXT"),
            )
        )
    return reason.strip()


def _finished(
    workspace: Workspace,
    folder: Path,
    taken: Taken,
    gone: list[str],
    progress: Progress,
    *,
    dry: bool,
) -> tuple[Taken, Built | None, tuple[Problem, ...]]:
    """Lay out the site of what is left. What fails the attack only now is taken out as well."""
    from geomatch import publishing  # noqa: PLC0415  it takes from this room

    def attack() -> tuple[list[Problem], bool]:
        """What can be worked out, or why it cannot be tried; and whether it was."""
        try:
            return publishing.attack_on(workspace, folder, progress)[0], True
        except InputError as error:
            return list(error.problems), False

    if dry or not taken.withdrawn:
        return taken, None, ()
    gone += forget(workspace, folder, taken)
    built = publishing.pages_of(workspace, folder, progress, rebuild=True)
    found, tried = attack()
    if found and tried and taken.anew:
        taken = taken.without_those_made_anew(folder, str(InputError(found)))
        gone += forget(workspace, folder, taken)
        built = publishing.pages_of(workspace, folder, progress, rebuild=True)
        found, tried = attack()
    # Less is told than before in any case: what is taken back does not wait for what is wrong elsewhere.
    return taken, built, tuple(found)


def _left(folder: Path) -> dict[str, int]:
    return {month: numbers[-1] for month, numbers in editions(folder).items()}


def withdraw_activity(
    workspace: Workspace, asked: str, reason: str, progress: Progress = lambda *_: None, *, dry: bool = False
) -> Withdrawn:
    """Take an activity out of every published month, and keep it out of every month that is published later.

    Months that tell of it are computed anew without it; their earlier editions are replaced by a notice.

    Args:
        workspace: It is being written (`Workspace.writing`).
        asked: The board's own id, or month and public number (`2023-02:a25100001`).
        reason: Why, for everybody to read.
        progress: Called with a step's name, and how much of it is done of how much.
        dry: Only tell what would be done.

    Raises:
        InputError: There is no such activity, or no reason.
    """
    reason, record = _reason(reason), read_record(workspace.folder)
    done = next((one for one in record.orders if (one.asked, one.reason) == (asked, reason)), None)
    if done is not None and ":" in asked and done.left == _left(workspace.folder):
        # The number may mean another activity by now.
        said = _(
            "This was done before. A number can mean another activity afterwards: name one by the board's own id."
        )
        return Withdrawn(said, Taken(), before=True)
    found = meant(workspace, asked)
    words = [found.activity_id, *(name for _code, name in found.keys)]
    if any(word and word.casefold() in reason.casefold() for word in words):
        raise InputError(
            Problem(
                _("the reason names what is taken back"),
                _("a sentence for everybody to read, which does not name what is taken back"),
                _("Say it in other words; nothing was changed"),
            )
        )
    before = record.activities.get(found.activity_id) == "hidden"
    record = record.with_activities({found.activity_id: "hidden"})
    gone: list[str] = []
    with staged_workspace(workspace.folder, gone, dry=dry) as folder:
        telling = exposed(workspace, folder, record, only=found.keys)
        write_record(folder, record)
        taken = take_out(workspace, folder, telling, reason, progress, again=True, dry=dry)
        taken, built, failed = _finished(workspace, folder, taken, gone, progress, dry=dry)
        order, record = Order(asked, reason, (found.activity_id,), _left(folder)), read_record(folder)
        if order not in record.orders:
            write_record(folder, record.with_order(order))
    return Withdrawn(found.said, taken, built, failed, before and not telling)


def _withdrawn(
    workspace: Workspace,
    telling: Mapping[str, Sequence[int]],
    reason: str,
    progress: Progress,
    *,
    dry: bool,
) -> Withdrawn:
    """Withdraw editions as a whole, without making their months anew."""
    gone: list[str] = []
    with staged_workspace(workspace.folder, gone, dry=dry) as folder:
        taken = take_out(workspace, folder, telling, reason, progress, dry=dry)
        taken, built, failed = _finished(workspace, folder, taken, gone, progress, dry=dry)
    return Withdrawn("", taken, built, failed)


def _published_or_not(workspace: Workspace, month: str) -> tuple[list[int], list[int]]:
    """The editions of a month that are there, and those that were withdrawn. Raises InputError where there is neither."""
    kept = kept_editions(workspace.folder).get(month, [])
    gone = [one.number for one in withdrawals(workspace.folder).get(month, [])]
    if not kept and not gone:
        known = sorted({*kept_editions(workspace.folder), *withdrawals(workspace.folder)})
        raise InputError(
            Problem(
                _("{month} is not published").format(month=month),
                _("one of {months}").format(months=", ".join(known) or _("none")),
            )
        )
    return kept, gone


def withdraw_one_edition(
    workspace: Workspace,
    month: str,
    number: int,
    reason: str,
    progress: Progress = lambda *_: None,
    *,
    dry: bool = False,
) -> Withdrawn:
    """Take an edition of a month back. Where it is the newest, the month has no figures until it is published anew.

    Args:
        workspace: As `withdraw_activity`.
        month: YYYY-MM.
        number: Of the edition.
        reason: As `withdraw_activity`.
        progress: As `withdraw_activity`.
        dry: As `withdraw_activity`.

    Raises:
        InputError: There is no such edition, or no reason.
    """
    reason = _reason(reason)
    kept, gone = _published_or_not(workspace, month)
    if number not in {*kept, *gone}:
        raise InputError(
            Problem(
                _("{month} has no edition {number}").format(month=month, number=number),
                _("one of {numbers}").format(numbers=", ".join(map(str, sorted({*kept, *gone})))),
            )
        )
    done = _withdrawn(workspace, {month: [number]} if number in kept else {}, reason, progress, dry=dry)
    return replace(done, before=number in gone)


def withdraw_month(
    workspace: Workspace, month: str, reason: str, progress: Progress = lambda *_: None, *, dry: bool = False
) -> Withdrawn:
    """Take every edition of a month back; arguments as `withdraw_one_edition`.

    Raises:
        InputError: The month was never published, or there is no reason.
    """
    reason = _reason(reason)
    kept, _gone = _published_or_not(workspace, month)
    done = _withdrawn(workspace, {month: kept} if kept else {}, reason, progress, dry=dry)
    return replace(done, before=not kept)


def make_stricter(
    workspace: Workspace,
    folder: Path,
    notes: Mapping[str, str] | None = None,
    progress: Progress = lambda *_: None,
    *,
    dry: bool = False,
) -> Taken:
    """Bring stricter visibilities of the registers in force into all published months, in a folder that stands in.

    Args:
        workspace: Where registers are; it is being written.
        folder: As `staged_workspace` gives it. The record of what was ordered is written there as well.
        notes: Months that are published now in any case, with the note of their new edition.
        progress: As `withdraw_activity`.
        dry: Nothing is computed.
    """
    telling = exposed(workspace, folder, read_record(folder))
    for month in sorted({*telling, *(notes or {})}):
        order_for(workspace, folder, month)
    with using_language(DEFAULT_LANGUAGE):
        reason = _(
            "An activity is shown less exactly than before, or no longer: that holds for earlier months as well."
        )
    return take_out(workspace, folder, telling, reason, progress, again=True, notes=notes, dry=dry)


def withdraw_by_visibility(
    workspace: Workspace, progress: Progress = lambda *_: None, *, dry: bool = False
) -> Withdrawn:
    """`make_stricter` by itself, without publishing a month; arguments as `withdraw_activity`."""
    gone: list[str] = []
    with staged_workspace(workspace.folder, gone, dry=dry) as folder:
        taken = make_stricter(workspace, folder, progress=progress, dry=dry)
        taken, built, failed = _finished(workspace, folder, taken, gone, progress, dry=dry)
    return Withdrawn("", taken, built, failed)
