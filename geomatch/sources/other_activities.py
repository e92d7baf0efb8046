"""Activities with other funding than the three grants, in a register of the same form: they are supply as well."""

from __future__ import annotations

from pathlib import Path

from geomatch.errors import InputError, Problem
from geomatch.restricted import Audience
from geomatch.sources.activities import ActivityRegister, read_activities
from geomatch.sources.activity_words import ACTIVITY_HEADINGS
from geomatch.tables import records
from geomatch.words import gettext as _

__all__ = ["GRANTS", "read_other_activities"]

GRANTS = ("TIA", "S37", "S37A")
# What the column of grants lacks or says is what such a register is for.
_EXPECTED_NOTES = frozenset({"grant_scheme_blank", "grant_scheme_other"})


def read_other_activities(path: str | Path) -> ActivityRegister:
    """Read a register of activities that none of the grants TIA, S37 and S37A pays for.

    The columns are those of `read_activities`; `Statsbidrag` may be blank or say who pays.

    Raises:
        InputError: What `read_activities` raises; every activity that names one of the three grants: it belongs in
            the board's register, and in both it would be counted twice.
    """
    register = read_activities(path)
    series = register.series.reveal(Audience.INTERNAL)
    problems = [
        Problem(
            _("the grant is {grant}").format(grant=row.grant_scheme),
            _("another funding than {grants}").format(grants=", ".join(GRANTS)),
            _("Move the activity to the register of activities, or correct its grant"),
            file=Path(path).name,
            row=number,
            column=ACTIVITY_HEADINGS["grant_scheme"],
        )
        for row in records(series[series["grant_scheme"].isin(GRANTS)])
        for number in register.rows[row.series_id]
    ]
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    notes = {name: count for name, count in register.notes.items() if name not in _EXPECTED_NOTES}
    return ActivityRegister(register.series, register.sessions, register.synthetic, notes, register.rows)
