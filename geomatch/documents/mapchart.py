"""A small map in a workbook: a chart of lines, which Excel and LibreOffice draw and print, without a picture file.

A chart draws what stands in cells; those are on a sheet of their own, hidden, that says what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geomatch.documents.smallmap import HEIGHT, WIDTH, Plan, direction
from geomatch.words import gettext as _

__all__ = ["ROWS", "ROW_PT", "Maps"]

ROWS, ROW_PT = 14, 15.0
"""How many rows a map stands on, and how high each is, in points."""
_CM_PER_PT = 2.54 / 72
_HIDDEN = "hidden"
# Colour and width of the lines, in EMU (12,700 to a point), as on the page.
_LINES = {"near": ("FFB5C0C7", 6_350), "goal": ("FFB7791F", 19_050), "home": ("FF1F5FA8", 19_050)}
_SHORT = 12
_ARROW = ("FF1B1B1B", 25_400)


class Maps:
    """The maps of a workbook."""

    def __init__(self, book: Any, name: str, heads: tuple[str, ...]) -> None:  # noqa: ANN401  openpyxl has no types
        """`name` is that of the sheet with the corners, which is made when there is a map; `heads` stand on top of it."""
        self.book, self.name, self.heads, self.column = book, name, heads, 1
        self.data: Any = None

    def add(self, sheet: Any, anchor: str, plan: Plan) -> None:  # noqa: ANN401  likewise
        """Draw a plan on a sheet, with its upper left corner in the cell `anchor`."""
        from openpyxl.chart import ScatterChart  # noqa: PLC0415  slow to load; only needed here
        from openpyxl.chart.layout import Layout, ManualLayout  # noqa: PLC0415  likewise

        chart = ScatterChart()
        chart.style, chart.legend, chart.scatterStyle = 13, None, "lineMarker"
        chart.height = ROWS * ROW_PT * _CM_PER_PT
        chart.width = chart.height * WIDTH / HEIGHT
        chart.display_blanks = "gap"
        for axis, most in ((chart.x_axis, WIDTH), (chart.y_axis, HEIGHT)):
            axis.scaling.min, axis.scaling.max = 0, most
            axis.delete, axis.majorGridlines = True, None
        chart.layout = Layout(
            ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=0, y=0, w=1, h=1)
        )
        for kind, rings in plan.outlines:
            corners: list[tuple[float, float] | None] = []
            for ring in rings:
                # Back to the first corner, then a gap before the next ring.
                corners += [*ring, ring[0], None]
            if corners:
                chart.series.append(self._line(kind, corners[:-1], *_LINES[kind]))
        along = direction(plan)
        if along is not None:
            x, y = plan.places[-1][2]
            # Short of the mark, which would cover its head.
            tip = round(x - along[0] * _SHORT, 1), round(y - along[1] * _SHORT, 1)
            arrow = self._line(_("the journey"), [plan.places[0][2], tip], *_ARROW)
            arrow.graphicalProperties.line.tailEnd = _arrow_head()
            chart.series.append(arrow)
        for number, (name, kind, at) in enumerate(plan.places):
            chart.series.append(self._place(name, at, _LINES[kind][0], above=number == plan.upper))
        sheet.add_chart(chart, anchor)

    def _written(self, name: str, corners: Sequence[tuple[float, float] | None]) -> tuple[Any, Any]:
        """The corners in two columns of the hidden sheet; their ranges."""
        from openpyxl.chart import Reference  # noqa: PLC0415  as above

        if self.data is None:
            self.data = self.book.create_sheet(self.name)
            told = _("Corners of the maps in units of the drawing; the charts read them.")
            for row, text in enumerate((*self.heads, told), 1):
                self.data.cell(row, 1, text).data_type = "s"
        data = self.data
        head = len(self.heads) + 2
        data.cell(head, self.column, name).data_type = "s"
        for row, corner in enumerate(corners, head + 1):
            if corner is not None:
                # A chart counts upwards, a drawing downwards.
                data.cell(row, self.column, corner[0])
                data.cell(row, self.column + 1, round(HEIGHT - corner[1], 1))
        last = head + len(corners)
        ranges = tuple(
            Reference(data, min_col=column, max_col=column, min_row=head + 1, max_row=last)
            for column in (self.column, self.column + 1)
        )
        self.column += 2
        return ranges[0], ranges[1]

    def _line(self, name: str, corners: Sequence[tuple[float, float] | None], color: str, width: int) -> Any:  # noqa: ANN401  as above
        from openpyxl.chart import Series  # noqa: PLC0415  as above

        x, y = self._written(name, corners)
        line = Series(y, x, title=name)
        line.marker.symbol, line.smooth = "none", False
        line.graphicalProperties.line.solidFill, line.graphicalProperties.line.width = color[2:], width
        return line

    def _place(self, name: str, at: tuple[float, float], color: str, *, above: bool) -> Any:  # noqa: ANN401  as above
        from openpyxl.chart.label import DataLabelList  # noqa: PLC0415  as above

        place = self._line(name, [at], color, 0)
        place.graphicalProperties.line.noFill, place.graphicalProperties.line.solidFill = True, None
        place.marker.symbol, place.marker.size = "circle", 8
        place.marker.graphicalProperties.solidFill = color[2:]
        place.dLbls = DataLabelList()
        place.dLbls.showSerName, place.dLbls.position = True, "t" if above else "b"
        for other in ("showVal", "showCatName", "showLegendKey", "showPercent", "showBubbleSize"):
            setattr(place.dLbls, other, False)
        return place

    def finish(self) -> None:
        """Put the sheet with the corners last, out of sight."""
        if self.data is not None:
            self.book.move_sheet(self.data, len(self.book.sheetnames))
            self.data.sheet_state = _HIDDEN


def _arrow_head() -> Any:  # noqa: ANN401  as above
    from openpyxl.drawing.line import LineEndProperties  # noqa: PLC0415  as above

    return LineEndProperties(type="triangle", w="lg", len="lg")
