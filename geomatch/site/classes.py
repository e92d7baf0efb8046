"""The class limits of the map: chosen once for the site, so that a colour means the same in every month."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.public.editions import FOLDER, Edition
from geomatch.words import gettext as _
from geomatch.workspace import dump_json

__all__ = ["class_limits", "kept_limits"]

# Column, and what one of its values is in a value table (geomatch.site.values).
_LAYERS: Mapping[str, tuple[str, float]] = {
    "need": ("need_high", 1),
    "gap": ("gap_high", 1),
    "places": ("places", 1),
    "access_index": ("access_index_high", 100),
    "need_change": ("need_change_high", 1),
}
# Where there are too few different values for natural breaks.
_FALLBACK: Mapping[str, tuple[int, ...]] = {
    "need": (1, 10, 25, 50, 100),
    "gap": (1, 10, 25, 50, 100),
    "places": (1, 10, 25, 50, 100),
    "access_index": (1, 25, 50, 100, 200),
    "need_change": (-10, 0, 1, 11),
}
_CLASSES = 5
# The share of women, whole per cent: the same distance on both sides of half.
FIXED: Mapping[str, Any] = {"limits": [35, 45, 56, 66], "kind": "d", "method": "fixed", "month": ""}


def _natural(values: np.ndarray, classes: int) -> list[float] | None:
    """Where natural breaks (Fisher-Jenks) part the values, half way between; None for too few different values."""
    different = np.unique(values)
    if len(different) <= classes:
        return None
    import mapclassify  # noqa: PLC0415  # slow, and needed once for a site

    with warnings.catch_warnings():
        # It says that it would be faster with numba; its answer is the same.
        warnings.simplefilter("ignore")
        found = mapclassify.FisherJenks(np.sort(values), k=classes)
    ends = [int(np.searchsorted(different, end)) for end in found.bins[:-1]]
    return [float(different[at] + different[at + 1]) / 2 for at in ends]


def _round(value: float) -> int:
    """`value` as a number that people can keep: one digit and a half (1, 15, 20, 250 …)."""
    step = 1.0 if value < 10 else 10.0 ** math.floor(math.log10(value)) / 2
    return round(round(value / step) * step)


def _rising(limits: Sequence[int]) -> list[int]:
    """`limits` with each at least one more than the one before."""
    made: list[int] = []
    for limit in limits:
        made.append(max(limit, made[-1] + 1) if made else limit)
    return made


def _of_layer(layer: str, listed: Sequence[Edition]) -> tuple[list[int], str]:
    column, scale = _LAYERS[layer]
    if not listed:
        return list(_FALLBACK[layer]), "assumed"
    frames = [edition.tables["areas"] for edition in listed]
    rows = pd.concat([frame[frame["level"] == "municipality"] for frame in frames], ignore_index=True)
    values = (rows[column].astype(float).dropna() * scale).to_numpy()
    if layer == "need_change":
        found = _natural(np.abs(values[values != 0]), 2)
        if found is None:
            return list(_FALLBACK[layer]), "assumed"
        most = max(_round(found[0]), 2)
        # A change of nothing is a class of its own, between less and more.
        return [-most + 1, 0, 1, most], "natural_change"
    found = _natural(values[values > 0], _CLASSES)
    if found is None:
        return list(_FALLBACK[layer]), "assumed"
    return _rising([1, *(_round(end) for end in found)]), "natural"


def class_limits(listed: Sequence[Edition]) -> dict[str, dict[str, Any]]:
    """Class limits of each layer of the map, from the editions at hand.

    Natural breaks (Fisher-Jenks) of the values above 0, rounded; for changes of their sizes, the same on both sides of
    0. The share of women is laid symmetrically around half.

    Args:
        listed: The editions whose municipalities are reckoned with.

    Returns:
        Per layer `limits` (lowest value of each class above the first, in the units of a value table), `kind` (`c` for
        classes from low to high, `d` for those around a middle), `method` and `month` (the last one reckoned with).
    """
    month = max((edition.month for edition in listed), default="")
    result: dict[str, dict[str, Any]] = {"women_share": dict(FIXED)}
    for layer in _LAYERS:
        limits, method = _of_layer(layer, listed)
        kind = "d" if layer == "need_change" else "c"
        result[layer] = {"limits": limits, "kind": kind, "method": method, "month": month}
    return result


def kept_limits(folder: Path, listed: Sequence[Edition]) -> dict[str, dict[str, Any]]:
    """The limits of the site, which stay as they are from its first month on.

    They lie in `published/classes.json`; without that file they are made of the editions at hand, and kept.

    Args:
        folder: Of the workspace.
        listed: The newest edition of every month.

    Raises:
        InputError: The file is damaged.
    """
    path = folder / FOLDER / "classes.json"
    if path.is_file():
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            found = None
        if not isinstance(found, dict) or set(found) != {*_LAYERS, "women_share"}:
            raise InputError(
                Problem(
                    _("the class limits of the map cannot be read"),
                    remedy=_("Bring the file back from a copy, or remove it: limits are then chosen anew"),
                    file=f"{FOLDER}/classes.json",
                )
            )
        missing = [layer for layer, one in found.items() if one["method"] == "assumed"]
        better = class_limits(listed) if missing else {}
        missing = [layer for layer in missing if better[layer]["method"] != "assumed"]
        # Fixed limits go by the program; assumed ones only until there are values to choose by.
        made: dict[str, dict[str, Any]] = {
            layer: better[layer] if layer in missing else dict(FIXED) if layer == "women_share" else one
            for layer, one in found.items()
        }
        if made == found:
            return made
    else:
        made = class_limits(listed)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(".classes.new")
    part.write_text(dump_json(made), encoding="utf-8")
    part.replace(path)
    return made
