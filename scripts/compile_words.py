"""Compile the Swedish catalogue: geomatch/words/sv/*.po -> geomatch/words/sv/LC_MESSAGES/geomatch.mo.

Each room of the package keeps its own .po file. An id that two rooms translate differently is an error, since
one catalogue is made of them all. The .mo file is committed, so that nothing needs a compiler at install.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

WORDS = Path(__file__).resolve().parents[1] / "geomatch" / "words"


class _Plain(Catalog):
    """A catalogue whose header holds what gettext needs, and neither the day nor the version of the compiler."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Names and values of the header's lines."""
        return [
            ("Language", str(self.locale)),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Plural-Forms", self.plural_forms),
        ]


def merged(folder: Path) -> Catalog:
    """All catalogues of `folder` in one. Raises ValueError where two translate one id differently."""
    catalogue = _Plain(locale=folder.name, charset="utf-8")
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=folder.name, abort_invalid=True):
                if not message.id:
                    continue
                known = catalogue.get(message.id)
                if known is not None and known.string != message.string:
                    raise ValueError(f"{path.name}: {message.id!r} has another translation elsewhere")
                catalogue.add(message.id, message.string, flags=message.flags)
    return catalogue


def compiled(folder: Path) -> bytes:
    """The content of the .mo file of `folder`; the same .po files give the same bytes."""
    made = BytesIO()
    write_mo(made, merged(folder))
    return made.getvalue()


def main() -> int:
    """Write every .mo file."""
    for folder in sorted(path for path in WORDS.iterdir() if any(path.glob("*.po"))):
        target = folder / "LC_MESSAGES" / "geomatch.mo"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(compiled(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
