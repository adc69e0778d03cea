"""Charts of the workbook: the spreadsheet's own, drawn from cells, so that a figure can be followed."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.legend import Legend
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.series_factory import SeriesFactory
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter

from casework.reports.sheet import HEAD_ROW, Sheet

# The colours of the pages: green came in or is collected, blue invested, amber went out, red late.
COLOURS = {
    "green": "0B6B58",
    "blue": "2A5A8A",
    "amber": "C07A1C",
    "yellow": "D9B44A",
    "red": "A3262A",
    "stone": "8D9896",
}
_WIDTH_CM, _ROW_CM, _FRAME_CM = 26, 0.75, 3
_GRID = "DCD8CD"
_EURO_AXIS = '"€" #,##0'


def add_bars(
    sheet: Sheet,
    *,
    series: tuple[int, int],
    rows: tuple[int, int],
    colours: Sequence[str | None],
    stacked: bool,
    axis_format: str = _EURO_AXIS,
) -> None:
    """Lying bars under the rows of ``sheet``, the first row on top.

    ``series`` are the first and last column, named by their headings, ``rows`` the first and last row;
    the names are in the first column. A colour of ``None`` is not drawn: it lifts what comes after it.
    """
    chart = BarChart()
    chart.type, chart.grouping = "bar", "stacked" if stacked else "clustered"
    chart.overlap = 100 if stacked else 0
    chart.gapWidth = 45
    page = sheet.worksheet
    for column, colour in zip(range(series[0], series[1] + 1), colours, strict=True):
        values = Reference(page, min_col=column, min_row=rows[0], max_row=rows[1])
        one = SeriesFactory(values)
        one.tx = SeriesLabel(strRef=StrRef(f"{sheet.name}!${get_column_letter(column)}${HEAD_ROW}"))
        if colour is None:
            one.graphicalProperties.noFill = True
            one.graphicalProperties.line.noFill = True
        else:
            one.graphicalProperties.solidFill = colour
            one.graphicalProperties.line.solidFill = colour
        chart.series.append(one)
    chart.set_categories(Reference(page, min_col=1, min_row=rows[0], max_row=rows[1]))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.crosses = "max"  # the rows go down, so the end of the other axis is the bottom
    chart.y_axis.numFmt = chart.y_axis.number_format = axis_format
    chart.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill=_GRID)))
    if None in colours:
        chart.legend = None  # it would name what is not drawn
    else:
        chart.legend = Legend(legendPos="b")
    bars = (rows[1] - rows[0] + 1) * (1 if stacked else series[1] - series[0] + 1)
    chart.width = _WIDTH_CM
    chart.height = ceil(_FRAME_CM + _ROW_CM * max(bars, 3))
    sheet.fit_on_one_page()
    page.add_chart(chart, f"A{sheet.next_row + 1}")
