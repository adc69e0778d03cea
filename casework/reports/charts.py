"""The overview's charts: each one Altair specification, in a wide and a narrow shape of the same figures.

Words and amounts come in ready to be read, so that a chart knows no language. Sizes are in units of the
drawing: a wide chart is 760 across, a narrow one 340, so that letters stay readable on a phone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# The palette of static/css/tokens.css; a drawing cannot read it from there.
INK, SOFT, LINE, CARD = "#1d2a2c", "#526062", "#dcd8cd", "#ffffff"
GREEN, BLUE, AMBER, RED, STONE, YELLOW = "#0b6b58", "#2a5a8a", "#c07a1c", "#a3262a", "#8d9896", "#d9b44a"
LETTERS = "'Source Sans 3', 'Source Sans Pro', system-ui, sans-serif"
WIDE, NARROW = 760, 340
_COLUMNS_AT_MOST = 9
Spec = dict[str, Any]
Data = Sequence[Mapping[str, object]]


class Tone(StrEnum):
    """What a bar stands for, by its colour."""

    BALANCE = STONE
    CAME_IN = GREEN
    WENT_OUT = AMBER


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall, from cash before to cash after, with its name on one or two lines."""

    name: tuple[str, ...]
    shown: str
    from_cents: int
    to_cents: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Opposed:
    """One party: what it invests and what it collects, in cents, and both as they are written."""

    name: str
    invests_cents: int
    collects_cents: int
    invests: str
    collects: str


@dataclass(frozen=True, slots=True)
class Stack:
    """One party: cents per part, in order, and the whole as it is written."""

    name: str
    parts: tuple[int, ...]
    shown: str


def waterfall(steps: Sequence[Step], *, narrow: bool) -> Spec:
    """From opening to closing: columns where there is room for them, else a bar per row."""
    if narrow or len(steps) > _COLUMNS_AT_MOST:
        return _waterfall_rows(steps, NARROW if narrow else WIDE)
    return _waterfall_columns(steps)


def _waterfall_columns(steps: Sequence[Step]) -> Spec:
    import altair as alt  # noqa: PLC0415  # a second of loading that commands and other pages do without

    data = _waterfall_data(steps)
    top = max(max(one.from_cents, one.to_cents) for one in steps) / 100
    bottom = min(0, *(min(one.from_cents, one.to_cents) for one in steps)) / 100
    x = alt.X("place:O", axis=None, scale=alt.Scale(paddingInner=0.28, paddingOuter=0.1))
    scale = alt.Scale(domain=[bottom, top or 1], nice=False)

    def at(field: str) -> Any:
        return alt.Y(f"{field}:Q", axis=None, scale=scale)

    base = _chart(alt, data).encode(x=x)
    bars = base.mark_bar(cornerRadius=2).encode(y=at("low"), y2="high:Q", color=_own_colour(alt))
    amounts = base.mark_text(dy=-9, fontSize=15, fontWeight=600, color=INK).encode(
        y=at("high"), text="shown:N"
    )
    names = base.mark_text(fontSize=14, color=SOFT, baseline="top", dy=8, lineBreak="\n").encode(
        y=alt.value(210), text="name:N"
    )
    floor = _chart(alt, [{"zero": 0}]).mark_rule(color=LINE).encode(y=at("zero"))
    return _finish(alt.layer(floor, bars, amounts, names), width=WIDE - 20, height=210, under=46)


def _waterfall_rows(steps: Sequence[Step], width: int) -> Spec:
    import altair as alt  # noqa: PLC0415  # as above

    data = _waterfall_data(steps)
    top = max(max(one.from_cents, one.to_cents) for one in steps) / 100
    bottom = min(0, *(min(one.from_cents, one.to_cents) for one in steps)) / 100
    row = 46
    y = alt.Y("place:O", axis=None, scale=alt.Scale(padding=0))
    x = alt.X("low:Q", axis=None, scale=alt.Scale(domain=[bottom, top or 1], nice=False))
    base = _chart(alt, data).encode(y=y)
    bars = base.mark_bar(height=14, yOffset=11, cornerRadius=2).encode(
        x=x, x2="high:Q", color=_own_colour(alt)
    )
    names = base.mark_text(align="left", dy=-8, fontSize=15, color=INK).encode(x=alt.value(0), text="line:N")
    amounts = base.mark_text(align="right", dy=-8, fontSize=15, fontWeight=600, color=INK).encode(
        x=alt.value(width - 20), text="shown:N"
    )
    return _finish(alt.layer(bars, names, amounts), width=width - 20, height=row * len(steps), under=4)


def _waterfall_data(steps: Sequence[Step]) -> list[dict[str, object]]:
    return [
        {
            "place": place,
            "name": "\n".join(one.name),
            "line": " ".join(one.name),
            "shown": one.shown,
            "low": min(one.from_cents, one.to_cents) / 100,
            "high": max(one.from_cents, one.to_cents) / 100,
            "colour": one.tone.value,
        }
        for place, one in enumerate(steps)
    ]


