"""History is never rewritten: a register that is added again must hold every row that stood in it before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geomatch.errors import InputError, Problem
from geomatch.sources.corridor_effect import Decision
from geomatch.sources.corridor_register import CORRIDOR_HEADINGS, decisions_of, read_corridor_register
from geomatch.sources.regions import municipalities
from geomatch.words import gettext as _
from geomatch.workspace import Workspace

__all__ = ["check_history", "missing_or_changed"]

KIND = "corridors"
_TOLD = {
    "valid_to": CORRIDOR_HEADINGS["valid_to"],
    "decided_on": CORRIDOR_HEADINGS["decided_on"],
    "decided_by": CORRIDOR_HEADINGS["decided_by"],
    "reference": CORRIDOR_HEADINGS["reference"],
    "agreement_months": CORRIDOR_HEADINGS["agreement_months"],
}
# What was left blank may be filled in later; a last day that was open, or a later day of decision, would change what held.
_MAY_BE_FILLED = ("decided_by", "reference", "agreement_months")


def check_history(workspace: Workspace, path: Path, together: Sequence[Path] = ()) -> None:
    """Check that a register keeps every row of its earlier version.

    The earlier version is the last one of that name that was ever added, also where it was taken out since; without
    one, a register that was taken out and has a decision in common (it has got another name). Rows may move to another
    file that is in force or added with it.

    Args:
        workspace: Holds the earlier versions (`Workspace.versions`).
        path: The register to be added; it has been read without a problem.
        together: All files that are added with it.

    Raises:
        InputError: With every row that is missing or changed: what was there, and how to mend it.
    """
    name = path.resolve().name
    new = decisions_of(read_corridor_register(path), name)
    earlier = _earlier(workspace, name, new)
    if earlier is None:
        return
    file, old = earlier
    others: list[Decision] = []
    for other in together:
        if other.resolve().name != name:
            try:
                others += decisions_of(read_corridor_register(other))
            except InputError:
                # It is told where that file itself is checked.
                continue
    added = {other.resolve().name for other in together} | {name, file}
    for one in workspace.inputs(KIND):
        if one.file not in added:
            others += decisions_of(read_corridor_register(workspace.path_of(one)))
    problems = missing_or_changed(old, new, others, name)
    if problems:
        raise InputError(problems)


def _earlier(workspace: Workspace, name: str, new: Sequence[Decision]) -> tuple[str, list[Decision]] | None:
    """The file name and rows of the version that `new` follows on."""
    versions = workspace.versions(KIND)
    same = [one for one in versions if one.file == name]
    in_force = {one.file for one in workspace.inputs(KIND)}
    gone = {one.file: one for one in versions if one.file not in in_force and one.file != name}
    for one in [*same[-1:], *reversed(list(gone.values()))]:
        old = decisions_of(read_corridor_register(workspace.path_of(one)), one.file)
        if one.file == name or {_key(row) for row in old} & {_key(row) for row in new}:
            return one.file, old
    return None


def _key(one: Decision) -> tuple[str, ...]:
    """What tells a row from the others of its pair."""
    told_by_day = one.decision in {"correction", "refused"}
    return (*one.pair, one.decision, one.valid_from, one.decided_on if told_by_day else "")


def missing_or_changed(
    old: Sequence[Decision], new: Sequence[Decision], others: Sequence[Decision] = (), file: str = ""
) -> list[Problem]:
    """A problem for each earlier row that is not there any more, or says something else.

    Args:
        old: Rows of the earlier version.
        new: Rows of the new one.
        others: Rows of other registers that are in force.
        file: The new register, to be named.
    """
    now = {_key(one): one for one in new}
    elsewhere = {_key(one): one for one in others}
    problems = []
    for one in old:
        found = now.get(_key(one))
        if found is None:
            moved = elsewhere.get(_key(one))
            if moved is None or _changed(one, moved):
                problems.append(_missing(one, file))
            continue
        problems += [_differs(one, found, name, file) for name in _changed(one, found)]
    return problems


def _changed(old: Decision, new: Decision) -> list[str]:
    """The columns in which a row says something else than before."""
    changed = []
    for name in _TOLD:
        before, now = getattr(old, name), getattr(new, name)
        if before == now or (not before and name in _MAY_BE_FILLED):
            continue
        # The day of a decision that was made before its first day moves nothing.
        if name == "decided_on" and not before and now <= old.valid_from:
            continue
        changed.append(name)
    return changed


def _row_text(one: Decision) -> str:
    """A row as it stood, in the register's own words."""
    names = municipalities().set_index("municipality_code")["name"]
    period = f"{one.valid_from} – {one.valid_to or '…'}" if one.decision != "ended" else one.valid_from
    parts = [
        f"{names[one.from_code]}–{names[one.to_code]}",
        decision_word(one.decision),
        period,
        one.reference,
    ]
    return ", ".join(part for part in parts if part)


def decision_word(decision: str) -> str:
    """A decision in words."""
    return {
        "approved": _("approved by a decision"),
        "refused": _("refused by a decision"),
        "ended": _("ended by a decision"),
        "correction": _("correction"),
    }[decision]


def _missing(one: Decision, file: str) -> Problem:
    return Problem(
        _("the decision “{text}” stood in row {row} of {file} and is gone").format(
            text=_row_text(one), row=one.row, file=one.file or file
        ),
        _("every earlier row, unchanged"),
        _(
            "Put the row back. To end the corridor, add a row “upphörd” with the first day without it; to correct it, a row “rättelse” with the day of the correction"
        ),
        file,
    )


def _differs(old: Decision, new: Decision, name: str, file: str) -> Problem:
    before, now = (str(getattr(one, name) or _("blank")) for one in (old, new))
    return Problem(
        _("“{now}” stands where the decision “{text}” had “{before}” (row {row} of {file})").format(
            now=now, text=_row_text(old), before=before, row=old.row, file=old.file or file
        ),
        _("every earlier row, unchanged"),
        _(
            "Put the earlier value back. To end the corridor, add a row “upphörd” with the first day without it; to correct it, a row “rättelse” with the day of the correction"
        ),
        file,
        "",
        new.row,
        _TOLD[name],
    )
