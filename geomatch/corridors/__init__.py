"""Corridors: between which municipalities travel compensation would bring people to activities (METHOD 7).

`gains` counts persons with and without a corridor, `ways` describes the day returns of a pair, `verdict` judges by
the rules of the month, `table` writes one row per pair.
"""

from geomatch.corridors.table import corridors_table

__all__ = ["corridors_table"]
