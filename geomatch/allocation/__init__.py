"""Persons to places: arrays in, arrays out (METHOD 5). Nothing here knows a municipality's name or a table.

`lexicographic` finds the whole allocation, `symmetry` makes it blind to names and order, `totals` counts only how
many are served, which is what bounds and corridors ask thousands of times.
"""

from geomatch.allocation.lexicographic import Allocation, allocate, unserved_range
from geomatch.allocation.symmetry import Network
from geomatch.allocation.totals import LOCAL, WALK, Mixture, Sheet, make_sheet

__all__ = [
    "LOCAL",
    "WALK",
    "Allocation",
    "Mixture",
    "Network",
    "Sheet",
    "allocate",
    "make_sheet",
    "unserved_range",
]
