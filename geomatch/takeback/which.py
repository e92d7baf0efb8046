"""Which activity is meant by what an officer writes: the board's own id, or the number on the public pages of a month."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geomatch.asked import is_month
from geomatch.errors import InputError, Problem
from geomatch.inputs import read_inputs
from geomatch.public.editions import editions, kept_editions, read_edition
from geomatch.public.inputs import public_numbers
from geomatch.sources.regions import municipalities
from geomatch.takeback.visibility import every_series, stricter_for, used_by
from geomatch.words import gettext as _
from geomatch.workspace import Workspace

__all__ = ["Meant", "meant"]

_NUMBER = re.compile(r"(?P<month>\d{4}-\d{2}):(?P<number>a\d{5,})")


@dataclass(frozen=True, slots=True)
class Meant:
    """An activity that was asked for.

    Attributes:
        activity_id: The board's own.
        keys: Municipality and name under which any register has it.
        said: What was understood, for the officer: it names the activity.
    """

    activity_id: str
    keys: frozenset[tuple[str, str]]
    said: str


def meant(workspace: Workspace, asked: str) -> Meant:
    """The activity that is meant by an id of the board's (of the activity, or of one of its places) or `2023-02:a25100001`.

    All places of an activity are meant together: their numbers go from west to east, and so change with the register.

    Raises:
        InputError: There is none, or the number cannot be told from what is in the workspace.
    """
    number = _NUMBER.fullmatch(asked.strip())
    own = _by_number(workspace, number["month"], number["number"]) if number else asked.strip()
    every = every_series(workspace, list(kept_editions(workspace.folder)))
    rows = every[(every["activity_id"] == own) | (every["series_id"] == own)]
    if not len(rows):
        raise InputError(
            Problem(
                _("no register in the workspace has an activity with this id: {id}").format(id=asked),
                _("the board's own id, or the number on the public pages with its month: 2023-02:a25100001"),
                _(
                    "Where its register is gone, take back the months that show it: geomatch withdraw month YYYY-MM"
                ),
            )
        )
    above = str(rows["activity_id"].iloc[0])
    rows = every[every["activity_id"] == above]
    names = dict(zip(municipalities()["municipality_code"], municipalities()["name"], strict=True))
    keys = frozenset(zip(rows["municipality_code"].astype(str), rows["name"].astype(str), strict=True))
    told = "; ".join(f"{name}, {names.get(code, code)}" for code, name in sorted(keys))
    places = rows["series_id"].nunique()
    said = _("Understood as activity {id} of the register: {told}.").format(id=above, told=told)
    if places > 1:
        said += " " + _("It has {n} places; all of them are meant.").format(n=places)
    return Meant(above, keys, said)


def _by_number(workspace: Workspace, month: str, number: str) -> str:
    """The board's series_id of a published number."""
    there = editions(workspace.folder).get(month, []) if is_month(month) else []
    if not there:
        raise InputError(
            Problem(
                _("{month} is not published").format(month=month),
                _("one of {months}").format(months=", ".join(editions(workspace.folder)) or _("none")),
                _("Look at the month in the address of the page"),
            )
        )
    table = read_edition(workspace.folder, month, there[-1]).tables["activities"]
    rows = table[table["activity"] == number]
    if not len(rows):
        raise InputError(
            Problem(
                _("edition {number} of {month} has no activity with this number: {id}").format(
                    number=there[-1], month=month, id=number
                ),
                remedy=_(
                    "Look at the number on the page or in the download again, or name the board's own id"
                ),
            )
        )
    shown = rows.iloc[0]
    used = used_by(workspace, month)
    try:
        read = read_inputs(workspace, used, workspace.settings())
        stricter = stricter_for(workspace, month, used)
        numbers = public_numbers(read.series, read.sessions, municipalities(), month, stricter)
    except (InputError, KeyError, ValueError):
        numbers = {}
    own = next((one for one, public in numbers.items() if public == number), None)
    if own is not None:
        row = read.series[read.series["series_id"] == own].iloc[0]
        if (row["name"], row["municipality_code"]) == (shown["name"], shown["municipality_code"]):
            return str(own)
    raise InputError(
        Problem(
            _("the register that {month} was published from is no longer as it was").format(month=month),
            _("the board's own id of “{name}”").format(name=shown["name"]),
            _("Look it up in the register: geomatch withdraw activity ID"),
        )
    )
