"""The command `audit`: parse, call one function, print."""

from __future__ import annotations

from pathlib import Path

import click

from geomatch.cli_output import Progress, json_option, print_result, workspace_option
from geomatch.words import gettext as _

__all__ = ["add_to"]

# As for wrong input: what is published is wrong.
_FELL = 2


def _audit(month: str | None, folder: Path, as_json: bool) -> int:  # noqa: FBT001 (click passes it by name)
    from geomatch.asked import check_asked
    from geomatch.audit.sentences import problems_of, report_facts, report_lines
    from geomatch.auditing import audit_workspace
    from geomatch.workspace import Workspace

    if month is not None:
        check_asked(month)
    progress = Progress()
    try:
        report = audit_workspace(Workspace(folder), month, progress)
    finally:
        progress.clear()
    facts = report_facts(report)
    lines = report_lines(report)
    if not report.stands:
        # As every command with exit code 2.
        facts["error"] = lines[-1]
        facts["problems"] = [
            {name: getattr(problem, name) for name in problem.__slots__} for problem in problems_of(report)
        ]
    print_result(facts, "\n".join(lines), as_json=as_json)
    return 0 if report.stands else _FELL


def add_to(group: click.Group) -> None:
    """Add the command to `group`, in the language in force."""
    audit = _audit
    for decorate in reversed(
        (
            click.argument("month", metavar=_("YYYY-MM"), required=False),
            workspace_option,
            json_option,
        )
    ):
        audit = decorate(audit)
    group.command(
        "audit",
        help=_(
            "Attack what is published as an outsider would: try to work out every withheld figure from all files, editions and months."
        ),
        options_metavar=_("[OPTIONS]"),
    )(audit)
