from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po

from tests.publish.messages import PACKAGE, asked_for

FIELDS = re.compile(r"{[a-z]*}")


def translations() -> dict[str, list[str]]:
    """Swedish texts by msgid, of all catalogues; a plural's two texts stand under both its ids."""
    found: dict[str, list[str]] = {}
    for path in sorted((PACKAGE / "words" / "sv").glob("*.po")):
        with Path(path).open("rb") as file:
            for message in read_po(file, locale="sv"):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                texts = message.string if isinstance(message.string, tuple) else (message.string,)
                for msgid in ids:
                    found[msgid] = list(texts)
    return found


def test_every_text_has_a_swedish_one() -> None:
    known = translations()
    assert [msgid for msgid in sorted(asked_for()) if not all(known.get(msgid, [""]))] == []


def test_translations_keep_the_fields() -> None:
    known = translations()
    for msgid in asked_for():
        for text in known.get(msgid, []):
            assert sorted(FIELDS.findall(text)) == sorted(FIELDS.findall(msgid)), msgid
