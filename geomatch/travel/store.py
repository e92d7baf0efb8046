"""The compiled timetable: a network kept in a folder, mapped into memory when it is opened.

    index.json      what there is: the plain values, and size and checksum of each file; a checksum of its own
    <name>.npy      an array
    <name>.arrow    a table (Arrow IPC, which is read where it lies, without unpacking)

The names are those of the fields of `Network`, whatever they are. The stop times of the timetable are left out: what
travel needs of them is in the connections.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import geomatch
from geomatch.errors import InputError, Problem
from geomatch.settings import TimetableSettings, TransferSettings, WalkSettings
from geomatch.sources.timetable import read_timetable
from geomatch.travel.network import Network, build_network
from geomatch.travel.pack import Files, crc32, packed, same, unpacked
from geomatch.words import gettext as _
from geomatch.workspace import content_sha256, dump_json, replace_folder

__all__ = [
    "compiled_sha256",
    "folder_of",
    "open_network",
    "open_or_build",
    "save_network",
    "without_stop_times",
]

Progress = Callable[[str, int, int], None]

# Raised when a folder written before can no longer be read as it is now.
_FORMAT = 1
_INDEX = "index.json"
# How many compiled timetables a cache keeps; those used last.
_KEPT = 5
_STOP_TIMES = ("trip", "stop", "arrival_s", "departure_s", "boarding", "alighting")
_LIBRARIES = ("numpy", "pandas", "pyproj", "scipy")


def save_network(network: Network, folder: Path) -> None:
    """Write a network into `folder`, in the place of what was there, whole or not at all.

    The stop times of its timetable (`trip`, `stop`, `arrival_s`, `departure_s`, `boarding`, `alighting`) are not
    written; the connections of the network hold what travel needs of them.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own, so that two processes can write at once.
    staged = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".new", dir=folder.parent))
    try:
        files = Files(staged)
        content = {
            "format": _FORMAT,
            "geomatch": geomatch.__version__,
            "network": packed(without_stop_times(network), Network, "", files),
            "files": files.written,
        }
        index = {"content": content, "sha256": _sha256(content)}
        (staged / _INDEX).write_text(dump_json(index), encoding="utf-8")
        staged.chmod(0o755)
        try:
            replace_folder(staged, folder)
        except OSError:
            # Another process put its own there just now: take turns.
            if not folder.exists():
                raise
            replace_folder(staged, folder)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _sha256(content: object) -> str:
    return hashlib.sha256(dump_json(content).encode()).hexdigest()


def _damage(folder: Path, what: str) -> InputError:
    return InputError(
        Problem(
            _("the compiled timetable is damaged: {what}").format(what=what),
            remedy=_("Remove the folder; it is made again from the timetable"),
            file=str(folder),
        )
    )


def open_network(folder: Path) -> Network:
    """Open a network that `save_network` wrote, with its arrays mapped into memory.

    Every file is checked against its size and checksum first, which reads it once. The stop times of
    `Network.timetable` are empty arrays; everything else is as it was built.

    Raises:
        InputError: It is no compiled timetable, one of another version of geomatch, or damaged.
    """
    content = _index_of(folder)["content"]
    _check_files(folder, content["files"])
    try:
        network: Network = unpacked(content["network"], Network, Files(folder))
    except (KeyError, TypeError) as error:
        # Its files are sound, but other than those that a network has here.
        raise _other_version(folder) from error
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _damage(folder, _INDEX) from error
    return network


