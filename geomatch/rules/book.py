"""The sets of all times put in order: those that come with the program, a workspace's own, gaps and overlaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from geomatch.errors import Problem
from geomatch.rules.read import Draft, read_set, shipped_sets
from geomatch.rules.tree import FIRST_DAY, LAST_DAY, LeftOut, RuleBook, RuleSet, day_after, day_before
from geomatch.words import gettext as _

__all__ = ["FOLDER", "make_book", "read_book", "shipped_book"]

FOLDER = "rules"
"""Where a workspace keeps its own sets, one file each."""


@cache
def shipped_book() -> RuleBook:
    """The sets that come with the program."""
    return make_book(())


def read_book(folder: Path) -> RuleBook:
    """The shipped sets with those of a workspace's folder: one of the same name takes the place of a shipped one.

    What is wrong is left out and told in `RuleBook.left_out`, with the days on which nothing can be judged because of
    it; on all other days the book is whole.

    Args:
        folder: The workspace's `rules`; need not be there.
    """
    if not folder.exists():
        return shipped_book()
    if not folder.is_dir():
        problem = Problem(
            _("{file} is not a folder").format(file=folder.name),
            remedy=_("Move it; sets of rules are files in the folder rules/"),
            file=folder.name,
        )
        return replace(shipped_book(), left_out=(LeftOut(problem),))
    paths = sorted(path for path in folder.iterdir() if path.suffix.casefold() == ".toml" and path.is_file())
    return make_book([read_set(path.read_bytes(), f"{folder.name}/{path.name}") for path in paths])


def make_book(drafts: Sequence[Draft]) -> RuleBook:
    """Put sets in order.

    Args:
        drafts: What was read of each of the workspace's files.
    """
    shipped = {one.name: one for one in shipped_sets()}
    own: dict[str, RuleSet] = {}
    read: dict[str, Draft] = {}
    left_out: list[LeftOut] = []
    for draft in drafts:
        if draft.made is None:
            first, last = _days(draft, shipped)
            left_out += [LeftOut(problem, first, last) for problem in draft.problems]
        elif draft.made.name in own:
            made, earlier = draft.made, own[draft.made.name]
            problem = Problem(
                _("the set {name} stands in {file} as well").format(name=made.name, file=earlier.file),
                remedy=_("Keep one of the two, or give one another name"),
                file=made.file,
                row=draft.row("name"),
            )
            days = [made.first_day, earlier.first_day], [made.last_day, earlier.last_day]
            left_out.append(LeftOut(problem, min(days[0]), max(days[1])))
        else:
            own[draft.made.name] = draft.made
            read[draft.made.name] = draft
    ordered = sorted({**shipped, **own}.values(), key=lambda one: (one.first_day, one.last_day, one.name))
    sets = _ended(ordered)
    touched = [one for one in left_out if one.last_day >= one.first_day]
    left_out += [
        one
        for one in (*_overlaps(sets, read), *_gaps(sets, read))
        # A set that could not be read leaves a hole, which is told already.
        if not any(other.touches(one.first_day, one.last_day) for other in touched)
    ]
    return RuleBook(tuple(sets), tuple(left_out))


def _days(draft: Draft, shipped: dict[str, RuleSet]) -> tuple[str, str]:
    """The days that a file which is wrong would hold, or would have taken over from a shipped set."""
    if draft.days is None or draft.name is None:
        # It may be meant for any day: to judge one without it could exclude, or let travel, the wrong persons.
        return FIRST_DAY, LAST_DAY
    first, last = draft.days[0] or FIRST_DAY, draft.days[1] or LAST_DAY
    replaced = shipped.get(draft.name)
    if replaced is None:
        return first, last
    return min(first, replaced.first_day), max(last, replaced.last_day)


def _ended(ordered: list[RuleSet]) -> list[RuleSet]:
    """Sets without a last day end the day before the next begins."""
    sets = []
    for number, one in enumerate(ordered):
        later = [other.valid_from for other in ordered[number + 1 :] if other.first_day > one.first_day]
        sets.append(replace(one, valid_to=day_before(later[0])) if later and not one.valid_to else one)
    return sets


def _names(one: RuleSet, other: RuleSet, problem_file: str) -> str:
    """The names of two sets; with its file the one which is read from another file than the problem names."""
    return _("{one} and {other}").format(
        one=_with_file(one, problem_file), other=_with_file(other, problem_file)
    )


def _with_file(one: RuleSet, problem_file: str) -> str:
    return f"{one.name} ({one.file})" if one.file not in ("", problem_file) else one.name


def _place(earlier: RuleSet, later: RuleSet, read: Mapping[str, Draft]) -> tuple[str, int | None]:
    """File and line of the day to correct: the first day of the later set, else the last of the earlier one.

    Sets that come with the program stand in no file of the reader's.
    """
    if later.file:
        return later.file, read[later.name].row("valid_from", "valid_to", "name")
    if earlier.file:
        return earlier.file, read[earlier.name].row("valid_to", "valid_from", "name")
    return "", None


def _overlaps(sets: list[RuleSet], read: Mapping[str, Draft]) -> list[LeftOut]:
    found = []
    for number, one in enumerate(sets):
        for other in sets[number + 1 :]:
            first, last = max(one.first_day, other.first_day), min(one.last_day, other.last_day)
            if first <= last:
                file, row = _place(one, other, read)
                problem = Problem(
                    _("the sets {names} both hold {first} – {last}").format(
                        names=_names(one, other, file), first=_shown(first), last=_shown(last)
                    ),
                    _("sets that follow each other without a day in common"),
                    _("Correct valid_from or valid_to; a set of the same name as a shipped one replaces it"),
                    file,
                    row=row,
                )
                found.append(LeftOut(problem, first, last))
    return found


def _gaps(sets: list[RuleSet], read: Mapping[str, Draft]) -> list[LeftOut]:
    found = []
    before = sets[0]
    for one in sets[1:]:
        if before.last_day != LAST_DAY and one.first_day > day_after(before.last_day):
            first, last = day_after(before.last_day), day_before(one.first_day)
            file, row = _place(before, one, read)
            problem = Problem(
                _("no set of rules holds {first} – {last}, between {names}").format(
                    first=first, last=last, names=_names(before, one, file)
                ),
                _("sets that follow each other day by day"),
                _("Correct valid_from or valid_to, or add a set for those days"),
                file,
                row=row,
            )
            found.append(LeftOut(problem, first, last))
        if one.last_day > before.last_day:
            before = one
    return found


def _shown(day: str) -> str:
    """A day as it is told; beyond the first and the last nothing is."""
    return "…" if day in (FIRST_DAY, LAST_DAY) else day
