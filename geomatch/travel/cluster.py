"""The day returns of many activities on several machines, through `dask.distributed`.

The activities are dealt out in parts, those near each other together; each part is the same question as on one
machine, asked by a worker. What a worker that dies had in hand goes to another. The answer does not depend on who
answered, nor when: it is put together in the order it has on one machine.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import geomatch
from geomatch.errors import GeomatchError, InputError, Problem
from geomatch.settings import LimitSettings
from geomatch.travel.day_return import pair_returns, session_returns
from geomatch.travel.network import Network
from geomatch.travel.store import compiled_sha256, folder_of, open_network, without_stop_times
from geomatch.words import gettext as _
from geomatch.words import language, using_language

__all__ = ["spread_pairs", "spread_sessions"]

Progress = Callable[[int, int], None]

# Activities within one square of this side go to one worker when they can: they read the same connections.
_SQUARE_M = 30_000.0
# Parts for each thread of the workers: a worker that is done early takes another, and little is lost with one.
_PARTS_PER_THREAD = 4
_ANSWER_S = 10
# How long to wait for a worker when there is none, in steps of five seconds.
_STEP_S, _STEPS_WITHOUT_WORKER = 5, 12


def spread_pairs(
    network: Network | Path,
    origins: pd.DataFrame,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    limits: LimitSettings,
    min_session_share: float,
    weeks: int,
    scheduler: str,
    progress: Progress | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """`pair_returns` on the workers of a dask scheduler: the same table, byte for byte.

    Args:
        network: A compiled timetable's folder (`save_network`), which every worker finds at the same path; or a
            network. One that was opened from a folder is opened from there by the workers; any other is sent.
        origins: As of `pair_returns`, and so are the next five.
        series: Each with an id of its own.
        sessions: Those of other series are not asked.
        limits: METHOD 4's limits.
        min_session_share: As of `summarise`.
        weeks: As of `summarise`.
        scheduler: Address of the scheduler, such as `tcp://host:8786`.
        progress: Called with the number of sessions done and of all.
        threads: How many each part uses on its worker; one unless given, as a worker takes a part per thread.

    Raises:
        InputError: dask is not installed, nobody answers at the address, there are no workers, or the folder is not
            there for them.
        GeomatchError: Worker after worker died on the same part.
    """
    parts = _spread(
        "pairs",
        network,
        origins,
        series,
        sessions,
        {"limits": limits, "min_session_share": min_session_share, "weeks": weeks},
        scheduler,
        progress,
        threads,
    )
    table = pd.concat(parts, ignore_index=True)
    rank = {name: number for number, name in enumerate(series["series_id"])}
    order = np.argsort(table["series_id"].map(rank).to_numpy(np.int64), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def spread_sessions(
    network: Network | Path,
    origins: pd.DataFrame,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    limits: LimitSettings,
    scheduler: str,
    progress: Progress | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """`session_returns` on the workers of a dask scheduler: the same table, byte for byte.

    Args:
        network: As of `spread_pairs`, and so are `scheduler`, `progress` and `threads`.
        origins: As of `session_returns`, and so are the next three.
        series: Each with an id of its own.
        sessions: Those of other series are not asked.
        limits: METHOD 4's limits.
        scheduler: Address of the scheduler.
        progress: Called with the number of sessions done and of all.
        threads: How many each part uses on its worker; one unless given.

    Raises:
        InputError: As `spread_pairs`.
        GeomatchError: As `spread_pairs`.
    """
    parts = _spread(
        "sessions", network, origins, series, sessions, {"limits": limits}, scheduler, progress, threads
    )
    # A part in which nobody is asked anything has no kinds of columns either.
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    if not len(table):
        return table
    rank = {point: number for number, point in enumerate(origins["point_id"])}
    table = table.assign(rank=table["point_id"].map(rank))
    table = table.sort_values(["date", "series_id", "start_s", "end_s", "rank"], kind="stable")
    return table.drop(columns="rank").reset_index(drop=True)


def _spread(
    kind: str,
    network: Network | Path,
    origins: pd.DataFrame,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    settings: dict[str, Any],
    scheduler: str,
    progress: Progress | None,
    threads: int | None,
) -> list[pd.DataFrame]:
    """The answers of all parts, in the order of the parts."""
    if not series["series_id"].is_unique:
        raise ValueError(series["series_id"][series["series_id"].duplicated()].tolist())
    with _client(scheduler) as client:
        parts = _parts(series, sessions, _PARTS_PER_THREAD * sum(client.nthreads().values()))
        folder = network if isinstance(network, Path) else folder_of(network)
        # The scheduler keeps what is sent, so that a worker that comes later, or in a dead one's place, gets it too.
        sent = None if isinstance(network, Path) or folder else without_stop_times(network)
        with warnings.catch_warnings():
            # dask warns of much data in a question; it is sent once.
            warnings.simplefilter("ignore", UserWarning)
            held = client.submit(_held, (sent, origins), pure=False)
        place = (str(folder.resolve()), compiled_sha256(folder)) if folder else None
        more = (settings, threads or 1, language(), geomatch.__version__)
        asked = [
            client.submit(_answer, kind, place, held, some, mine, *more, pure=False) for some, mine in parts
        ]
        return _gathered(client, scheduler, asked, [len(mine) for _some, mine in parts], progress)


def _parts(
    series: pd.DataFrame, sessions: pd.DataFrame, most: int
) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """The series in at most about `most` parts of like many sessions, neighbours together, with their sessions."""
    counts = series["series_id"].map(sessions["series_id"].value_counts()).fillna(0).to_numpy(np.int64)
    square = np.floor(series[["x_m", "y_m"]].to_numpy(float) / _SQUARE_M)
    order = np.lexsort((square[:, 1], square[:, 0]))
    size = max(1, -(-int(counts.sum()) // max(most, 1)))
    number = np.empty(len(series), np.int64)
    number[order] = (np.cumsum(counts[order]) - counts[order]) // size
    of_series = dict(zip(series["series_id"], number.tolist(), strict=True))
    part = sessions["series_id"].map(of_series).to_numpy(float)
    return [(series[number == one], sessions[part == one]) for one in np.unique(number)] or [
        (series, sessions[:0])
    ]


def _held(content: tuple[Network | None, pd.DataFrame]) -> tuple[Network | None, pd.DataFrame]:
    """What all parts share, as a result of its own: made again when the worker that has it dies."""
    return content


_opening = threading.Lock()


@lru_cache(maxsize=2)
def _opened(folder: str, sha256: str) -> Network:
    """The compiled timetable of a folder, opened once by each worker."""
    path = Path(folder)
    if compiled_sha256(path) != sha256:
        raise InputError(
            Problem(
                _("the compiled timetable on this worker is another than where the question was asked"),
                remedy=_("Keep it in a folder that all machines share"),
                file=folder,
            )
        )
    return open_network(path)


def _answer(
    kind: str,
    place: tuple[str, str] | None,
    held: tuple[Network | None, pd.DataFrame],
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    settings: dict[str, Any],
    threads: int,
    words: str,
    version: str,
) -> pd.DataFrame:
    """One part, on a worker."""
    network, origins = held
    with using_language(words):
        if version != geomatch.__version__:
            raise InputError(
                Problem(
                    _("a worker has geomatch {theirs}").format(theirs=geomatch.__version__),
                    _("the version that asks, {ours}").format(ours=version),
                    _("Install the same version on every machine"),
                )
            )
        if place is not None:
            with _opening:
                network = _opened(*place)
        ask: Callable[..., pd.DataFrame] = pair_returns if kind == "pairs" else session_returns
        return ask(network, origins, series, sessions, **settings, threads=threads)


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    """A connection to the scheduler at an address that has a worker at least. Raises InputError."""
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise InputError(
            Problem(
                _("dask.distributed is not installed"),
                remedy=_("Install it: pip install 'geomatch-se[cluster]', or ask without --scheduler"),
            )
        ) from error
    with _quiet():
        try:
            client = distributed.Client(scheduler, timeout=_ANSWER_S, set_as_default=False)
        except (OSError, ValueError) as error:  # a TimeoutError is an OSError
            raise InputError(
                Problem(
                    _("no dask scheduler answers at “{address}”").format(address=scheduler),
                    _("an address such as tcp://192.168.1.10:8786"),
                    _("Start one: dask scheduler, and workers: dask worker ADDRESS"),
                )
            ) from error
        with client:
            try:
                client.wait_for_workers(1, timeout=_ANSWER_S)
            except TimeoutError as error:
                raise _no_worker(scheduler) from error
            yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep dask from writing pages about what is told in words here."""
    known = [log for name, log in logging.root.manager.loggerDict.items() if name.startswith("distributed")]
    loud = [log for log in known if isinstance(log, logging.Logger) and not log.disabled]
    for log in loud:
        log.disabled = True
    try:
        yield
    finally:
        for log in loud:
            log.disabled = False


