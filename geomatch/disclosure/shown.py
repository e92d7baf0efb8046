"""How figures of persons are shown: withheld when they are small, or as intervals, or rounded (METHOD 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from geomatch.disclosure.persons import COMPUTED, COUNTS
from geomatch.public.tables import NATION, PUBLIC_TABLES, SIGNS, WITHHELD, PublicTable, conform_public

__all__ = ["as_intervals", "as_rounded", "sound", "without_rows", "without_small"]

# The agency's own threshold, below which no setting goes.
_LEAST_WITHHELD = 5


def sound(frame: pd.DataFrame, table: PublicTable, withhold_to: int) -> pd.DataFrame:
    """`frame` as `table` has it, where every figure of persons has either a number or a sign.

    Raises:
        ValueError: It has not; or the threshold is below the agency's.
    """
    if withhold_to < _LEAST_WITHHELD:
        raise ValueError(f"counts of 1 to {_LEAST_WITHHELD} are always withheld, not only to {withhold_to}")
    made = conform_public(frame, table)
    # What rides along with a frame is no part of the table, and would be written into a Parquet file.
    made.attrs = {}
    for stem in table.figures:
        low, high, sign = (made[f"{stem}_{part}"] for part in ("low", "high", "sign"))
        known = low.notna() & high.notna()
        if (known != (sign == "")).any() or (low.isna() != high.isna()).any():
            raise ValueError(f"table {table.name}: {stem} must have either a number or a sign")
        if not sign.isin(["", *SIGNS]).all():
            raise ValueError(f"table {table.name}: unknown sign in {stem}_sign")
        if (low > high).fillna(value=False).any():
            raise ValueError(f"table {table.name}: {stem}_low is larger than {stem}_high")
        if not _is_change(stem) and (low < 0).fillna(value=False).any():
            raise ValueError(f"table {table.name}: {stem} is negative")
    return made


def _is_change(stem: str) -> bool:
    return stem.endswith("_change")


def _small(frame: pd.DataFrame, stem: str, withhold_to: int) -> pd.Series[bool]:
    """Where either end of a figure is a count of 1 to `withhold_to`. A change is no count."""
    small = pd.Series(False, index=frame.index)
    for end in () if _is_change(stem) else ("low", "high"):
        small |= frame[f"{stem}_{end}"].between(1, withhold_to).fillna(value=False).astype(bool)
    return small


def _blank_followers(frame: pd.DataFrame, table: PublicTable, stem: str, rows: pd.Series[bool]) -> None:
    """Leave no trace of a figure in what follows it; its own ends stay."""
    own = {f"{stem}_low", f"{stem}_high"}
    for column in table.columns:
        if stem in column.persons.split() and column.kind.endswith("?") and column.name not in own:
            frame[column.name] = frame[column.name].mask(rows)


def _withhold(frame: pd.DataFrame, table: PublicTable, stem: str, rows: pd.Series[bool]) -> None:
    """Put the sign in the place of a figure, and leave no trace of it, nor of what never had a number."""
    frame[f"{stem}_sign"] = frame[f"{stem}_sign"].mask(rows, WITHHELD)
    gone = frame[f"{stem}_sign"] != ""
    for end in ("low", "high"):
        frame[f"{stem}_{end}"] = frame[f"{stem}_{end}"].mask(gone)
    _blank_followers(frame, table, stem, gone)


def without_small(frame: pd.DataFrame, table: PublicTable, withhold_to: int) -> pd.DataFrame:
    """`frame` with small counts withheld."""
    made = frame.copy()
    for stem in table.figures:
        _withhold(made, table, stem, _small(made, stem, withhold_to))
    return made


def without_rows(frame: pd.DataFrame, table: PublicTable, rows: Mapping[str, Sequence[int]]) -> pd.DataFrame:
    """`frame` with further figures withheld: the numbers of rows by the figure's stem."""
    made = frame.copy()
    for stem, numbers in rows.items():
        _withhold(made, table, stem, pd.Series(made.index.isin(list(numbers)), index=made.index))
    return made


def _without_masked(frame: pd.DataFrame, table: PublicTable, withhold_to: int) -> pd.DataFrame:
    """`frame` without the small counts that the agency withholds: they stay so, since their sign may be wrong (METHOD 1)."""
    made = frame.copy()
    for stem in set(table.figures) & {*COUNTS, "persons"}:
        masked = (made[f"{stem}_low"] < made[f"{stem}_high"]).fillna(value=False).astype(bool)
        _withhold(made, table, stem, masked & _small(made, stem, withhold_to))
    return made


