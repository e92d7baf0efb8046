"""Everything that an outsider holds: the files of the public tree and of editions that he has kept."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geomatch.audit.pages import Stray, read_page
from geomatch.audit.reading import read_download, read_script, script_value
from geomatch.audit.told import Edition, county_codes
from geomatch.words import gettext as _

__all__ = ["Gathered", "gather"]

Progress = Callable[[str, int, int], None]
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


@dataclass(slots=True)
class Gathered:
    """What the files say.

    Attributes:
        editions: By month and number.
        newest: Number of the edition in force, by month.
        figures, files: How many figures and files were read, by format.
        stray: Figures of which it is not said which edition they were of: month, area, figure, ends, file.
    """

    editions: dict[tuple[str, int], Edition] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    figures: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    stray: list[Stray] = field(default_factory=list)

    def count(self, kind: str, figures: int) -> None:
        """Note that a file was read."""
        if figures:
            self.figures[kind] += figures
            self.files[kind] += 1


def _months_in(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and _MONTH.fullmatch(path.name))


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def gather(folder: Path, progress: Progress = lambda *_: None) -> Gathered:
    """Read every figure of persons of every file.

    Args:
        folder: Holds `public/` and, where editions were replaced, `earlier/<month>/<edition>/`.
        progress: Called with a step's name, and how much of it is done of how much.
    """
    gathered = Gathered()
    public, saved = folder / "public", folder / "earlier"
    months = sorted({*_months_in(public), *_months_in(public / "data"), *_months_in(saved)})
    for number, month in enumerate(months):
        progress(_("Published files are read"), number, len(months))
        for own in sorted((saved / month).glob("[0-9]*")) if (saved / month).is_dir() else ():
            if own.name.isdigit():
                edition = Edition(month, int(own.name), newest=False)
                gathered.editions[month, edition.number] = edition
                _downloads(gathered, edition, own, folder)
        if month in {*_months_in(public), *_months_in(public / "data")}:
            _in_force(gathered, public, month, folder)
    newest = {month: gathered.editions[month, number] for month, number in gathered.newest.items()}
    pages = sorted(public.rglob("*.html")) if public.is_dir() else []
    for number, path in enumerate(pages):
        if number % 100 == 0:
            progress(_("Published pages are read"), number, len(pages))
        text = path.read_text(encoding="utf-8", errors="replace")
        name = path.relative_to(folder).as_posix()
        gathered.count("html", read_page(newest, text, name, gathered.stray))
    progress(_("Published pages are read"), len(pages), len(pages))
    return gathered


def _in_force(gathered: Gathered, public: Path, month: str, folder: Path) -> None:
    """The edition of a month that the public tree holds: downloads, and what the map reads."""
    number = _json(public / "data" / month / "manifest.json").get("edition")
    number = number or _json(public / month / "edition.json").get("number")
    number = number or _json(public / month / "edition.json").get("edition")
    values = public / month / "values.js"
    if not number and values.is_file():
        value = script_value(values.read_text(encoding="utf-8"))
        number = value.get("edition") if isinstance(value, dict) else None
    if not number:
        number = 1 + max((known for one, known in gathered.editions if one == month), default=0)
    # The same edition may lie among those that were kept.
    edition = gathered.editions.get((month, int(number))) or Edition(month, int(number), newest=True)
    edition.newest = True
    gathered.editions[month, edition.number] = edition
    gathered.newest[month] = edition.number
    _downloads(gathered, edition, public / "data" / month, folder)
    for name in ("values.js", "corridors.js"):
        path = public / month / name
        if path.is_file():
            gathered.count("js", read_script(edition, path, path.relative_to(folder).as_posix()))


def _downloads(gathered: Gathered, edition: Edition, own: Path, folder: Path) -> None:
    if not own.is_dir():
        return
    edition.settings = _json(own / "manifest.json").get("settings") or edition.settings
    counties = sorted(path for path in own.iterdir() if path.is_dir() and path.name.isdigit())
    for place in (own, *counties):
        for path in sorted(one for one in place.iterdir() if one.is_file()):
            kind, figures = read_download(edition, path, path.relative_to(folder).as_posix())
            gathered.count(kind, figures)
    for place in counties:
        since = _json(place / "manifest.json").get("edition")
        edition.since[place.name] = int(since) if since else edition.number


def county_of_whole(edition: Edition) -> str:
    """The county that the row of the whole is, where one county is published alone; else empty."""
    counties = county_codes(edition.codes())
    return counties[0] if len(counties) == 1 else ""