def _index_of(folder: Path) -> dict[str, Any]:
    """The index of a compiled timetable, sound and of this version."""
    path = folder / _INDEX
    if not path.is_file():
        raise InputError(
            Problem(
                _("there is no compiled timetable in the folder"),
                remedy=_("Check the path"),
                file=str(folder),
            )
        )
    try:
        index: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        content = index["content"]
        sound = index["sha256"] == _sha256(content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damage(folder, _INDEX) from error
    if not sound:
        raise _damage(folder, _INDEX)
    if content["format"] != _FORMAT or content["geomatch"] != geomatch.__version__:
        raise _other_version(folder)
    return index


def _other_version(folder: Path) -> InputError:
    return InputError(
        Problem(
            _("the compiled timetable was made by another version of geomatch"),
            remedy=_("Remove the folder; it is made again from the timetable"),
            file=str(folder),
        )
    )


def compiled_sha256(folder: Path) -> str:
    """The hash of a compiled timetable's index, which holds the checksums of all else. Raises InputError."""
    return str(_index_of(folder)["sha256"])


def folder_of(network: Network) -> Path | None:
    """The folder that a network was opened from; None when it is not, or no longer, what stands there."""
    mapped = [getattr(getattr(network, one.name), "base", None) for one in fields(network)]
    places = {
        Path(array.filename).parent for array in mapped if isinstance(array, np.memmap) and array.filename
    }
    if len(places) != 1:
        return None
    (folder,) = places
    try:
        return folder if same(network, open_network(folder)) else None
    except InputError:
        return None


def _check_files(folder: Path, files: Mapping[str, Mapping[str, int]]) -> None:
    def sound(name: str) -> bool:
        path = folder / name
        try:
            return path.stat().st_size == files[name]["bytes"] and crc32(path) == files[name]["crc32"]
        except (OSError, ValueError):
            return False

    with ThreadPoolExecutor(2) as pool:
        bad = [name for name, good in zip(files, pool.map(sound, files), strict=True) if not good]
    if bad:
        raise _damage(folder, ", ".join(bad))


def open_or_build(
    paths: Sequence[Path],
    walk: WalkSettings,
    transfer: TransferSettings,
    cache_folder: Path,
    progress: Progress | None = None,
    limits: TimetableSettings | None = None,
) -> Network:
    """The network of some feeds: opened when it was compiled before, else compiled and kept.

    It is known by the contents and names of the feeds, the settings, and the version and code of geomatch. Of two
    processes that need the same one, the second waits for the first. A damaged one is made anew, and where the
    cache cannot be written the network is made all the same; both are said on standard error.

    Args:
        paths: GTFS feeds, zip files or folders.
        walk: Settings of walking.
        transfer: Settings of changing.
        cache_folder: Where compiled timetables are kept; those used last, five of them.
        progress: Called with what is being done, the step and how many there are, when something has to be made.
        limits: As of `read_timetable`.

    Returns:
        The network, whose timetable has no stop times (see `open_network`).

    Raises:
        InputError: A feed cannot be used (`read_timetable`), or changed while it was read.
    """
    paths, limits = [Path(path) for path in paths], limits or TimetableSettings()
    told = progress or (lambda *_said: None)
    try:
        hashes = _hashes(paths)
    except OSError:
        # The reader says in plain words what is wrong with it.
        return without_stop_times(build_network(read_timetable(paths, limits), walk, transfer))
    entry = cache_folder / _key(hashes, walk, transfer, limits)
    network = _opened(entry, lambda _text: None)
    if network is not None:
        return network
    with _locked(cache_folder, told) as locked:
        # Another process may have made it, or mended it, while this one waited.
        network = _opened(entry, _say)
        if network is not None:
            return network
        told(_("Reading the timetable"), 0, 3)
        timetable = read_timetable(paths, limits)
        told(_("Compiling the timetable"), 1, 3)
        network = build_network(timetable, walk, transfer)
        if _hashes(paths) != hashes:
            raise InputError(
                [
                    Problem(_("the file changed while it was read"), remedy=_("Try again"), file=path.name)
                    for path, one, other in zip(paths, hashes, _hashes(paths), strict=True)
                    if one != other
                ]
            )
        told(_("Keeping the compiled timetable"), 2, 3)
        network = _kept(without_stop_times(network), entry) if locked else without_stop_times(network)
        told(_("Keeping the compiled timetable"), 3, 3)
        return network


def _hashes(paths: Sequence[Path]) -> list[tuple[str, str]]:
    return [(path.name, content_sha256(path)) for path in paths]


def without_stop_times(network: Network) -> Network:
    """The network with empty arrays for the stop times of its timetable, which only making it needs."""
    timetable = network.timetable
    empty = {name: getattr(timetable, name)[:0].copy() for name in _STOP_TIMES}
    return replace(network, timetable=replace(timetable, **empty))


def _key(
    hashes: list[tuple[str, str]], walk: WalkSettings, transfer: TransferSettings, limits: TimetableSettings
) -> str:
    content = {
        "format": _FORMAT,
        "geomatch": geomatch.__version__,
        "code": _code(),
        "versions": {name: version(name) for name in _LIBRARIES},
        "feeds": sorted(hashes),
        "settings": [asdict(one) for one in (walk, transfer, limits)],
    }
    return _sha256(content)


def _code() -> str:
    """Hash of the code that reads and compiles timetables: whoever changes it does not meet what it made before."""
    package = Path(geomatch.__file__).parent
    modules = [
        *package.glob("sources/gtfs_*.py"),
        *package.glob("sources/timetable*.py"),
        *package.glob("travel/*.py"),
    ]
    digest = hashlib.sha256()
    for path in sorted(modules):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _opened(entry: Path, say: Callable[[str], None]) -> Network | None:
    """The network of a cache's folder, or None when there is none, or none that can be used (which is said)."""
    if not entry.exists():
        return None
    try:
        network = open_network(entry)
    except InputError as error:
        say(_("{problem} It is compiled anew.").format(problem=_damage_of(error)))
        return None
    with suppress(OSError):
        # The time of use, by which the cache chooses what to keep.
        os.utime(entry / _INDEX)
    return network


def _damage_of(error: InputError) -> str:
    (problem,) = error.problems
    return str(replace(problem, remedy=""))


def _kept(network: Network, entry: Path) -> Network:
    """Write the network into the cache and open it there; itself when that is not possible."""
    try:
        save_network(network, entry)
        for old in _by_use(entry.parent)[_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
        return open_network(entry)
    except (OSError, pa.ArrowException, InputError) as error:
        _not_kept(entry.parent, error)
        return network


def _not_kept(folder: Path, error: Exception) -> None:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    _say(
        _(
            "{folder}: the compiled timetable could not be kept ({reason}); the next command compiles it again."
        ).format(folder=folder, reason=reason)
    )


def _by_use(cache_folder: Path) -> list[Path]:
    """The compiled timetables of a cache, the one used last first."""
    found = [
        (path.stat().st_mtime_ns, path.parent)
        for path in cache_folder.glob(f"*/{_INDEX}")
        if re.fullmatch("[0-9a-f]{64}", path.parent.name)
    ]
    return [folder for _used, folder in sorted(found, reverse=True)]


def _tidy(cache_folder: Path) -> None:
    """Remove what killed processes left. The folder may hold other things, which are not ours."""
    for path in cache_folder.glob(".*"):
        if re.fullmatch(r"\.[0-9a-f]{64}\.(old|\w+\.new)", path.name):
            shutil.rmtree(path)


@contextmanager
def _locked(cache_folder: Path, told: Progress) -> Iterator[bool]:
    """Hold a cache for writing, after removing what a killed process left; False where it cannot be written."""
    with ExitStack() as held:
        locked = False
        try:
            cache_folder.mkdir(parents=True, exist_ok=True)
            lock = held.enter_context((cache_folder / ".lock").open("a"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                told(_("Waiting for another command that compiles a timetable"), 0, 3)
                fcntl.flock(lock, fcntl.LOCK_EX)
            _tidy(cache_folder)
            locked = True
        except OSError as error:
            _not_kept(cache_folder, error)
        yield locked


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
