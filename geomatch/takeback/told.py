"""What the commands that take something back say: what they did, and which copies nobody reaches from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geomatch.takeback.editions import Taken
from geomatch.takeback.erase import Erased
from geomatch.takeback.visibility import REGISTERS
from geomatch.takeback.withdraw import Withdrawn
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["erased_facts", "erased_lines", "facts_of", "lines_of", "taken_lines"]

# How many activities are named before the rest is counted.
_MOST_NAMED = 20


def _editions(found: Mapping[str, Sequence[int]]) -> str:
    return "; ".join(f"{month}: {', '.join(map(str, numbers))}" for month, numbers in found.items())


def _made(found: Mapping[str, int]) -> str:
    return ", ".join(
        _("{month} (edition {number})").format(month=month, number=number) for month, number in found.items()
    )


def taken_lines(taken: Taken, *, dry: bool = False) -> list[str]:
    """What became of which edition, in sentences."""
    lines = []
    if taken.withdrawn:
        said = (
            _("Would be withdrawn, month: editions – {editions}.")
            if dry
            else _("Withdrawn, month: editions – {editions}.")
        )
        lines.append(said.format(editions=_editions(taken.withdrawn)))
    if taken.anew:
        said = _("Would be computed anew: {months}.") if dry else _("Computed anew: {months}.")
        lines.append(said.format(months=_made(taken.anew)))
    if taken.retold:
        said = (
            _("Changes would be told anew, since they give away what is withdrawn: {months}.")
            if dry
            else _("Changes are told anew, since they gave away what is withdrawn: {months}.")
        )
        lines.append(said.format(months=_made(taken.retold)))
    for month, why in taken.stopped.items():
        lines.append(
            _("{month} could not be computed anew and has no figures now: {reason}").format(
                month=month, reason=why
            )
        )
    return lines


def lines_of(done: Withdrawn, *, dry: bool = False) -> list[str]:
    """What `withdraw` says."""
    lines = [done.said] if done.said else []
    taken = taken_lines(done.taken, dry=dry)
    if done.before:
        lines.append(_("It was withdrawn before."))
    elif not taken:
        lines.append(_("Nothing that is published tells of it."))
    lines += taken
    if dry:
        return [*lines, _("Nothing was changed.")]
    for problem in done.failed:
        lines.append(_("What is left is not safe: {problem}").format(problem=problem))
    if taken:
        lines.append(
            _(
                "The public pages are laid out anew and have a notice. Not reached from here: the web server until it has the new pages (remove old files there too), what others have downloaded, search engines and web archives, backups, mails, and editions kept under version control. Ask those who have copies to remove them."
            )
        )
    return lines


def facts_of(done: Withdrawn, *, dry: bool = False) -> dict[str, Any]:
    """What `withdraw` gives as JSON."""
    taken = done.taken
    return {
        "dry_run": dry,
        "before": done.before,
        "withdrawn": {month: list(numbers) for month, numbers in taken.withdrawn.items()},
        "computed_anew": dict(taken.anew),
        "changes_told_anew": dict(taken.retold),
        "without_figures": dict(taken.stopped),
        "not_safe": [str(problem) for problem in done.failed],
    }


def erased_lines(erased: Erased, *, dry: bool = False) -> list[str]:
    """What `remove --erase` says."""
    head = (
        ngettext(
            "{n} version of {file} would be erased, with:",
            "{n} versions of {file} would be erased, with:",
            erased.versions,
        )
        if dry
        else ngettext(
            "{n} version of {file} is erased, with:",
            "{n} versions of {file} are erased, with:",
            erased.versions,
        )
    )
    lines = [head.format(n=erased.versions, file=erased.file), *(f"  {path}" for path in erased.paths)]
    for kind, file in erased.same:
        lines.append(
            _(
                "The same content is there under another name; erase it as well: geomatch remove {kind} {file} --erase"
            ).format(kind=kind, file=file)
        )
    if erased.months:
        lines.append(
            _("Without it these months are not computed any more: {months}.").format(
                months=", ".join(erased.months)
            )
        )
    lines += _published_lines(erased, dry=dry)
    if dry:
        return [*lines, _("Nothing was changed.")]
    if erased.kind in REGISTERS:
        lines.append(
            _(
                "The ids of activities that are shown less stay in withdrawn.json, so that they are never shown more."
            )
        )
    lines.append(
        _(
            "Not reached from here: the original file, other computers, backups, mails, version control, what was written elsewhere with --out, and a web server. Files are removed, not overwritten: on an SSD or a file system with snapshots their content can stay for a while."
        )
    )
    return lines


def _published_lines(erased: Erased, *, dry: bool) -> list[str]:
    """What published months show of an erased register, and how it is withdrawn."""
    if not erased.shown:
        return []
    lines = [
        _(
            "Published months show activities of it, where the register let them be shown; that stays published:"
        ),
        *(f"  {one.activity_id}: {one.name} ({', '.join(one.months)})" for one in erased.shown[:_MOST_NAMED]),
    ]
    if len(erased.shown) > _MOST_NAMED:
        rest = len(erased.shown) - _MOST_NAMED
        lines.append("  " + ngettext("and {n} more", "and {n} more", rest).format(n=rest))
    first = erased.shown[0]
    if dry:
        lines.append(
            _(
                "To withdraw one, do it before the register is erased: geomatch withdraw activity {id} --reason “…”"
            ).format(id=first.activity_id)
        )
    else:
        lines.append(
            _(
                "Without the register only whole months can be withdrawn: geomatch withdraw month {month} --reason “…”"
            ).format(month=first.months[0])
        )
    return lines


def erased_facts(erased: Erased, *, dry: bool = False) -> dict[str, Any]:
    """What `remove --erase` gives as JSON."""
    return {
        "erased": {
            "dry_run": dry,
            "kind": erased.kind,
            "file": erased.file,
            "versions": erased.versions,
            "paths": list(erased.paths),
            "months": list(erased.months),
            "same_content": [{"kind": kind, "file": file} for kind, file in erased.same],
            "published": [
                {"activity_id": one.activity_id, "name": one.name, "months": list(one.months)}
                for one in erased.shown
            ],
        }
    }
