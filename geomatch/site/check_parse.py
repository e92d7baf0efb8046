"""Where the HTML of a page breaks the rules of the HTML parser."""

from __future__ import annotations

import re
from itertools import pairwise

from tinyhtml5.parser import HTMLParser  # type: ignore[import-untyped]  # tinyhtml5 comes without types

__all__ = ["ParseChecker", "skeleton"]

# What may stand in a text of a page that needs no second look: the references that Jinja writes, and no sign that HTML
# forbids.
_PLAIN = r"[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff]"
_REFERENCE = r"&(?:amp|lt|gt|quot|nbsp|#34|#39);"
_VALUE = rf'"(?:(?!"){_PLAIN}|{_REFERENCE})*+"'
_TAG = rf"</?[a-zA-Z][a-zA-Z0-9]*+(?:\s++[a-zA-Z][a-zA-Z0-9:_-]*+(?:={_VALUE})?+)*+\s*+/?>"
_REGULAR = re.compile(rf"(?:{_TAG}|(?:{_PLAIN}|>|{_REFERENCE})++|<!DOCTYPE html>)*+")
# The values of these two have a say in how the rest is parsed.
_IDLE_VALUE = re.compile(r'(?<!\stype)(?<!\sencoding)="[^"<>]*"')
_IDLE_TEXT = re.compile(r">[^<>]*[^<>\s][^<>]*<")
_IDLE_SPACE = re.compile(r">\s+<")
# Elements that come in long rows, and what inside of one would make it more than a link of the row.
_REPEATED = {
    "tr": re.compile(r"</?(?:table|thead|tbody|tfoot|caption|col|colgroup)\b", re.IGNORECASE),
    "li": re.compile(r"</?(?:ul|ol|menu)\b", re.IGNORECASE),
    "option": re.compile(r"</?(?:select|optgroup|datalist)\b", re.IGNORECASE),
}
_REPEATED_SHAPE = re.compile(r"(<[a-z]+[^<>]*/>\s*)\1+")


def _rows_once(text: str, name: str) -> str:
    """`text` with each kind of `<name>` among its neighbours once.

    An element that is closed leaves the parser as it found it, or it is wrong, and then it is so the first time.
    """
    first, *rest = text.split(f"<{name}")
    kept, seen = [first], set[str]()
    for part in rest:
        whole = part.rstrip().endswith(f"</{name}>") and part[:1] in (" ", ">")
        if not whole or part.count(f"</{name}") != 1 or _REPEATED[name].search(part):
            seen = set()
        elif part.rstrip() in seen:
            continue
        else:
            seen.add(part.rstrip())
        kept.append(f"<{name}{part}")
    return "".join(kept)


def skeleton(text: str) -> str | None:
    """What is left of a page without what its parsing does not hang on; None where that cannot be told.

    Two pages of the same skeleton either both have a parse error or neither has, so that a site of some hundred pages
    made from a few templates need not be parsed page by page.
    """
    if not text.startswith("<!DOCTYPE html>") or _REGULAR.fullmatch(text) is None:
        return None
    text = _IDLE_VALUE.sub('=""', text)
    # Twice, since neighbours share the sign between them.
    for _turn in range(2):
        text = _IDLE_SPACE.sub("> <", _IDLE_TEXT.sub(">x<", text))
    for name in _REPEATED:
        text = _rows_once(text, name)
    return _REPEATED_SHAPE.sub(r"\1", text)


class ParseChecker:
    """Finds the parse errors of pages; remembers the skeletons that had none."""

    def __init__(self) -> None:
        self.clean: set[str] = set()

    def errors(self, text: str) -> list[tuple[int, str]]:
        """Row (from 1) and name of each parse error of a page, in order; the names are those of tinyhtml5.

        Args:
            text: The HTML of a whole page.
        """
        bones = skeleton(text)
        if bones is not None:
            if bones in self.clean:
                return []
            if not _parsed(bones):
                self.clean.add(bones)
                return []
        found = [(row, code) for (row, _column), code, _fields in _parsed(text)]
        # One mistake may be told twice at the same place.
        return [one for before, one in pairwise([None, *found]) if one is not None and one != before]


def _parsed(text: str) -> list[tuple[tuple[int, int], str, dict[str, object]]]:
    parser = HTMLParser()
    parser.parse(text)
    errors: list[tuple[tuple[int, int], str, dict[str, object]]] = parser.errors
    return errors
