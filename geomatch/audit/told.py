"""What the published files say, whatever their format: figures by month, edition, table, row and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

__all__ = [
    "FIGURES",
    "SHARES",
    "Edition",
    "Figure",
    "Key",
    "Share",
    "county_codes",
    "interval_of",
    "row_of_table",
    "table_of",
]

# A row of a table: (area,), (area, dimension, group) or (from, to).
Key = tuple[str, ...]
FIGURES: Mapping[str, tuple[str, ...]] = {
    "areas": ("need", "women", "men", "gap", "no_day_return", "need_change", "gap_change"),
    "groups": ("persons",),
    "corridors": ("gain", "entitled_unserved"),
}
SHARES = ("women_share", "gap_share_low", "gap_share_high")
WITHHELD = ".."
# Shares are published with six decimals: what they are rounded from lies this near.
_SIX = Fraction(1, 2_000_000)


@dataclass(slots=True)
class Figure:
    """One figure of one row, over all files of an edition.

    Attributes:
        ends: Its number, or its interval; None where no file gives one.
        withheld: Some file withholds it.
        files: Where the number stands: format and file.
        others: Other numbers that files give, with those files.
    """

    ends: tuple[int, int] | None = None
    withheld: bool = False
    files: dict[str, str] = field(default_factory=dict)
    others: list[tuple[tuple[int, int], str]] = field(default_factory=list)


@dataclass(slots=True)
class Share:
    """One end of a share, as narrow as the files' roundings together make it.

    Attributes:
        low, high: Between which it lies.
        files: Where it stands: format and file.
    """

    low: Fraction
    high: Fraction
    files: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Edition:
    """What all files of one edition of a month say.

    Attributes:
        month: YYYY-MM.
        number: From 1.
        newest: It is the one in force.
        figures: By table, row and figure.
        shares: By area and name of SHARES.
        names: Of areas by code.
        since: Per county, the edition since which its numbers stand.
        before: The month that changes are told from, or empty.
        settings: What the manifest says of the settings.
        clashes: Shares that two files give differently: area, name, file.
    """

    month: str
    number: int
    newest: bool
    figures: dict[tuple[str, Key, str], Figure] = field(default_factory=dict)
    shares: dict[tuple[str, str], Share] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    before: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    clashes: list[tuple[str, str, str]] = field(default_factory=list)
    _codes: list[str] = field(default_factory=list)
    _below: dict[str, list[str]] = field(default_factory=dict)

    def tell(
        self,
        table: str,
        key: Key,
        figure: str,
        ends: tuple[int, int] | None,
        sign: str,
        where: tuple[str, str],
    ) -> None:
        """Take in one figure of one file. `where` is the format and the file."""
        found = self.figures.get((table, key, figure))
        if found is None:
            found = self.figures[table, key, figure] = Figure()
        if ends is not None:
            if found.ends is None:
                found.ends = ends
            if found.ends == ends:
                found.files.setdefault(*where)
            else:
                found.others.append((ends, where[1]))
        if sign == WITHHELD:
            found.withheld = True

    def tell_share(
        self, area: str, name: str, ends: tuple[Fraction, Fraction], where: tuple[str, str]
    ) -> None:
        """Take in one share of one file; it is kept as a clash where it cannot be the one that other files give."""
        found = self.shares.get((area, name))
        if found is None:
            self.shares[area, name] = Share(*ends, {where[0]: where[1]})
            return
        low, high = max(found.low, ends[0]), min(found.high, ends[1])
        if low > high:
            self.clashes.append((area, name, where[1]))
            return
        found.low, found.high = low, high
        found.files.setdefault(*where)

    @property
    def rounded_to(self) -> int:
        """What every figure is rounded to, 0 for none."""
        said = self.settings.get("disclosure") or {}
        return int(said.get("round_to", 0)) if said.get("method") == "rounded" else 0

    @property
    def withholds(self) -> bool:
        """Whether shown figures are what they are: small ones are withheld, not widened or rounded."""
        said = self.settings.get("disclosure") or {}
        return bool(said.get("method", "withhold") == "withhold")

    def behind(
        self, ends: tuple[int, int], area: str, withhold_to: int
    ) -> tuple[tuple[int, int], tuple[int, int]]:
        """Between which the low and the high end lie that a shown computed figure was made from.

        Args:
            ends: As shown.
            area: Its code; with intervals for small counts, totals are wider by as much as their parts became.
            withhold_to: Counts of 1 to this are small.
        """
        low, high = ends
        if self.withholds:
            return (low, low), (high, high)
        step = self.rounded_to
        if step:
            # The multiple at or below the one end, and the next one above the other; nobody stays nobody.
            return (low, low + step - 1), (max(high - step, 0), max(high - 1, 0))
        if len(area) == 2:
            return (low, high), (low, high)
        first = (low, withhold_to if low == 1 else low)
        return first, (1 if high == withhold_to else high, high)

    def counted(self, ends: tuple[int, int]) -> tuple[int, int]:
        """Between which a count lies that is shown so."""
        low, high = ends
        return (low, high - 1) if self.rounded_to and high else (low, high)

    def codes(self) -> list[str]:
        """The codes of table `areas`, once all files are read."""
        if not self._codes:
            self._codes = sorted({key[0] for table, key, _figure in self.figures if table == "areas"})
        return self._codes

    def municipalities(self, area: str) -> list[str]:
        """The municipalities that the row of a county, or of all, is made of; once all files are read."""
        if area not in self._below:
            self._below[area] = [
                code for code in self.codes() if len(code) == 4 and (area == "00" or code[:2] == area)
            ]
        return self._below[area]

    def since_of(self, area: str) -> int:
        """The edition since which the numbers of an area stand."""
        return self.since.get(area[:2], self.number) if area != "00" else self.number


def _number(value: Any) -> float | None:  # noqa: ANN401  a cell of any format
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return None if value != value else float(value)  # noqa: PLR0124  NaN is not itself
    try:
        return float(str(value).strip().replace("\u00a0", "").replace(",", "."))
    except ValueError:
        return None


def interval_of(low: Any, high: Any) -> tuple[int, int] | None:  # noqa: ANN401  as above
    """The ends of a figure; one end alone is taken for both of what it says."""
    ends = [end for end in (_number(low), _number(high)) if end is not None]
    if not ends:
        return None
    return round(ends[0]), round(ends[-1])


def row_of_table(edition: Edition, row: Mapping[str, Any], where: tuple[str, str]) -> int:
    """Take in one row of a file with the columns of a published table; how many figures it gave.

    Args:
        edition: That takes it in.
        row: Cells by column.
        where: Format and file.
    """
    table = table_of(row)
    if not table:
        return 0
    if table == "corridors":
        key: Key = (_code(row["from_code"], 4), _code(row["to_code"], 4))
    else:
        area = _area(row)
        key = (area,) if table == "areas" else (area, str(row["dimension"]), str(row["group"]))
        if row.get("name"):
            edition.names[area] = str(row["name"])
    found = 0
    for figure in FIGURES[table]:
        if f"{figure}_sign" not in row and f"{figure}_low" not in row:
            continue
        sign = str(row.get(f"{figure}_sign") or "").lstrip("'")
        ends = interval_of(row.get(f"{figure}_low"), row.get(f"{figure}_high"))
        if ends is not None or sign:
            edition.tell(table, key, figure, ends, sign, where)
            found += 1
    if table == "areas":
        edition.before = str(row.get("before") or "") or edition.before
        for name in SHARES:
            value = _number(row.get(name))
            if value is not None:
                exact = Fraction(round(value * 10**6), 10**6)
                edition.tell_share(key[0], name, (exact - _SIX, exact + _SIX), where)
                found += 1
    return found


def table_of(columns: Mapping[str, Any] | set[str]) -> str:
    """Which published table columns are of; empty for none that has figures of persons."""
    if "area_code" in columns and "group" in columns:
        return "groups"
    if "area_code" in columns and ("need_low" in columns or "gap_low" in columns or "need_sign" in columns):
        return "areas"
    if "from_code" in columns and ("gain_low" in columns or "gain_sign" in columns):
        return "corridors"
    return ""


def _code(value: Any, digits: int) -> str:  # noqa: ANN401  as above
    # A program that took a code for a number has lost its zeros in front.
    text = str(int(value)) if isinstance(value, float) else str(value)
    return text.zfill(digits)


def _area(row: Mapping[str, Any]) -> str:
    return _code(row["area_code"], 4 if row.get("level") == "municipality" else 2)


def county_codes(codes: Iterable[str]) -> list[str]:
    """Codes of counties among those of areas."""
    return [code for code in codes if len(code) == 2 and code != "00"]
