"""Minutes there and home for every cell of a grid. METHOD 4.

The grid lies on multiples of the cell's side in EPSG:3006, so that two surfaces of one cell size fit each other. A
cell stands for the person who lives at its centre.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.settings import LimitSettings
from geomatch.travel.cog import BANDS, Extent, Surface, cog_bytes, write_cog
from geomatch.travel.day_return import pair_returns
from geomatch.travel.network import HOME, OUT, Network
from geomatch.travel.places import Places, bound_of
from geomatch.travel.scan import INFINITE
from geomatch.words import gettext as _

__all__ = ["BANDS", "MAX_CELLS", "Extent", "Surface", "cog_bytes", "surface", "write_cog"]

Progress = Callable[[int, int], None]
# All of Sweden with cells of 200 m; four bands of it take half a gigabyte.
MAX_CELLS = 30_000_000
# Rows of sessions and of pairs that one call of the router lays out, per thread; some 300 bytes each. Each call reads
# the timetable of all days, so that a few large ones are much quicker than many small ones.
_SESSION_ROWS, _PAIR_ROWS = 1_000_000, 1_000_000
# Cells are worked through in squares of so many, so that those of one call lie near each other.
_TILE = 64
# Pairs of a stop and a cell that are looked at in one go.
_MARKED = 4_000_000


@dataclass(frozen=True, slots=True)
class _Grid:
    """Cells by whole numbers: column c reaches from c to c + 1 cell sides east, row r from r to r + 1 sides south of 0."""

    cell_m: float
    first_row: int
    first_column: int
    rows: int
    columns: int

    @classmethod
    def around(cls, extent: Extent, cell_m: float) -> _Grid:
        """All cells that `extent` touches."""
        west, south, east, north = (value / cell_m for value in extent)
        first_row, first_column = math.floor(-north), math.floor(west)
        rows = max(math.ceil(-south) - first_row, 1)
        columns = max(math.ceil(east) - first_column, 1)
        return cls(cell_m, first_row, first_column, rows, columns)

    def place_of(self, xy_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Row and column of the cells that points (n x 2) lie in; they may be outside."""
        column = np.floor(xy_m[:, 0] / self.cell_m).astype(np.int64) - self.first_column
        row = np.floor(-xy_m[:, 1] / self.cell_m).astype(np.int64) - self.first_row
        return row, column

    def centres(self, row: np.ndarray, column: np.ndarray) -> np.ndarray:
        """Centres of cells, n x 2."""
        x = (self.first_column + column + 0.5) * self.cell_m
        y = -(self.first_row + row + 0.5) * self.cell_m
        return np.column_stack([x, y])


