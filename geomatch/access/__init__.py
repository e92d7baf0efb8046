"""Who is served in a month, what is missing, and how good the access is (METHOD 5-6).

`reach` turns the month's tables into arrays, `served` allocates, `bounds` asks what every count inside the intervals
would give, `gaps` writes the table of municipalities, `index` holds the access index and its spread.
"""

from geomatch.access.gaps import gaps_table, ranked
from geomatch.access.index import access_index, gini, municipal_index, share_with_reach
from geomatch.access.served import (
    MonthAllocation,
    Scenario,
    allocate_month,
    served_by_purpose,
    served_table,
)

__all__ = [
    "MonthAllocation",
    "Scenario",
    "access_index",
    "allocate_month",
    "gaps_table",
    "gini",
    "municipal_index",
    "ranked",
    "served_by_purpose",
    "served_table",
    "share_with_reach",
]
