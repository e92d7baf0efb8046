"""Compile the Swedish catalogue: geomatch/words/sv/*.po -> geomatch/words/sv/LC_MESSAGES/geomatch.mo.

Each room of the package keeps its own .po file. An id that two rooms translate differently is an error, since
one catalogue is made of them all. The .mo file is committed, so that nothing needs a compiler at install.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

WORDS = Path(__file__).resolve().parents[1] / "geomatch" / "words"


def merged(folder: Path) -> Catalog:
    """All catalogues of `folder` in one. Raises ValueError where two translate one id differently."""
    catalogue = Catalog(locale=folder.name, project="geomatch", charset="utf-8", header_comment="")
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=folder.name):
                if not message.id:
                    continue
                known = catalogue.get(message.id)
                if known is not None and known.string != message.string:
                    raise ValueError(f"{path.name}: {message.id!r} has another translation elsewhere")
                catalogue.add(message.id, message.string, flags=message.flags)
    return catalogue


def main() -> int:
    """Write every .mo file."""
    for folder in sorted(path for path in WORDS.iterdir() if any(path.glob("*.po"))):
        target = folder / "LC_MESSAGES" / "geomatch.mo"
        target.parent.mkdir(exist_ok=True)
        with target.open("wb") as file:
            write_mo(file, merged(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
