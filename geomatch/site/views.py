"""The tables of the pages: each figure as text, with the value that a column is sorted by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from geomatch.numbers import decimal, month_text, whole
from geomatch.public.tables import APPLIES_NOT, MISSING, WITHHELD
from geomatch.site.figures import (
    change_figure,
    figure,
    gap_share_sign,
    index_figure,
    is_missing,
    share_figure,
    sign_text,
    women_share_sign,
)
from geomatch.site.layout import link_to, said
from geomatch.site.mapwords import field_text
from geomatch.site.plain import plain
from geomatch.site.rows import MonthRows
from geomatch.site.sentences_more import pair_reason
from geomatch.site.words import (
    KINDS,
    group_text,
    kind_of,
    kind_text,
    minutes_text,
)
from geomatch.words import gettext as _

__all__ = [
    "Cell",
    "Heading",
    "Row",
    "TableView",
    "area_table",
    "group_table",
    "month_table",
    "name_cell",
    "pair_order",
    "pair_table",
    "purpose_table",
    "signs",
]

To = Callable[[str], str]
# Of a table with more rows than this a reader can ask for some.
_FILTER = 22


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column."""

    text: str
    numeric: bool = False
    sorted_as: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown, what it is sorted by (its text when None), and the field that a map's script fills in."""

    text: str
    value: float | None = None
    field: str = ""
    mark: str = ""

    @property
    def number(self) -> str:
        """The value as an attribute holds it, always written alike."""
        return "" if self.value is None else f"{self.value:.3f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row; the first is its heading. `area` is its code."""

    cells: tuple[Cell, ...]
    area: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """One table of a page."""

    name: str
    title: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    empty: str
    note: str = ""
    filterable: bool = False

    @property
    def body(self) -> Markup:
        """The rows as HTML, everything escaped; made here, since a template takes three times as long for it."""
        numeric = [" number" if heading.numeric else "" for heading in self.headings]
        lines = []
        for row in self.rows:
            cells = []
            for place, cell in enumerate(row.cells):
                classes = f"{cell.mark}{numeric[place]}".strip()
                parts = f' class="{escape(classes)}"' if classes else ""
                parts += f' data-field="{escape(cell.field)}"' if cell.field else ""
                parts += f' data-value="{cell.number}"' if cell.value is not None else ""
                start, end = ('th scope="row"', "th") if place == 0 else ("td", "td")
                cells.append(f"<{start}{parts}>{escape(cell.text)}</{end}>")
            area = f' data-area="{escape(row.area)}"' if row.area else ""
            lines.append(f"<tr{area}>{''.join(cells)}</tr>")
        return Markup("\n".join(lines))  # noqa: S704  every part is escaped above


def _value(value: Any, sign: str = "") -> float | None:  # noqa: ANN401 (a cell of a frame)
    if sign or is_missing(value):
        return None
    return float(value)


def _scaled(value: Any, times: int, sign: str = "") -> float | None:  # noqa: ANN401 (a cell of a frame)
    """A share in whole per cent or an index in hundredths, as the scripts of data have them: what is sorted by."""
    return None if sign or is_missing(value) else float(round(float(value) * times))


def _figure_cell(row: Any, stem: str, field: str = "") -> Cell:  # noqa: ANN401 (a row of a table)
    low, sign = getattr(row, f"{stem}_low"), str(getattr(row, f"{stem}_sign"))
    return Cell(figure(low, getattr(row, f"{stem}_high"), sign), _value(low, sign), field)


def _change_cell(row: Any, stem: str) -> Cell:  # noqa: ANN401 (a row of areas)
    low, sign = getattr(row, f"{stem}_low"), str(getattr(row, f"{stem}_sign"))
    return Cell(change_figure(low, getattr(row, f"{stem}_high"), sign), _value(low, sign), stem)


