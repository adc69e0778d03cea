"""From specification to drawing: static SVG that a strict page can hold, with words for who cannot see it."""

from __future__ import annotations

import hashlib
import threading
import xml.etree.ElementTree as ET
from collections import OrderedDict
from collections.abc import Callable

from casework.reports.charts import Spec

_SVG = "http://www.w3.org/2000/svg"
_KEPT_AT_MOST = 256
# What a page's Content-Security-Policy would refuse, and links that lead out of the drawing.
_REFUSED_ELEMENTS = frozenset({"script", "style", "foreignObject", "image", "a", "use"})
# The drawing as a whole is one image with a name: its parts need none.
_NOT_NEEDED = ("aria-label", "aria-roledescription", "aria-hidden", "role", "class", "pointer-events")
_kept: OrderedDict[str, str] = OrderedDict()
_lock = threading.Lock()


class DrawingRefused(RuntimeError):
    """The drawing holds something that a page may not."""


def draw(make: Callable[[], Spec], *, content: object, name: str, title: str, description: str) -> str:
    """What ``make`` specifies as SVG with ``title`` and ``description``; ``name`` tells its ids from others'.

    Drawings are kept by their ``content``, the figures and words that go in (its ``repr`` must tell them
    all): figures that do not change are drawn once. Specifying takes longer than looking up, so that
    happens once too.
    """
    key = hashlib.sha256(repr((content, name, title, description)).encode()).hexdigest()
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    drawn = _named(_render(make()), name, title, description)
    with _lock:
        _kept[key] = drawn
        while len(_kept) > _KEPT_AT_MOST:
            _kept.popitem(last=False)
    return drawn


def _render(spec: Spec) -> str:
    import vl_convert  # noqa: PLC0415  # commands that draw nothing do without its engine

    return str(vl_convert.vegalite_to_svg(spec))


def _named(svg: str, name: str, title: str, description: str) -> str:
    """The drawing as one image with a name, in the size of the page, without what is refused."""
    root = ET.fromstring(svg)  # noqa: S314  # made by our own renderer a moment ago
    for element in root.iter():
        plain = element.tag.removeprefix(f"{{{_SVG}}}")
        if plain in _REFUSED_ELEMENTS or any(_is_refused(attribute) for attribute in element.attrib):
            raise DrawingRefused(f"{name}: {plain} {sorted(element.attrib)}")
        for attribute in _NOT_NEEDED:
            element.attrib.pop(attribute, None)
    for attribute in ("width", "height"):
        root.attrib.pop(attribute, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-description")
    root.set("focusable", "false")
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(
            f"{{{_SVG}}}{tag}", {"id": f"{name}-{'title' if tag == 'title' else 'description'}"}
        )
        element.text = text
        root.insert(place, element)
    ET.register_namespace("", _SVG)
    return ET.tostring(root, encoding="unicode")


def _is_refused(attribute: str) -> bool:
    return attribute == "style" or attribute.startswith("on") or attribute.endswith("href")
