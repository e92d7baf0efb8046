"""Primary suppression of one table: which counts of persons are too small to be shown (METHOD 8)."""

from __future__ import annotations

import pandas as pd

from geomatch.public.tables import SIGNS, WITHHELD, PublicTable, conform_public

__all__ = ["Published", "published"]

class Published:
    """A table that has been through disclosure control; what is published takes nothing else.

    Only `published` makes one, so that a type checker finds whoever would publish a table of another origin.

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
# The agency's own threshold, below which no setting goes.
_LEAST_WITHHELD = 5


def published(frame: pd.DataFrame, table: PublicTable, withhold_to: int) -> Published:
    """`frame` as it may be published: primary suppression of small counts of persons (METHOD 8).

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
    if withhold_to < _LEAST_WITHHELD:
        raise ValueError(f"counts of 1 to {_LEAST_WITHHELD} are always withheld, not only to {withhold_to}")
    made = conform_public(frame, table)
    # What rides along with a frame is no part of the table, and would be written into a Parquet file.
    made.attrs = {}
    for stem in table.figures:
        low, high, sign = (made[f"{stem}_{part}"] for part in ("low", "high", "sign"))
        known = low.notna() & high.notna()
        if (known != (sign == "")).any() or (low.isna() != high.isna()).any():
            raise ValueError(f"table {table.name}: {stem} must have either a number or a sign")
        if not sign.isin(["", *SIGNS]).all():
            raise ValueError(f"table {table.name}: unknown sign in {stem}_sign")
        if (low > high).fillna(value=False).any():
            raise ValueError(f"table {table.name}: {stem}_low is larger than {stem}_high")
        small = pd.Series(False, index=made.index)
        for end in () if stem.endswith("_change") else (low, high):
            if (end < 0).fillna(value=False).any():
                raise ValueError(f"table {table.name}: {stem} is negative")
            small |= end.between(1, withhold_to).fillna(value=False).astype(bool)
        made[f"{stem}_sign"] = sign.mask(small, WITHHELD)
        gone = made[f"{stem}_sign"] != ""
        for column in table.columns:
            if stem in column.persons.split() and column.kind.endswith("?"):
                made[column.name] = made[column.name].mask(gone)
    withheld = sum(int((made[f"{stem}_sign"] == WITHHELD).sum()) for stem in table.figures)
    return Published(table, conform_public(made, table), withheld, _CONTROL)