def _area_cells(row: Any) -> tuple[Cell, ...]:  # noqa: ANN401 (a row of areas)
    """The figures of an area, in the order of `_area_headings`."""
    women_share = (
        Cell(women_share_sign(row), None, "women_share")
        if is_missing(row.women_share)
        else Cell(
            share_figure(row.women_share, row.women_share), _scaled(row.women_share, 100), "women_share"
        )
    )
    return (
        _figure_cell(row, "need", "need"),
        _change_cell(row, "need_change"),
        _figure_cell(row, "women", "women"),
        _figure_cell(row, "men", "men"),
        women_share,
        Cell(whole(int(row.series)), float(row.series), "series"),
        Cell(whole(int(row.places)), float(row.places), "places"),
        _figure_cell(row, "gap", "gap"),
        _change_cell(row, "gap_change"),
        Cell(
            share_figure(
                row.gap_share_low,
                row.gap_share_high,
                gap_share_sign(row) if is_missing(row.gap_share_low) else "",
            ),
            _scaled(row.gap_share_low, 100, str(row.gap_sign)),
            "gap_share",
        ),
        Cell(
            index_figure(row.access_index_low, row.access_index_high),
            _scaled(row.access_index_low, 100),
            "access_index",
        ),
    )


_AREA_FIELDS = (
    "need",
    "need_change",
    "women",
    "men",
    "women_share",
    "series",
    "places",
    "gap",
    "gap_change",
    "gap_share",
    "access_index",
)


def _area_headings() -> tuple[Heading, ...]:
    """The figures by the names that the map has for them."""
    return tuple(Heading(field_text(field), numeric=True) for field in _AREA_FIELDS)


def _linked(rows: MonthRows, to: To, code: str) -> str:
    """The name of an area, as a link where this month has a page of it."""
    page = rows.page_of(code)
    return link_to(to(page), rows.name(code)) if page else rows.name(code)


def name_cell(rows: MonthRows, to: To, code: str) -> Cell:
    """The name of an area as the first cell of a row, a link where there is a page of it."""
    return Cell(_linked(rows, to, code))


def area_table(
    rows: MonthRows,
    to: To,
    name: str,
    title: str,
    codes: Sequence[str],
    *,
    with_county: bool = False,
    note: bool = True,
) -> TableView:
    """Areas and all their figures.

    Args:
        rows: The month.
        to: Gives the address of another page.
        name: Of the table: its id is `table-<name>`.
        title: Its caption.
        codes: Areas, in order.
        with_county: With a column for the county.
        note: With what its columns mean; not where another table has said it.
    """
    kind = _("County") if codes and len(codes[0]) == 2 else _("Municipality")
    made = []
    for code in codes:
        county = (Cell(rows.name(code[:2])),) if with_county else ()
        made.append(Row((name_cell(rows, to, code), *county, *_area_cells(rows.areas[code])), code))
    shown = Markup("<span data-month-shown>{}</span>").format(month_text(rows.edition.month))
    return TableView(
        name,
        said(_("{title}, {month}"), title=title, month=shown),
        (
            Heading(kind, sorted_as="ascending"),
            *((Heading(_("County")),) if with_county else ()),
            *_area_headings(),
        ),
        tuple(made),
        _("No municipality has figures this month."),
        ""
        if not note
        else _(
            "Enrolled is the end of the month, by the agency. The gap is those who get no place in any activity; the access index is places within reach for each person enrolled."
        ),
        filterable=len(made) > _FILTER,
    )


def month_table(rows: MonthRows, name: str, title: str, code: str) -> TableView:
    """The figures of one area over months, newest first."""
    months = [*rows.earlier, (rows.edition.month, rows.areas)]
    made = []
    for month, areas in reversed(months):
        row = areas.get(code)
        if row is not None and row.municipalities != rows.areas[code].municipalities:
            row = None
        cells = (
            (
                _figure_cell(row, "need"),
                _figure_cell(row, "gap"),
                Cell(whole(int(row.places)), float(row.places)),
            )
            if row is not None
            else (Cell(MISSING),) * 3
        )
        made.append(Row((Cell(month_text(month)), *cells)))
    return TableView(
        name,
        title,
        (
            Heading(_("Month")),
            Heading(_("Enrolled"), numeric=True),
            Heading(_("Gap"), numeric=True),
            Heading(_("Places"), numeric=True),
        ),
        tuple(made),
        _("No month has been published yet."),
    )


_DIMENSIONS = ("sex", "target_group", "accommodation")


