"""Where a month's inputs, results and provenance lie; every write happens whole or not at all.

    geomatch.toml                      settings
    rules/<name>.toml                  sets of rules of the workspace's own
    inputs/index.json                  which inputs there are, in the order they were added
    inputs/<sha256>/<name>             an immutable copy of each
    inputs/versions.json               registers of decisions that were replaced or taken out: they are never forgotten
    months/<month>/<table>.parquet     results
    months/<month>/manifest.json       what they were made from
    cache/<digest>.parquet             day returns, kept until what they follow from changes
    cache/timetables/<digest>/         timetables compiled for travel (`geomatch.travel.store`)
    internal/                          pages for the agencies
    published/<month>/<edition>/       what has been published (`geomatch.public.editions`)
    public/                            the site made of it
    withdrawn.json                     what was ordered to be shown less (`geomatch.takeback.record`)

`index.json` and each month folder are put in place by one rename after everything in them is written; what a
killed command leaves behind is tidied when the workspace is next opened.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.kinds import KINDS
from geomatch.restricted import Restricted
from geomatch.rules.book import FOLDER as RULES_FOLDER
from geomatch.rules.book import read_book
from geomatch.settings import Settings, load_settings, settings_toml
from geomatch.tables import TABLES
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["KINDS", "Input", "Workspace", "content_sha256", "dump_json", "replace_folder"]

# What a month's newest edition was made from: while it is the same, the public run is not done again.
PUBLIC_RUN = "run.json"
SETTINGS_FILE = "geomatch.toml"
# Of these every version that was ever added stays: what was decided must be found again (docs/decisions.md).
_KEPT_KINDS = frozenset({"corridors"})


@dataclass(frozen=True, slots=True)
class Input:
    """One file (or GTFS folder) that was added.

    Attributes:
        kind: One of KINDS.
        file: Its name when it was added.
        sha256: Hash of its content; also the folder it lies in.
        facts: What its reader understood: rows, months, updated, first_day ...; plain values.
        synthetic: It calls itself synthetic.
    """

    kind: str
    file: str
    sha256: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    synthetic: bool = False


def content_sha256(path: Path) -> str:
    """Hash of a file, or of a folder's files with their names."""
    digest = hashlib.sha256()
    if path.is_dir():
        for inside in sorted(p for p in path.rglob("*") if p.is_file()):
            digest.update(inside.relative_to(path).as_posix().encode() + b"\0")
            digest.update(bytes.fromhex(content_sha256(inside)))
    else:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def dump_json(value: object) -> str:
    """JSON as this project writes it: sorted, indented, with a final line break."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new, never a part."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _swap(one: Path, two: Path) -> bool:
    """Let two folders change names in one step (Linux, renameat2), so that nobody meets neither; False where not."""
    import ctypes  # noqa: PLC0415  only when a folder is replaced

    at_folder, exchange = -100, 2
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError):
        return False
    return bool(rename(at_folder, os.fsencode(one), at_folder, os.fsencode(two), exchange) == 0)


def replace_folder(staged: Path, target: Path) -> None:
    """Put the folder `staged` in the place of `target`; both lie in one parent. Killed in between, `tidy` mends it."""
    if target.exists() and _swap(staged, target):
        shutil.rmtree(staged)
        return
    # Where the system cannot swap, there is nothing in its place for a moment.
    old = target.with_name(f".{target.name}.old")
    if target.exists():
        target.rename(old)
    staged.rename(target)
    if old.exists():
        shutil.rmtree(old)


def tidy(parent: Path) -> None:
    """Mend what a killed `replace_folder` or `staging` left in `parent`."""
    if not parent.is_dir():
        return
    for old in sorted(parent.glob(".*.old")):
        target = old.with_name(old.name[1:-4])
        if target.exists():
            shutil.rmtree(old)
        else:
            old.rename(target)
    for new in sorted(parent.glob(".*.new")):
        if new.is_dir():
            shutil.rmtree(new)
        else:
            new.unlink()


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """An empty folder beside `target`, put in its place when the block ends well and removed when it does not."""
    staged = target.with_name(f".{target.name}.new")
    if staged.exists():
        shutil.rmtree(staged)
    staged.mkdir(parents=True)
    try:
        yield staged
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    replace_folder(staged, target)


class Workspace:
    """A folder made by `geomatch init`."""

    def __init__(self, folder: Path) -> None:
        """Open a workspace. Raises InputError when `folder` is none."""
        self.folder = folder
        if not (folder / SETTINGS_FILE).is_file():
            raise InputError(
                Problem(
                    _("{folder} is not a workspace: it has no {file}").format(
                        folder=folder, file=SETTINGS_FILE
                    ),
                    remedy=_(
                        "Go to the workspace's folder, name it with --workspace, or make one: geomatch init FOLDER"
                    ),
                )
            )

    @classmethod
    def create(cls, folder: Path, toml: str | None = None) -> Workspace:
        """Make a workspace in `folder`, which is new or empty, with the text `toml` or all defaults as settings.

        Raises:
            InputError: There is something in the folder already; it is left as it is.
        """
        if folder.exists() and (not folder.is_dir() or not all(map(_is_of_killed_init, folder.iterdir()))):
            raise InputError(
                Problem(
                    _("{folder} is not empty").format(folder=folder),
                    _("a new or an empty folder"),
                    _("Choose another name; nothing was changed"),
                )
            )
        (folder / "inputs").mkdir(parents=True, exist_ok=True)
        # Last: with its settings it is a workspace, and must be whole.
        _write_whole(folder / SETTINGS_FILE, toml or settings_toml())
        return cls(folder)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the workspace for one writing command, after mending what a killed one left.

        Raises:
            InputError: Another command is writing.
        """
        with (self.folder / ".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InputError(
                    Problem(
                        _("another geomatch command is writing in {folder}").format(folder=self.folder),
                        remedy=_("Wait until it is done"),
                    )
                ) from error
            from geomatch.takeback.commit import finish  # noqa: PLC0415  it takes from this module

            finish(self.folder)
            for parent in (
                self.folder / "inputs",
                self.folder / "months",
                self.folder / "cache",
                self.folder / "internal",
                *sorted((self.folder / "internal").glob("*")),
            ):
                tidy(parent)
            old = self.folder / ".internal.old"
            if old.exists() and (self.folder / "internal").exists():
                shutil.rmtree(old)
            elif old.exists():
                old.rename(self.folder / "internal")
            # Pages that a killed `publish` was making. What else lies beside the settings is not ours to remove.
            shutil.rmtree(self.folder / ".publish.new", ignore_errors=True)
            for part in sorted((self.folder / "internal").rglob("*.part")):
                part.unlink()
            # An earlier copy stays as long as a month was made from it.
            known = {one.sha256 for one in (*self.inputs(), *self.versions())} | self._explained()
            (self.folder / "inputs").mkdir(exist_ok=True)
            for stray in sorted((self.folder / "inputs").iterdir()):
                if stray.is_dir() and stray.name not in known:
                    _make_writable(stray)
                    shutil.rmtree(stray)
            used = {manifest.get("travel") for manifest in self._manifests()}
            used |= {self.public_run(path.parent.name).get("travel") for path in self._public_runs()}
            for path in sorted((self.folder / "cache").glob("*.parquet")):
                if path.stem not in used:
                    path.unlink()
            yield

    def _manifests(self) -> list[dict[str, Any]]:
        paths = sorted((self.folder / "months").glob("[0-9]*/manifest.json"))
        return [json.loads(path.read_text(encoding="utf-8")) for path in paths]

    def _explained(self) -> set[str]:
        """Hashes of the inputs that the computed months were made from."""
        return {one["sha256"] for manifest in self._manifests() for one in manifest["inputs"]}

    def _public_runs(self) -> list[Path]:
        return sorted((self.folder / "published").glob(f"[0-9]*/{PUBLIC_RUN}"))

    def public_run(self, month: str, folder: Path | None = None) -> dict[str, Any]:
        """What the newest edition of a month was made from (`run`), and the digest of its day returns (`travel`).

        Empty where it has not been published, and where the file cannot be read: the public run is then done again.
        `folder` is one that stands in for the workspace while it is published.
        """
        try:
            path = (folder or self.folder) / "published" / month / PUBLIC_RUN
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def keep_public_run(self, month: str, content: Mapping[str, Any]) -> None:
        """Write what `public_run` gives, beside the editions of the month."""
        _write_whole(self.folder / "published" / month / PUBLIC_RUN, dump_json(content))

    def settings(self) -> Settings:
        """The settings in `geomatch.toml`, with the sets of rules in `rules`. Raises InputError.

        What is wrong with a set is no error here: it is one on the days that it touches (`RuleBook.at`).
        """
        rules = read_book(self.folder / RULES_FOLDER)
        return replace(load_settings(self.folder / SETTINGS_FILE), rules=rules)

    def inputs(self, kind: str | None = None) -> list[Input]:
        """The inputs, all or of one kind, in the order they were added."""
        index = self.folder / "inputs" / "index.json"
        if not index.is_file():
            return []
        found = [Input(**entry) for entry in json.loads(index.read_text(encoding="utf-8"))]
        return [one for one in found if kind is None or one.kind == kind]

    def versions(self, kind: str | None = None) -> list[Input]:
        """Every version of the registers of decisions, all or of one kind: those replaced or taken out, then those in force."""
        path = self.folder / "inputs" / "versions.json"
        gone = (
            [Input(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
            if path.is_file()
            else []
        )
        now = [one for one in self.inputs() if one.kind in _KEPT_KINDS]
        return [one for one in (*gone, *now) if kind is None or one.kind == kind]

    def _keep_versions(self, stays: Sequence[Input]) -> None:
        """Note the registers of decisions that leave the list, before they do; `stays` is the list as it will be."""
        leaving = [
            one
            for one in self.inputs()
            if one.kind in _KEPT_KINDS and (one.kind, one.file, one.sha256) not in {_name(s) for s in stays}
        ]
        if leaving:
            gone = [one for one in self.versions() if _name(one) not in {_name(n) for n in self.inputs()}]
            gone = [one for one in gone if _name(one) not in {_name(new) for new in leaving}]
            entries = [asdict(one) for one in (*gone, *leaving)]
            _write_whole(self.folder / "inputs" / "versions.json", dump_json(entries))

    def path_of(self, one: Input) -> Path:
        """The immutable copy of an input.

        Raises:
            InputError: It is gone or was changed after it was added.
        """
        path = self.folder / "inputs" / one.sha256 / one.file
        if not path.exists() or content_sha256(path) != one.sha256:
            raise InputError(
                Problem(
                    _("the workspace's copy is missing or was changed"),
                    remedy=_("Add the file again: geomatch add {kind} FILE").format(kind=one.kind),
                    file=one.file,
                )
            )
        return path

    def add(
        self, kind: str, paths: Sequence[Path], read: Callable[[Path], tuple[Mapping[str, Any], bool]]
    ) -> list[Input]:
        """Validate files, then keep an immutable copy of each; all of them or none.

        A file with the name of an earlier one of the same kind takes its place (the earlier copy stays on disk,
        as long as a computed month was made from it); one with the same content is known already.

        Args:
            kind: One of KINDS.
            paths: The files.
            read: Reads one file and returns plain facts and whether it calls itself synthetic; raises InputError.

        Raises:
            InputError: All problems of all files; nothing was added.
        """
        problems: list[Problem] = []
        added: list[Input] = []
        for path in paths:
            try:
                facts, synthetic = read(path)
            except InputError as error:
                problems += error.problems
            else:
                added.append(Input(kind, path.resolve().name, content_sha256(path), dict(facts), synthetic))
        names = [one.file for one in added]
        problems += [
            Problem(_("two of the files have the same name"), remedy=_("Rename one of them"), file=name)
            for name in sorted({n for n in names if names.count(n) > 1})
        ]
        if problems:
            raise InputError(problems)
        inputs = self.folder / "inputs"
        inputs.mkdir(exist_ok=True)
        for one, path in zip(added, paths, strict=True):
            target = inputs / one.sha256
            if (target / one.file).exists():
                continue
            kept = list(target.iterdir()) if target.exists() else []
            with staging(target) as staged:
                for before in kept:
                    _copy(before, staged / before.name)
                _copy(path, staged / one.file)
                if content_sha256(staged / one.file) != one.sha256:
                    raise InputError(
                        Problem(
                            _("the file changed while it was read"), remedy=_("Add it again"), file=one.file
                        )
                    )
                _write_whole(staged / "provenance.json", dump_json(asdict(one)))
        stays = [
            one
            for one in self.inputs()
            if not any((one.kind, one.file) == (new.kind, new.file) for new in added)
        ]
        self._keep_versions([*stays, *added])
        _write_whole(inputs / "index.json", dump_json([asdict(one) for one in [*stays, *added]]))
        return added

    def remove(self, kind: str, file: str) -> Input:
        """Take an input out of the list. Its copy stays as long as a computed month was made from it.

        Raises:
            InputError: There is none of that kind and name; those there are are named.
        """
        found = [one for one in self.inputs(kind) if one.file == file]
        if not found:
            names = ", ".join(one.file for one in self.inputs(kind)) or _("none")
            raise InputError(
                Problem(
                    _("there is no such input"),
                    _("one of those that were added: {names}").format(names=names),
                    file=file,
                )
            )
        stays = [one for one in self.inputs() if one not in found]
        self._keep_versions(stays)
        _write_whole(self.folder / "inputs" / "index.json", dump_json([asdict(one) for one in stays]))
        return found[0]

    def forget(self, kind: str, file: str) -> None:
        """Strike an input from every list, the one of versions too; its copies are removed before (`geomatch.takeback.erase`)."""
        inputs = self.folder / "inputs"
        for name, entries in (
            ("versions.json", [one for one in self.versions() if _name(one) not in map(_name, self.inputs())]),
            ("index.json", self.inputs()),
        ):
            if (inputs / name).is_file():
                stays = [asdict(one) for one in entries if (one.kind, one.file) != (kind, file)]
                _write_whole(inputs / name, dump_json(stays))

    def month_folder(self, month: str) -> Path:
        """Where the results of a month lie."""
        return self.folder / "months" / month

    def month_is_whole(self, month: str) -> bool:
        """Whether the month is computed and its files are those that its manifest names."""
        folder = self.month_folder(month)
        if not (folder / "manifest.json").is_file():
            return False
        files = self.manifest(month)["files"]
        return all(
            (folder / f"{name}.parquet").is_file()
            and content_sha256(folder / f"{name}.parquet") == one["sha256"]
            for name, one in files.items()
        )

    def timetable_cache(self) -> Path:
        """Where compiled timetables are kept."""
        return self.folder / "cache" / "timetables"

    def kept(self, digest: str) -> pd.DataFrame | None:
        """Day returns of an earlier run that followed from the same things, if they are still there."""
        path = self.folder / "cache" / f"{digest}.parquet"
        try:
            return pd.read_parquet(path) if path.is_file() else None
        except (OSError, ValueError):
            # Damaged: they are computed again.
            return None

    def keep(self, digest: str, day_returns: pd.DataFrame) -> None:
        """Keep day returns for the next run. What no month refers to any more goes when the next command writes."""
        folder = self.folder / "cache"
        folder.mkdir(exist_ok=True)
        temporary = folder / f".{digest}.new"
        day_returns.to_parquet(temporary, index=False)
        temporary.replace(folder / f"{digest}.parquet")

    def write_month(
        self, month: str, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]
    ) -> None:
        """Write all tables and the manifest of a month in the place of what was there.

        `manifest` gets `files` (rows and sha256 of each table) on the way.
        """
        with staging(self.month_folder(month)) as staged:
            files = {}
            for name, frame in tables.items():
                path = staged / f"{name}.parquet"
                frame.to_parquet(path, index=False)
                files[name] = {"rows": len(frame), "sha256": content_sha256(path)}
            _write_whole(staged / "manifest.json", dump_json({**manifest, "files": files}))

    def manifest(self, month: str) -> dict[str, Any]:
        """The manifest of a computed month.

        Raises:
            InputError: The month is not computed.
        """
        path = self.month_folder(month) / "manifest.json"
        if not path.is_file():
            raise InputError(
                Problem(
                    _("{month} is not computed yet").format(month=month),
                    remedy=_("Compute it: geomatch run {month}").format(month=month),
                )
            )
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    def read_table(self, month: str, name: str) -> Any:  # noqa: ANN401 (a GeoDataFrame where the table has geometry)
        """One table of a computed month; `activities` is restricted and has a method of its own. Raises InputError."""
        if name == "activities":
            raise ValueError(name)
        return self._read(month, name)

    def read_activities(self, month: str) -> Restricted[gpd.GeoDataFrame]:
        """The activities of a computed month, inside `Restricted`: `disclosure` decides what of them is shown."""
        return Restricted(self._read(month, "activities"))

    def _read(self, month: str, name: str) -> Any:  # noqa: ANN401 (as read_table)
        self.manifest(month)
        path = self.month_folder(month) / f"{name}.parquet"
        if TABLES[name].has_geometry:
            import geopandas as gpd  # noqa: PLC0415 (slow, and needed for these tables only)

            return gpd.read_parquet(path)
        return pd.read_parquet(path)


def _name(one: Input) -> tuple[str, str, str]:
    return one.kind, one.file, one.sha256


def _is_of_killed_init(path: Path) -> bool:
    """Whether a killed `init` left this: the settings half written, or the empty folder of inputs; nobody's work."""
    if path.name == "inputs" and path.is_dir():
        return not any(path.iterdir())
    return path.name == f".{SETTINGS_FILE}.new"


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, copy_function=shutil.copyfile)
    else:
        shutil.copyfile(source, target)
    for path in [target, *target.rglob("*")] if target.is_dir() else [target]:
        if path.is_file():
            path.chmod(0o444)


def _make_writable(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o644)
