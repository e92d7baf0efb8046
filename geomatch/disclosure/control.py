"""Disclosure control: what is published of a month is made here and nowhere else (METHOD 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from geomatch.disclosure.earlier import Earlier
from geomatch.disclosure.pattern import pattern
from geomatch.disclosure.persons import Permitted, system_of
from geomatch.disclosure.shown import as_intervals, as_rounded, sound, without_rows, without_small
from geomatch.public.tables import PUBLIC_TABLES, WITHHELD, PublicTable, conform_public

if TYPE_CHECKING:
    from geomatch.settings import DisclosureSettings

__all__ = ["Published", "published", "published_tables"]


class Published:
    """A table that has been through disclosure control; what is published takes nothing else.

    Only `published` and `published_tables` make one, so that a type checker finds whoever would publish a table of another origin.

    Attributes:
        table: Its contract.
        frame: Its rows (a copy with each use).
        withheld: Figures of persons that are withheld.
    """

    __slots__ = ("__frame", "table", "withheld")

    def __init__(
        self, table: PublicTable, frame: pd.DataFrame, withheld: int, _made_by: object = None
    ) -> None:
        if _made_by is not _CONTROL:
            raise ValueError("only disclosure control makes a published table")
        self.table, self.__frame, self.withheld = table, frame, withheld

    @property
    def frame(self) -> pd.DataFrame:
        """The rows, with the columns of `table`."""
        return self.__frame.copy()


_CONTROL = object()


def published(frame: pd.DataFrame, table: PublicTable, withhold_to: int) -> Published:
    """`frame` as it may be published by itself: primary suppression of small counts of persons (METHOD 8).

    A figure is withheld (`..`) when either end of its interval is a count from 1 to `withhold_to`: the count itself
    may then be one. Ends that are not shown leave no trace in the columns that follow the figure. A change is the
    difference of two published figures, which anybody can take: it is shown where both are, however small it is.

    Args:
        frame: Columns of `table`; a figure of persons has whole numbers or is missing, and then has a sign.
        table: The contract of the table.
        withhold_to: Counts of 1 to this are withheld; persons.

    Raises:
        ValueError: The frame is not one of the table, ends of a figure are in the wrong order, negative or not whole,
            a figure has both a number and a sign, or neither, or the threshold is below the agency's.
    """
    made = sound(frame, table, withhold_to)
    return _published(without_small(made, table, withhold_to), table)


def published_tables(
    frames: Mapping[str, pd.DataFrame],
    rules: DisclosureSettings,
    *,
    earlier: Sequence[Earlier] = (),
    permitted: Permitted | None = None,
    changes: Callable[[pd.DataFrame], pd.DataFrame] = lambda areas: areas,
) -> dict[str, Published]:
    """All tables of a month as they may be published together (METHOD 8).

    Small counts are withheld, and with them the figures of least weight without which they cannot be worked out from
    sums, from another table or from an earlier edition (`geomatch.disclosure.pattern`). By setting they are shown as
    intervals or rounded instead (`geomatch.disclosure.shown`).

    Args:
        frames: The tables of PUBLIC_TABLES by name, with all their numbers; `areas` without changes.
        rules: What is withheld and how.
        earlier: Earlier editions of the month.
        permitted: What the agency's own cells say of each count by area, dimension and group. None where the counts of
            the tables say nothing else, as in the public run: from them nothing is then to be learnt. With intervals it
            must be so.
        changes: Gives `areas`, as published, with what changed since an earlier month; it is told of what is shown.

    Raises:
        ValueError: As `published`; or a total is less than its parts.
        GivenAwayBeforeError: Some small count follows from an earlier edition, whatever is withheld now.
    """
    made = {
        name: sound(frame, PUBLIC_TABLES[name], rules.withhold_to) for name, frame in sorted(frames.items())
    }
    round_to = rules.round_to if rules.method == "rounded" else 0
    if rules.method == "interval":
        if permitted is not None:
            raise ValueError("intervals are of counts that the agency prints")
        shown = as_intervals(made, rules.withhold_to)
    else:
        system, places = system_of(
            made, rules.withhold_to, earlier=earlier, permitted=permitted, round_to=round_to
        )
        further = [place for f in sorted(pattern(system)) for place in places[f]]
        gone: dict[str, dict[str, list[int]]] = {name: {} for name in made}
        for place in further:
            gone[place.table].setdefault(place.stem, []).append(place.row)
        if round_to:
            made = as_rounded(made, round_to, rules.withhold_to)
        shown = {
            name: without_rows(
                frame if round_to else without_small(frame, PUBLIC_TABLES[name], rules.withhold_to),
                PUBLIC_TABLES[name],
                gone[name],
            )
            for name, frame in made.items()
        }
    shown["areas"] = changes(shown["areas"])
    return {name: _published(shown[name], table) for name, table in PUBLIC_TABLES.items() if name in shown}


def _published(frame: pd.DataFrame, table: PublicTable) -> Published:
    made = conform_public(frame, table)
    withheld = sum(int((made[f"{stem}_sign"] == WITHHELD).sum()) for stem in table.figures)
    return Published(table, made, withheld, _CONTROL)