def group_table(rows: MonthRows, code: str, title: str) -> TableView:
    """Those enrolled by group, as far as the counts tell."""
    dimensions = {
        "sex": _("Sex"),
        "target_group": _("Target group"),
        "accommodation": _("Accommodation"),
    }
    told = sorted(rows.groups.get(code, ()), key=lambda row: (_DIMENSIONS.index(row.dimension), row.group))
    return TableView(
        "groups",
        title,
        (Heading(_("Group")), Heading(_("Told by")), Heading(_("Enrolled"), numeric=True)),
        tuple(
            Row((Cell(group_text(str(row.group))), Cell(dimensions[row.dimension]), _figure_cell(row, "persons")))
            for row in told
        ),
        _("The counts do not tell groups apart."),
    )  # fmt: skip


def purpose_table(rows: MonthRows, code: str, title: str) -> TableView:
    """Activities and places by primary purpose."""
    told = sorted(rows.purposes.get(code, ()), key=lambda row: (-int(row.places), plain(row.purpose)))
    return TableView(
        "purposes",
        title,
        (
            Heading(_("Purpose")),
            Heading(_("Activities"), numeric=True),
            Heading(_("Places"), numeric=True),
        ),
        tuple(
            Row(
                (
                    Cell(plain(row.purpose) or _("without a purpose")),
                    Cell(whole(int(row.series)), float(row.series)),
                    Cell(whole(int(row.places)), float(row.places)),
                )
            )
            for row in told
        ),
        _("There is no activity."),
        _("Activities at a distance are counted here as well."),
    )


def pair_table(
    rows: MonthRows,
    to: To,
    name: str,
    title: str,
    pairs: Sequence[Any],
    settings: Mapping[str, Any],
    *,
    note: bool = True,
) -> TableView:
    """Pairs of municipalities: verdict, persons, journey and reason.

    Args:
        rows: The month.
        to: Gives the address of another page.
        name: Of the table.
        title: Its caption.
        pairs: Rows of `corridors`.
        settings: `facts["settings"]` of the edition.
        note: With what its columns mean; not where another table has said it.
    """
    made = []
    for row in sorted(pairs, key=pair_order):
        kind = kind_of(row)
        minutes = row.travel_best_min
        transfers = Cell(MISSING) if is_missing(row.transfers) else Cell(whole(int(row.transfers)), float(row.transfers))  # fmt: skip
        made.append(
            Row(
                (
                    name_cell(rows, to, str(row.from_code)),
                    name_cell(rows, to, str(row.to_code)),
                    Cell(kind_text(kind), float(KINDS.index(kind)), mark=f"kind {kind}"),
                    _figure_cell(row, "gain"),
                    _figure_cell(row, "entitled_unserved"),
                    Cell(MISSING) if is_missing(minutes) else Cell(minutes_text(minutes), _value(minutes)),
                    transfers,
                    Cell(decimal(float(row.sessions_per_week)), _value(row.sessions_per_week)),
                    Cell(pair_reason(row, settings), mark="long"),
                )
            )
        )
    return TableView(
        name,
        title,
        (
            Heading(_("From")),
            Heading(_("To")),
            Heading(_("Verdict"), sorted_as="ascending"),
            Heading(_("Get a place"), numeric=True),
            Heading(_("May travel, without a place"), numeric=True),
            Heading(_("Shortest journey"), numeric=True),
            Heading(_("Changes"), numeric=True),
            Heading(_("Sessions a week"), numeric=True),
            Heading(_("Why")),
        ),
        tuple(made),
        _("No pair of municipalities can be reached."),
        ""
        if not note
        else _(
            "From is where people live, to is where the activity is. Get a place is how many more do when the pair is open; of an open pair, how many would lose theirs. The journey is the mean of there and home."
        ),
        filterable=len(made) > _FILTER,
    )


def pair_order(row: Any) -> tuple[Any, ...]:  # noqa: ANN401 (a row of corridors)
    """What pairs are sorted by: open ones, then by verdict, then the largest gain."""
    gain = 0 if is_missing(row.gain_high) else int(row.gain_high)
    return (KINDS.index(kind_of(row)), -gain, str(row.from_code), str(row.to_code))


def signs() -> list[tuple[str, str]]:
    """Each sign that can stand in the place of a number, and what it means."""
    return [(sign, sign_text(sign)) for sign in (WITHHELD, MISSING, APPLIES_NOT)]