def opposed(rows: Sequence[Opposed], *, invests: str, collects: str, narrow: bool) -> Spec:
    """Who invests to the left, who collects to the right, on one scale from one line."""
    import altair as alt  # noqa: PLC0415  # as above

    width, names = (NARROW, 0) if narrow else (WIDE, 230)
    row, bar = (52, 16) if narrow else (36, 20)
    room = 74  # for an amount beyond the end of a bar
    largest_left = max((one.invests_cents for one in rows), default=0)
    largest_right = max((one.collects_cents for one in rows), default=0)
    whole = (largest_left + largest_right) or 1
    span = width - names - 20 - 2 * room
    zero = names + room + span * largest_left / whole
    data = [
        {
            "place": place,
            "name": one.name,
            "left": zero - span * one.invests_cents / whole,
            "right": zero + span * one.collects_cents / whole,
            "zero": zero,
            "invests": one.invests if one.invests_cents else "",
            "collects": one.collects if one.collects_cents else "",
        }
        for place, one in enumerate(rows)
    ]
    scale = alt.Scale(domain=[0, width - 20], nice=False, zero=False)
    base = _chart(alt, data).encode(y=alt.Y("place:O", axis=None, scale=alt.Scale(padding=0)))

    def at(field: str) -> Any:
        return alt.X(f"{field}:Q", axis=None, scale=scale)

    down = 11 if narrow else 0
    texts = {"fontSize": 15, "color": INK, "dy": down}
    layers = [
        base.mark_bar(height=bar, yOffset=down, color=BLUE).encode(x=at("left"), x2="zero:Q"),
        base.mark_bar(height=bar, yOffset=down, color=GREEN).encode(x=at("zero"), x2="right:Q"),
        base.mark_text(align="right", dx=-6, **texts).encode(x=at("left"), text="invests:N"),
        base.mark_text(align="left", dx=6, **texts).encode(x=at("right"), text="collects:N"),
        base.mark_text(
            align="left", fontSize=15, color=INK, dy=-12 if narrow else 0, limit=names and names + 40
        ).encode(x=alt.value(0), text="name:N"),
    ]
    height = row * max(len(rows), 1)
    if not narrow:  # there the names stand above the bars, in its way
        line = _chart(alt, [{"zero": zero}]).mark_rule(color=INK)
        layers.append(line.encode(x=at("zero"), y=alt.value(0), y2=alt.value(height)))
    feet = [(invests, "right", -8), (collects, "left", 8)]
    for word, align, dx in feet:
        foot = _chart(alt, [{"zero": zero, "word": word}])
        layers.append(
            foot.mark_text(align=align, dx=dx, fontSize=14, color=SOFT, baseline="top", dy=8).encode(
                x=at("zero"), y=alt.value(height), text="word:N"
            )
        )
    return _finish(alt.layer(*layers), width=width - 20, height=height, under=30)


def stacks(rows: Sequence[Stack], parts: Sequence[str], *, narrow: bool) -> Spec:
    """Parts after each other per party, such as what is open by its age; ``parts`` name them."""
    import altair as alt  # noqa: PLC0415  # as above

    colours = [STONE, GREEN, YELLOW, AMBER, RED][: len(parts)]
    width, names = (NARROW, 0) if narrow else (WIDE, 230)
    row, bar = (52, 16) if narrow else (36, 20)
    room = 86
    largest = max((sum(one.parts) for one in rows), default=0) or 1
    span = width - names - 20 - room
    data = []
    for place, one in enumerate(rows):
        reached = names
        for part, cents in enumerate(one.parts):
            until = reached + span * cents / largest
            data.append({"place": place, "part": parts[part], "from": reached, "until": until})
            reached = until  # type: ignore[assignment]  # a place in the drawing need not be whole
    ends = [
        {
            "place": place,
            "name": one.name,
            "shown": one.shown,
            "end": names + span * sum(one.parts) / largest,
        }
        for place, one in enumerate(rows)
    ]
    scale = alt.Scale(domain=[0, width - 20], nice=False, zero=False)
    y = alt.Y("place:O", axis=None, scale=alt.Scale(padding=0))
    down = 11 if narrow else 0
    legend = alt.Legend(
        orient="top", title=None, labelFontSize=14, labelColor=INK, symbolType="square", symbolSize=160,
        columns=2 if narrow else len(parts), labelLimit=0, offset=12, columnPadding=18,
    )  # fmt: skip
    colour = alt.Color("part:N", scale=alt.Scale(domain=list(parts), range=colours), legend=legend)
    bars = (
        _chart(alt, data)
        .mark_bar(height=bar, yOffset=down)
        .encode(y=y, x=alt.X("from:Q", axis=None, scale=scale), x2="until:Q", color=colour)
    )
    base = _chart(alt, ends).encode(y=y)
    totals = base.mark_text(align="left", dx=6, dy=down, fontSize=15, fontWeight=600, color=INK).encode(
        x=alt.X("end:Q", axis=None, scale=scale), text="shown:N"
    )
    labels = base.mark_text(
        align="left", dy=-12 if narrow else 0, fontSize=15, color=INK, limit=names and names + 40
    ).encode(x=alt.value(0), text="name:N")
    return _finish(
        alt.layer(bars, totals, labels), width=width - 20, height=row * max(len(rows), 1), under=None
    )


def _chart(alt: Any, data: Data) -> Any:
    return alt.Chart(alt.Data(values=list(data)))


def _own_colour(alt: Any) -> Any:
    return alt.Color("colour:N", scale=None, legend=None)


def _finish(chart: Any, *, width: int, height: int, under: int | None) -> Spec:
    """The whole in its own letters, with ``under`` as the room kept below. ``None`` leaves that to the
    renderer, which knows the size of a legend but only guesses that of our letters."""
    drawn = chart.properties(width=width, height=height)
    drawn = drawn.properties(
        padding={"left": 2, "right": 2, "top": 18, "bottom": 6 if under is None else under}
    )
    if under is not None:
        drawn = drawn.properties(autosize={"type": "none"})
    return dict(drawn.configure(font=LETTERS, background=CARD).configure_view(stroke=None).to_dict())
