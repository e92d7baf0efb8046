"""Corridors: between which municipalities travel compensation would bring people to activities (METHOD 7).

`gains` counts persons with and without a corridor: on flows (`states`) that are mended (`augment`) for each one that is
tried (`trials`), alone and in twos (`pairing`); `worth` gathers that. `ways` describes the day returns of a pair,
`verdict` judges by the rules of the month, `table` writes one row per pair. `best_set` finds those that together serve
most (`programme`), beside taking the best one each time (`chosen`).
"""

from geomatch.corridors.table import corridors_table

__all__ = ["corridors_table"]
