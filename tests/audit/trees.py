"""Small public trees and workbooks for tests of the attacker, written by hand: no code of the suppressor makes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

__all__ = ["areas", "corridors", "groups", "write_tree", "write_workbook"]

FIGURES = ("need", "women", "men", "gap", "no_day_return", "need_change", "gap_change")
SHARES = ("women_share", "gap_share_low", "gap_share_high")
Figure = int | str | tuple[int, int] | None


def _figure(stem: str, value: Figure) -> dict[str, Any]:
    """A number, an interval or a sign as the three columns of a figure; None is a figure that is not known."""
    if value is None or isinstance(value, str):
        return {f"{stem}_low": None, f"{stem}_high": None, f"{stem}_sign": value or "-"}
    low, high = (value, value) if isinstance(value, int) else value
    return {f"{stem}_low": low, f"{stem}_high": high, f"{stem}_sign": ""}


def _level(code: str) -> str:
    return "country" if code == "00" else "county" if len(code) == 2 else "municipality"


def areas(month: str, rows: Mapping[str, Mapping[str, Any]], before: str = "") -> pd.DataFrame:
    """Table `areas` from compact rows: `{"2505": {"need": 48, "gap": "..", "gap_share_low": 0.5}}`.

    Args:
        month: YYYY-MM.
        rows: Per area code, figures by name: a number, `(low, high)`, a sign, or left out for `-`; shares as numbers.
        before: The month that changes are told from.
    """
    made = []
    for code, said in rows.items():
        row: dict[str, Any] = {
            "month": month,
            "level": _level(code),
            "area_code": code,
            "name": f"Area {code}" if code != "00" else "",
        }
        for stem in FIGURES:
            row |= _figure(stem, said.get(stem))
        row |= {name: said.get(name) for name in SHARES} | {"before": before}
        if unknown := set(said) - {*FIGURES, *SHARES}:
            raise ValueError(f"no such figures: {sorted(unknown)}")
        made.append(row)
    return _whole(pd.DataFrame(made))


def groups(month: str, rows: Mapping[tuple[str, str, str], Figure]) -> pd.DataFrame:
    """Table `groups`: `{("2505", "sex", "women"): 12}`."""
    return _whole(
        pd.DataFrame(
            [
                {
                    "month": month,
                    "level": _level(code),
                    "area_code": code,
                    "name": f"Area {code}",
                    "dimension": dimension,
                    "group": group,
                    **_figure("persons", value),
                }
                for (code, dimension, group), value in rows.items()
            ]
        )
    )


def corridors(month: str, rows: Mapping[tuple[str, str], Mapping[str, Figure]]) -> pd.DataFrame:
    """Table `corridors`: `{("2505", "2506"): {"gain": 3, "entitled_unserved": ".."}}`."""
    return _whole(
        pd.DataFrame(
            [
                {
                    "month": month,
                    "from_code": start,
                    "to_code": end,
                    "status": "candidate",
                    "verdict": "possible",
                    **_figure("gain", said.get("gain")),
                    **_figure("entitled_unserved", said.get("entitled_unserved")),
                }
                for (start, end), said in rows.items()
            ]
        )
    )


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Ends of figures as whole numbers that may be missing."""
    ends = [
        name
        for name in frame.columns
        if name.endswith(("_low", "_high")) and not name.startswith(("gap_share", "women_share"))
    ]
    return frame.astype(dict.fromkeys(ends, "Int64"))


def write_tree(
    folder: Path,
    month: str,
    edition: int,
    tables: Mapping[str, pd.DataFrame],
    *,
    earlier: bool = False,
    since: Mapping[str, int] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Path:
    """Write the downloads of one edition of a month as the attacker finds them.

    Args:
        folder: The attacker's; the files lie in `public/data/<month>/`, with `earlier` in
            `earlier/<month>/<edition>/`.
        month: YYYY-MM.
        edition: Its number.
        tables: Tables by name, with the columns that are there; `<table>-comma.csv` is written of each.
        earlier: The edition is one that a newer one has replaced.
        since: Per county, the edition since which its numbers stand: its own folder then says so.
        settings: What the manifest says of them: `{"disclosure": {"withhold_to": 5}}` unless told.

    Returns:
        The folder that the files lie in.
    """
    own = folder / ("earlier" if earlier else "public/data") / month / (str(edition) if earlier else "")
    _write(own, month, edition, None, tables, settings)
    for county, number in (since or {}).items():
        _write(own / county, month, number, county, {}, settings)
    return own


def _write(
    own: Path,
    month: str,
    edition: int,
    county: str | None,
    tables: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any] | None,
) -> None:
    own.mkdir(parents=True, exist_ok=True)
    files = []
    for name, frame in tables.items():
        frame.to_csv(own / f"{name}-comma.csv", index=False, lineterminator="\r\n")
        files.append({"name": f"{name}-comma.csv", "contents": name})
    content = {
        "month": month,
        "edition": edition,
        "county": county,
        "synthetic": True,
        "settings": settings if settings is not None else {"disclosure": {"withhold_to": 5}},
        "files": files,
    }
    (own / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


def write_workbook(
    folder: Path, rows: Iterable[Mapping[str, Any] | Sequence[Any]], name: str = "inskrivna.csv"
) -> Path:
    """Write counts of the agency as a long table that `read_enrolment` reads, into `workbooks/`.

    Args:
        folder: The attacker's.
        rows: Per count its columns; or shorter `(month, area, value)` and `(month, area, {dimension: value}, value)`,
            where the area is a municipality (`2505`), a county (`25`), the country (`00`) or what is not known of a
            county (`25?`), and the value a number, `..` (1-5) or `-` (0-5).
        name: Of the file.
    """
    frame = pd.DataFrame([_row(row) for row in rows]).fillna("")
    path = folder / "workbooks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False)
    return path


def _row(row: Mapping[str, Any] | Sequence[Any]) -> dict[str, Any]:
    if isinstance(row, Mapping):
        return dict(row)
    month, area, value = row[0], str(row[1]), row[-1]
    about: Mapping[str, str] = row[2] if len(row) == 4 else {}
    low, high = {"..": (1, 5), "-": (0, 5)}.get(value, (value, value))
    county = "all" if area == "00" else area[:2]
    municipality = "unknown" if area.endswith("?") else area if len(area) == 4 else "all"
    return {
        "month": month,
        "county_code": county,
        "municipality_code": municipality,
        **{name: about.get(name, "all") for name in ("accommodation", "target_group", "sex")},
        "low": low,
        "high": high,
        "masked": "true" if isinstance(value, str) else "false",
        "sign": value if isinstance(value, str) else "",
        "source": "SYNTETISK",
    }
