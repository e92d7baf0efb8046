"""Words that several parts of a page share."""

from __future__ import annotations

from geomatch.plain import plain
from geomatch.words import gettext as _

__all__ = ["group_text", "list_text"]


def list_text(items: list[str]) -> str:
    """`a`, `a och b`, `a, b och c`."""
    if len(items) < 2:
        return "".join(items)
    return _("{several} and {last}").format(several=", ".join(items[:-1]), last=items[-1])


def group_text(target_group: str) -> str:
    """A target group of an activity in words; one that is not known by its own name."""
    return {
        "asylum_seeker": _("asylum seekers"),
        "temporary_protection": _("temporary protection"),
        "permit_awaiting_settlement": _("awaiting settlement"),
        "newcomer": _("newcomers"),
        "all": _("everyone"),
    }.get(target_group, plain(target_group))
