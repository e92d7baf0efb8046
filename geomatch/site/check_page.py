"""A page as its check sees it: elements in order, each with its row, attributes and text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Element", "Page", "name_of", "read_page", "text_of"]

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


@dataclass(slots=True, eq=False)
class Element:
    """One element.

    Attributes:
        tag: Its name in small letters.
        row: Row of its start tag, from 1.
        attributes: By name in small letters; an attribute without a value has the empty string.
        parent: The element around it; None for the outermost.
        content: Elements and texts inside, in order.
    """

    tag: str
    row: int
    attributes: dict[str, str]
    parent: Element | None
    content: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """An attribute without the space around it; empty where it is not there."""
        return self.attributes.get(name, "").strip()

    def around(self) -> Iterator[Element]:
        """The elements around it, from the nearest."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def within(self, *tags: str) -> bool:
        """Whether an element of one of these names is around it."""
        return any(above.tag in tags for above in self.around())

    @property
    def put_away(self) -> bool:
        """Whether nobody sees or hears it, since it, or something around it, has the attribute `hidden`."""
        return "hidden" in self.attributes or any("hidden" in above.attributes for above in self.around())

    @property
    def hidden(self) -> bool:
        """Whether it, or something around it, is hidden from those who listen to the page."""
        return self.get("aria-hidden") == "true" or any(
            above.get("aria-hidden") == "true" for above in self.around()
        )


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        path: Below the site's root, with `/`.
        elements: All elements in the order of their start tags.
        by_tag: The same by name.
        ids: The first element of each id.
        repeated: Elements whose id an earlier one has.
    """

    path: str
    elements: list[Element]
    by_tag: dict[str, list[Element]]
    ids: dict[str, Element]
    repeated: list[Element]

    def all(self, *tags: str) -> list[Element]:
        """The elements of these names; in order where it is one name."""
        return [element for tag in tags for element in self.by_tag.get(tag, ())]

    def first(self, tag: str) -> Element | None:
        """The first element of a name."""
        return next(iter(self.by_tag.get(tag, ())), None)


class _Reader(HTMLParser):
    """Makes the elements. Tags that may be left out need no care: what is around closes what is inside."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A start tag; the first of two attributes of one name counts, as in a browser."""
        above = self.open[-1] if self.open else None
        attributes = {name: value or "" for name, value in reversed(attrs)}
        element = Element(tag, self.getpos()[0], attributes, above)
        if above is not None:
            above.content.append(element)
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag of the form `<path/>`, which stands for an empty element."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """An end tag; one of nothing that is open says nothing."""
        for number in range(len(self.open) - 1, -1, -1):
            if self.open[number].tag == tag:
                del self.open[number:]
                return

    def handle_data(self, data: str) -> None:
        """Text."""
        if self.open:
            self.open[-1].content.append(data)


def read_page(path: str, text: str) -> Page:
    """The elements of a page.

    Args:
        path: Below the site's root, with `/`.
        text: Its HTML.
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    by_tag: dict[str, list[Element]] = {}
    ids: dict[str, Element] = {}
    repeated = []
    for element in reader.elements:
        by_tag.setdefault(element.tag, []).append(element)
        if "id" in element.attributes:
            if element.attributes["id"] in ids:
                repeated.append(element)
            else:
                ids[element.attributes["id"]] = element
    return Page(path, reader.elements, by_tag, ids, repeated)


def text_of(element: Element) -> str:
    """All text inside an element, with single spaces."""

    def parts(one: Element) -> Iterator[str]:
        for inside in one.content:
            if isinstance(inside, str):
                yield inside
            else:
                yield from parts(inside)

    return " ".join("".join(parts(element)).split())


def name_of(element: Element, page: Page) -> str:
    """The name that a control, link or picture has for one who listens (after W3C's accname 1.2, in short).

    `aria-labelledby` before `aria-label`, before the label of a control, before what is inside, before `title`.
    """
    pointed = [page.ids[one] for one in element.get("aria-labelledby").split() if one in page.ids]
    name = " ".join(filter(None, map(_heard, pointed)))
    name = name or element.get("aria-label")
    if element.tag in ("input", "select", "textarea"):
        name = name or _label_of(element, page)
        if element.get("type") in ("submit", "reset", "button", "image"):
            name = name or element.get("value") or element.get("alt")
    elif element.tag == "svg":
        titles = [one for one in element.content if isinstance(one, Element) and one.tag == "title"]
        name = name or " ".join(filter(None, map(text_of, titles)))
    else:
        name = name or _heard(element)
    return name or element.get("title")


def _label_of(control: Element, page: Page) -> str:
    own = control.get("id")
    labels = [label for label in page.all("label") if own and label.get("for") == own]
    labels += [above for above in control.around() if above.tag == "label"]
    return " ".join(filter(None, (_heard(label, but=control) for label in labels)))


def _heard(element: Element, but: Element | None = None) -> str:
    """What is read aloud of an element: text, alternatives of pictures, names of what has one; hidden parts are not."""

    def parts(one: Element) -> Iterator[str]:
        for inside in one.content:
            if isinstance(inside, str):
                yield inside
            elif inside is but or inside.get("aria-hidden") == "true":
                continue
            elif inside.get("aria-label"):
                yield " " + inside.get("aria-label") + " "
            elif inside.tag == "img":
                yield " " + inside.get("alt") + " "
            elif inside.tag not in ("script", "style", "select", "textarea"):
                yield from parts(inside)

    return " ".join("".join(parts(element)).split())