# -------------------------------------------------------------------------------------------------------------- intervals


def as_intervals(frames: Mapping[str, pd.DataFrame], withhold_to: int) -> dict[str, pd.DataFrame]:
    """Small counts as the interval of all small counts, and sums of what is shown; what the agency withholds stays so.

    An end of 1 to `withhold_to` becomes `withhold_to` at the high end and 1 at the low end, or 0 of what is computed: of
    two municipalities with 1 at the least, the county would have 2. What a county and the country are computed to be is
    wider by as much as their municipalities are, so that the sums say no more than their parts. Counts of everyone and of
    groups are the agency's own sums, which everybody has.
    """
    shown = {}
    for name, frame in frames.items():
        table, made = PUBLIC_TABLES[name], _without_masked(frame, PUBLIC_TABLES[name], withhold_to)
        for stem in table.figures:
            _widen(made, table, stem, withhold_to)
            if name == "areas" and stem in COMPUTED:
                _widen_sums(made, frame, stem)
        shown[name] = made
    return shown


def _widen(frame: pd.DataFrame, table: PublicTable, stem: str, withhold_to: int) -> None:
    small = _small(frame, stem, withhold_to)
    low, high = f"{stem}_low", f"{stem}_high"
    least = 0 if stem in COMPUTED else 1
    frame[low] = frame[low].mask(small & frame[low].between(1, withhold_to), least)
    frame[high] = frame[high].mask(small & (frame[high] <= withhold_to), withhold_to)
    _blank_followers(frame, table, stem, small)


def _widen_sums(frame: pd.DataFrame, before: pd.DataFrame, stem: str) -> None:
    """Let counties and the country be wider by as much as their municipalities became, and their shares follow."""
    codes, places = frame["area_code"].astype(str), frame["level"] == "municipality"
    for end in ("low", "high"):
        name = f"{stem}_{end}"
        more = (frame[name] - before[name]).where(places).fillna(0)
        for n in frame.index[~places]:
            own = places if codes[n] == NATION else places & codes.str.startswith(codes[n])
            # Of what is known of their municipalities, they are never small at an end.
            frame.loc[n, name] = before.loc[n, name] + int(more[own].sum())
    if stem == "gap":
        _shares_of_sums(frame, ~places & (frame["gap_sign"] == ""))


def _shares_of_sums(frame: pd.DataFrame, rows: pd.Series[bool]) -> None:
    """The gap as a share of those enrolled, from what is shown of both: the least of the most, and the most of the least."""
    gap_low, gap_high, need_low, need_high = (
        frame[name].astype("Float64") for name in ("gap_low", "gap_high", "need_low", "need_high")
    )
    shares = {
        "gap_share_low": (gap_low / need_high.where(need_high > 0)).clip(upper=1.0),
        "gap_share_high": (gap_high / need_low.where(need_low > 0))
        .clip(upper=1.0)
        # With nobody at the least, it can be all of them.
        .where(need_low > 0, (need_high > 0).map({True: 1.0, False: pd.NA}).astype("Float64")),
    }
    for name, share in shares.items():
        frame[name] = frame[name].mask(rows, share.astype("float64")).round(6)


# ---------------------------------------------------------------------------------------------------------------- rounded


def as_rounded(
    frames: Mapping[str, pd.DataFrame], round_to: int, withhold_to: int
) -> dict[str, pd.DataFrame]:
    """Figures of persons as the multiples of `round_to` that they lie between.

    A count of nobody stays 0, and what the agency withholds stays so. The low end is the multiple at or below it and the high end the next one above, so that the interval is never a number.
    Shares follow from what is shown; bands are left out for small counts, and the share of women altogether.
    """
    shown = {}
    for name, frame in frames.items():
        table, made = PUBLIC_TABLES[name], _without_masked(frame, PUBLIC_TABLES[name], withhold_to)
        small = {stem: _small(frame, stem, withhold_to) for stem in table.figures}
        for stem in table.figures:
            if _is_change(stem):
                continue
            low, high = made[f"{stem}_low"], made[f"{stem}_high"]
            made[f"{stem}_low"] = low // round_to * round_to
            none = (high == 0).fillna(value=False).astype(bool)
            made[f"{stem}_high"] = (high // round_to * round_to + round_to).mask(none, 0)
        if name == "areas":
            _shares_of_sums(made, made["gap_share_low"].notna() | made["gap_share_high"].notna())
            made["women_share"] = float("nan")
            for stem in ("need", "gap"):
                for band in ("band_best", "band_worst"):
                    made[band] = made[band].mask(small[stem])
        shown[name] = made
    return shown