def _no_worker(scheduler: str) -> InputError:
    return InputError(
        Problem(
            _("the dask scheduler at “{address}” has no workers").format(address=scheduler),
            remedy=_("Start one or several on each machine: dask worker {address}").format(address=scheduler),
        )
    )


def _gathered(
    client: Any,  # noqa: ANN401 (of an optional package)
    scheduler: str,
    asked: list[Any],
    sizes: list[int],
    progress: Progress | None,
) -> list[pd.DataFrame]:
    """The answers in the order asked, each fetched as soon as it is there."""
    distributed = import_module("distributed")
    answers: dict[int, pd.DataFrame] = {}
    waiting = dict(enumerate(asked))
    lonely = 0
    try:
        while waiting:
            try:
                with client.as_current():
                    distributed.wait(list(waiting.values()), timeout=_STEP_S, return_when="FIRST_COMPLETED")
                lonely = 0
            except TimeoutError:
                lonely = 0 if client.nthreads() else lonely + 1
                if lonely > _STEPS_WITHOUT_WORKER:
                    raise _no_worker(scheduler) from None
            for number in [number for number, future in waiting.items() if future.done()]:
                answers[number] = waiting.pop(number).result()
                if progress is not None:
                    progress(sum(sizes[done] for done in answers), sum(sizes))
    except distributed.KilledWorker as error:
        raise GeomatchError(
            _(
                "Worker after worker died on the same part of the question, perhaps for want of memory. Their own logs tell more."
            )
        ) from error
    except (CancelledError, ConnectionError, distributed.comm.CommClosedError) as error:
        raise GeomatchError(
            _("The connection to the dask scheduler was lost; nothing was written.")
        ) from error
    return [answers[number] for number in sorted(answers)]
