"""What every question about a month begins with: is it a month, is there such a county, is it computed for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from geomatch.errors import InputError, Problem
from geomatch.sources.regions import counties
from geomatch.words import gettext as _

__all__ = ["check_asked", "computed_counties", "county_problems", "is_month", "month_problems"]

_MONTH = re.compile("[0-9]{4}-(0[1-9]|1[0-2])")


def is_month(text: str) -> bool:
    """Whether `text` is a month, YYYY-MM."""
    return _MONTH.fullmatch(text) is not None


def month_problems(month: str) -> list[Problem]:
    """What is wrong with `month` as a month."""
    if is_month(month):
        return []
    return [
        Problem(
            _("found “{value}”").format(value=month), _("a month, YYYY-MM"), _("Write for example 2023-02")
        )
    ]


def county_problems(county: str | None) -> list[Problem]:
    """What is wrong with `county` as a county's two digits; None is all counties."""
    if county is None or county in set(counties()["county_code"]):
        return []
    return [
        Problem(
            _("there is no county {code}").format(code=county), _("a county code of two digits, 01 to 25")
        )
    ]


def check_asked(month: str, county: str | None = None) -> None:
    """Refuse what is no month, and what is no county.

    Raises:
        InputError: With both where both are wrong.
    """
    if problems := [*month_problems(month), *county_problems(county)]:
        raise InputError(problems)


def computed_counties(manifest: Mapping[str, Any], county: str | None = None) -> list[str]:
    """The counties that a computed month has results for, or the one that is asked for.

    Raises:
        InputError: It has none for `county`.
    """
    known = sorted(manifest["assumptions_by_county"])
    if county is None:
        return known
    if county not in known:
        month = str(manifest["month"])
        raise InputError(
            Problem(
                _("{month} is not computed for county {county}").format(month=month, county=county),
                _("one of {codes}").format(codes=", ".join(known)),
                _("Compute it for that county: geomatch run {month}").format(
                    month=f"{month} --county {county}"
                ),
            )
        )
    return [county]