def surface(
    network: Network,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    limits: LimitSettings,
    min_session_share: float,
    weeks: int,
    extent: Extent | None,
    cell_m: float = 500.0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Surface:
    """The day return from the centre of every cell to the series that takes the least time.

    Only cells from which a stop in reach of the series, or a series itself, can be walked to are asked for; all
    others are NaN.

    Args:
        network: From `geomatch.travel.network.build_network`.
        series: series_id, x_m, y_m (EPSG:3006).
        sessions: series_id, date (datetime.date), start_s, end_s (seconds after local midnight).
        limits: METHOD 4's limits.
        min_session_share: A cell is reachable when at least this share of a series' sessions is.
        weeks: Whole weeks the sessions lie in.
        extent: What to cover, grown to whole cells; None: the cells with a value and those that the series lie in.
        cell_m: Side of a cell.
        threads: How many work at once; all cores unless given. The answer does not depend on it.
        progress: Called with the number of blocks of cells done and of all.

    Raises:
        InputError: There is no session, the cell is no size, or there would be more than `MAX_CELLS` cells.
    """
    if not (math.isfinite(cell_m) and cell_m > 0):
        raise InputError(
            Problem(_("the side of a cell is {cell_m} m").format(cell_m=cell_m), _("a length above 0"))
        )
    asked = series[series["series_id"].isin(sessions["series_id"])].reset_index(drop=True)
    if asked.empty:
        raise InputError(
            Problem(
                _("none of the activities has a session"),
                _("at least one session on a day that is not a public holiday"),
                _("Check the weekdays and the period"),
            )
        )
    reach = _Reach.of(network, asked[["x_m", "y_m"]].to_numpy(float), round(limits.max_travel_min * 60))
    grid = _Grid.around(extent or reach.extent(), cell_m)
    if grid.rows * grid.columns > MAX_CELLS:
        raise InputError(
            Problem(
                _("the surface would have {rows} x {columns} cells").format(
                    rows=grid.rows, columns=grid.columns
                ),
                _("at most {count} in all").format(count=MAX_CELLS),
                _("Choose larger cells or a smaller extent"),
            )
        )
    bands = np.full((len(BANDS), grid.rows, grid.columns), np.nan, np.float32)
    blocks = list(_blocks(reach.cells(grid), sessions))

    def work(block: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        return _best(
            network, grid.centres(*block), asked, sessions, limits, min_session_share, weeks, reach.boxes
        )

    for number, values in enumerate(_mapped(work, blocks, threads)):
        bands[:, blocks[number][0], blocks[number][1]] = values
        if progress is not None:
            progress(number + 1, len(blocks))
    if extent is None:
        grid, bands = _trimmed(grid, bands, reach.series_xy_m)
    return Surface(
        cell_m,
        grid.first_column * cell_m,
        -grid.first_row * cell_m,
        bands,
        _tags(network, asked, sessions, limits, min_session_share, cell_m),
        any(feed.synthetic for feed in network.timetable.feeds),
    )


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where a journey within the limit can begin at all: around which stops, per direction, and around the series.

    `boxes`: per series west, south, east, north of that.
    """

    stops_xy_m: tuple[np.ndarray, np.ndarray]
    series_xy_m: np.ndarray
    boxes: np.ndarray
    radius_m: float

    @classmethod
    def of(cls, network: Network, series_xy_m: np.ndarray, limit_s: int) -> _Reach:
        """The stops that each series can be reached from, and those that can be reached from it, at best."""
        # A little more than the walk allows: the router decides, and rounding may not take a cell from it.
        radius_m = network.walk.max_walk_m / network.walk.detour * (1 + 1e-9) + 1e-6
        places = Places(network, np.zeros((0, 2)), series_xy_m)
        near = np.zeros((2, len(network.stop_xy_m)), bool)
        boxes = np.empty((len(series_xy_m), 4))
        for number, place in enumerate(series_xy_m):
            egress_s, _metres = places.egress(number)
            own = np.zeros(len(network.stop_xy_m), bool)
            for direction in (OUT, HOME):
                found = bound_of(network, direction, egress_s, limit_s) < INFINITE
                near[direction] |= found
                own |= found
            points = np.vstack([network.stop_xy_m[own], place])
            boxes[number] = (*(points.min(axis=0) - radius_m), *(points.max(axis=0) + radius_m))
        served = np.zeros(len(network.stop_xy_m), bool)
        served[network.served] = True
        stops = (network.stop_xy_m[near[OUT] & served], network.stop_xy_m[near[HOME] & served])
        return cls(stops, series_xy_m, boxes, radius_m)

    def extent(self) -> Extent:
        """A box around all of it."""
        west, south = self.boxes[:, :2].min(axis=0)
        east, north = self.boxes[:, 2:].max(axis=0)
        return float(west), float(south), float(east), float(north)

    def cells(self, grid: _Grid) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns of the cells that may have a value, those near each other together."""
        out, home = (_near(grid, stops, self.radius_m) for stops in self.stops_xy_m)
        out &= home
        out |= _near(grid, self.series_xy_m, self.radius_m)
        row, column = np.nonzero(out)
        order = np.lexsort((column, row, column // _TILE, row // _TILE))
        return row[order], column[order]


def _near(grid: _Grid, xy_m: np.ndarray, radius_m: float) -> np.ndarray:
    """Which cells have their centre within `radius_m` of any of the points; rows x columns."""
    marked = np.zeros((grid.rows, grid.columns), bool)
    far = math.ceil(radius_m / grid.cell_m)
    step = np.arange(-far, far + 1)
    down, right = (part.ravel() for part in np.meshgrid(step, step, indexing="ij"))
    count = max(_MARKED // len(down), 1)
    for first in range(0, len(xy_m), count):
        points = xy_m[first : first + count]
        row, column = grid.place_of(points)
        rows, columns = (row[:, None] + down).ravel(), (column[:, None] + right).ravel()
        away = grid.centres(rows, columns) - np.repeat(points, len(down), axis=0)
        inside = (rows >= 0) & (rows < grid.rows) & (columns >= 0) & (columns < grid.columns)
        inside &= np.hypot(away[:, 0], away[:, 1]) <= radius_m
        marked[rows[inside], columns[inside]] = True
    return marked


def _blocks(
    cells: tuple[np.ndarray, np.ndarray], sessions: pd.DataFrame
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Cells in blocks that one call can lay out session by session."""
    most = int(sessions.groupby("series_id").size().max())
    size = max(_SESSION_ROWS // most, 1)
    for first in range(0, len(cells[0]), size):
        yield cells[0][first : first + size], cells[1][first : first + size]


def _mapped(
    work: Callable[[tuple[np.ndarray, np.ndarray]], np.ndarray],
    blocks: list[tuple[np.ndarray, np.ndarray]],
    threads: int | None,
) -> Iterator[np.ndarray]:
    """`work` for each block, in their order whatever the number of threads."""
    threads = min(threads or os.cpu_count() or 1, max(len(blocks), 1))
    if threads == 1:
        yield from map(work, blocks)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work, blocks)


def _best(
    network: Network,
    centres_xy_m: np.ndarray,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    limits: LimitSettings,
    min_session_share: float,
    weeks: int,
    boxes: np.ndarray,
) -> np.ndarray:
    """The bands of some cells, 4 x cells."""
    count = len(centres_xy_m)
    origins = pd.DataFrame(
        {
            "point_id": np.arange(count).astype(str),
            "x_m": centres_xy_m[:, 0],
            "y_m": centres_xy_m[:, 1],
        }
    )
    least, most = centres_xy_m.min(axis=0), centres_xy_m.max(axis=0)
    meets = (boxes[:, :2] <= most).all(axis=1) & (boxes[:, 2:] >= least).all(axis=1)
    near = series[meets]
    at_once = max(_PAIR_ROWS // count, 1)
    # Minutes of the best reachable series so far, its share negative so that the most comes first; infinite: none.
    best = np.full((4, count), np.inf)
    share = np.zeros(count)
    for first in range(0, len(near), at_once):
        chosen = near.iloc[first : first + at_once]
        own = sessions[sessions["series_id"].isin(chosen["series_id"])]
        pairs = pair_returns(
            network, origins, chosen, own, limits, min_session_share, weeks, threads=1
        )  # fmt: skip
        for number in range(len(chosen)):
            rows = pairs.iloc[number * count : (number + 1) * count]
            own_share = rows["session_share"].to_numpy(float)
            share = np.maximum(share, own_share)
            value = np.vstack(
                [rows[name].to_numpy(float) for name, _unit, _meaning in BANDS[:3]] + [-own_share]
            )
            value[:, ~rows["reachable"].to_numpy(bool)] = np.inf
            better = _before(value, best)
            best[:, better] = value[:, better]
    reachable = np.isfinite(best[0])
    best[3] = np.where(reachable, -best[3], np.where(share > 0, share, np.inf))
    best[np.isinf(best)] = np.nan
    return best


def _before(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether columns of `one` come before those of `other`, compared row by row."""
    result = np.zeros(one.shape[1], bool)
    same = np.ones(one.shape[1], bool)
    for mine, theirs in zip(one, other, strict=True):
        result |= same & (mine < theirs)
        same &= mine == theirs
    return result


def _trimmed(grid: _Grid, bands: np.ndarray, series_xy_m: np.ndarray) -> tuple[_Grid, np.ndarray]:
    """The grid cut down to the cells with a value and those that the series lie in."""
    kept = np.isfinite(bands).any(axis=0)
    kept[grid.place_of(series_xy_m)] = True
    rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
    south, east = int(rows[-1]) + 1, int(columns[-1]) + 1
    north, west = int(rows[0]), int(columns[0])
    cut = _Grid(grid.cell_m, grid.first_row + north, grid.first_column + west, south - north, east - west)
    return cut, np.ascontiguousarray(bands[:, north:south, west:east])


def _tags(
    network: Network,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    limits: LimitSettings,
    min_session_share: float,
    cell_m: float,
) -> dict[str, str]:
    """What the surface was made from, as plain text by name."""
    feeds = network.timetable.feeds
    days = [day.isoformat() for day in sessions["date"]]
    settings = {
        "walk": asdict(network.walk),
        "transfer": asdict(network.transfer),
        "limits": asdict(limits),
        "sessions": {"min_session_share": min_session_share},
    }
    return {
        "activities": str(len(series)),
        "cell_m": f"{cell_m:g}",
        "feeds": "; ".join(
            f"{feed.operator} {feed.version} {feed.first_day.isoformat()}/{feed.last_day.isoformat()}"
            for feed in feeds
        ),
        "sessions": str(len(sessions)),
        "sessions_first_day": min(days),
        "sessions_last_day": max(days),
        "settings": json.dumps(settings, ensure_ascii=False, sort_keys=True),
    }
