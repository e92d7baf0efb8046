"""What each table of a source keeps, checked with pandera once the table is made.

The readers check cell by cell first, with messages that name rows. A schema is the second look: it sees the table as
the rest of the package will.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = ["breaches", "check_table"]

# A table that is wrong throughout is told by its first rows.
_MOST_SHOWN = 20


def breaches(table: pd.DataFrame, schema: pa.DataFrameSchema, file: str) -> list[Problem]:
    """What a table has against its schema: column, value and rule of each breach, in the order of the schema.

    Args:
        table: The table, without geometry.
        schema: What it should keep.
        file: The file that the problems name.

    Returns:
        At most 20 problems, without rows: a finished table is in another order than its file. Empty where all is kept.
    """
    # Slow to load, so that it is not loaded before a file is read.
    from pandera.errors import SchemaErrors  # noqa: PLC0415  see above

    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases[["column", "check", "failure_case"]]
        cases = cases.map(lambda value: "" if pd.isna(value) else str(value))
        return [
            Problem(
                _("“{value}” breaks the rule {rule}").format(value=value, rule=rule)
                # A rule of the whole table is kept or not; there is no value to name.
                if value != "False" or column in table.columns
                else _("the table breaks the rule {rule}").format(rule=rule),
                file=file,
                column=column if column in table.columns else "",
            )
            for column, rule, value in cases.drop_duplicates().head(_MOST_SHOWN).itertuples(index=False)
        ]
    return []


def check_table(table: pd.DataFrame, schema: pa.DataFrameSchema, file: str) -> None:
    """Refuse a table that a reader has made of a user's file where it breaks its schema.

    Raises:
        InputError: What `breaches` tells.
    """
    problems = breaches(table, schema, file)
    if problems:
        raise InputError(problems)
