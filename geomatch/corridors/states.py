"""A flow in which states of need lie side by side, so that each municipality can be put at one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from geomatch.allocation import Sheet
from geomatch.allocation.symmetry import Bools, Ints
from geomatch.corridors.augment import fill, new_log, undo
from geomatch.corridors.flow import Flow, labels, make_flow
from geomatch.corridors.trials import swap_people

__all__ = ["States", "grouped"]


def grouped(key: Ints, value: Ints, count: int) -> tuple[Ints, Ints]:
    """The values by key, each once and in order: where each key's begin, and the values."""
    pairs = np.unique(np.column_stack([key, value]).reshape(-1, 2), axis=0)
    starts = np.concatenate([[0], np.cumsum(np.bincount(pairs[:, 0], minlength=count))])
    return starts.astype(np.int64), pairs[:, 1].astype(np.int64)


def _parts(owner: Ints, count: int) -> list[Ints]:
    """Per municipality, its numbers."""
    order = np.argsort(owner, kind="stable")
    return np.split(order, np.cumsum(np.bincount(owner, minlength=count))[:-1])


class States:
    """A flow on the people of some sheets; everybody is at one state, or one municipality at another.

    Attributes:
        flow: The flow; after `enter` as many as can be are served.
        need: Per class, thousandths of persons.
        capacity: Per series, thousandths of places.
        held: Arcs of open corridors: where each number's begin, and the arcs.
    """

    def __init__(self, sheets: Sequence[Sheet], opened: Bools, capacity: Ints, series_owner: Ints) -> None:
        """Lay the people of `sheets` side by side.

        Args:
            sheets: The states, by number.
            opened: Per corridor, whether it is open.
            capacity: Per series, thousandths of places.
            series_owner: Per series, its municipality.
        """
        self._sheets, self.capacity = sheets, capacity
        offsets = np.cumsum([0, *(len(sheet.need) for sheet in sheets)])
        self.need = np.concatenate([sheet.need for sheet in sheets])
        self._state_of = np.repeat(np.arange(len(sheets)), np.diff(offsets))
        cls = np.concatenate([sheet.cls + start for sheet, start in zip(sheets, offsets[:-1], strict=True)])
        series = np.concatenate([sheet.series for sheet in sheets])
        pair = np.concatenate([sheet.pair for sheet in sheets])
        first = pair < 0
        if len(opened):
            first |= np.tile(opened, 2)[np.maximum(pair, 0)]
        self.flow: Flow = make_flow(self.need, capacity, (cls, series, pair), first, 2 * len(opened))
        count = len(sheets[0].local)
        self._classes = [
            [part + start for part in _parts(sheet.owner, count)]
            for sheet, start in zip(sheets, offsets[:-1], strict=True)
        ]
        self._series = _parts(series_owner, count)
        number = self.flow.num[: len(self.flow.s_arc)].astype(np.int64)
        held = np.flatnonzero(number >= 0)
        held = held[np.argsort(number[held], kind="stable")]
        starts = np.cumsum(np.bincount(number[held], minlength=2 * len(opened)))
        self.held = (np.concatenate([[0], starts]).astype(np.int64), held.astype(np.int64))
        self._state = -1
        self._labels: tuple[Bools, Bools] = (np.zeros(0, dtype=bool), np.zeros(0, dtype=bool))

    def enter(self, state: int = 0) -> tuple[Bools, Bools]:
        """Everybody at one state; the labels of the flow."""
        if self._state != state:
            flow = self.flow
            flow.flow[:] = 0
            flow.active[:] = self._state_of == state
            flow.left[:] = np.where(flow.active, self.need, 0)
            flow.room[:] = self.capacity
            flow.shut[:] = self._sheets[state].short
            fill(flow)
            self._state, self._labels = state, labels(flow)
        return self._labels

    @contextmanager
    def corner(self, origin: int, own: int, others: int) -> Iterator[tuple[Bools, Bools]]:
        """One municipality at a state of its own; gives the labels of the flow."""
        known = self.enter(others)
        if own == others:
            yield known
            return
        flow, series = self.flow, self._series[origin]
        shut = flow.shut[series].copy()
        old, new = self._classes[others][origin], self._classes[own][origin]
        log, used = swap_people(
            flow, old, new, self.need[new], series, self._sheets[own].short[series], new_log()
        )
        try:
            yield labels(flow)
        finally:
            undo(flow, log, used, 0)
            flow.active[old], flow.active[new], flow.shut[series] = True, False, shut
