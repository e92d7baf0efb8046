"""Which municipality is meant, by its code or its name."""

from __future__ import annotations

import difflib

from geomatch.errors import InputError, Problem
from geomatch.sources.regions import match_municipality, municipalities, municipality_key
from geomatch.words import gettext as _

__all__ = ["municipality_of"]

_SUGGESTIONS = 3


def municipality_of(text: str) -> tuple[str, str]:
    """Code and name of the municipality that `text` names: a code of four digits, or a name in any capitals.

    Raises:
        InputError: There is none; the names nearest in spelling are suggested.
    """
    shapes = municipalities()
    names = dict(zip(shapes["municipality_code"], shapes["name"], strict=True))
    given = text.strip()
    code = given if given in names else match_municipality(given)
    if code is not None:
        return code, str(names[code])
    if given.isdigit():
        raise InputError(
            Problem(
                _("there is no municipality {code}").format(code=given),
                _("a municipality's code of four digits, or its name"),
            )
        )
    keys = {municipality_key(name): f"{name} ({number})" for number, name in names.items()}
    near = difflib.get_close_matches(municipality_key(given), list(keys), _SUGGESTIONS, cutoff=0.6)
    raise InputError(
        Problem(
            _("there is no municipality “{name}”").format(name=text),
            _("a municipality's code of four digits, or its name"),
            _("Names like it: {names}").format(names=", ".join(keys[key] for key in near)) if near else "",
        )
    )
