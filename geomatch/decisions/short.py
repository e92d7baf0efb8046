"""Words and short sentences about decisions, for texts and pages alike."""

from __future__ import annotations

from collections.abc import Sequence

from geomatch.decisions.flags import Flag, flag_text
from geomatch.decisions.state import Due
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["due_text", "flag_texts", "left_text", "state_word"]


def state_word(state: str) -> str:
    """A state in a word or two."""
    return {
        "approved": _("approved by a decision"),
        "coming": _("approved, not yet begun"),
        "ended": _("ended by a decision"),
        "expired": _("run out"),
        "refused": _("refused by a decision"),
    }[state]


def left_text(one: Due) -> str:
    """How long an approved pair has left."""
    if one.days_left > 0:
        return ngettext("{n} day left", "{n} days left", one.days_left).format(n=one.days_left)
    return _("the month's last day") if one.days_left == 0 else _("has run out")


def due_text(one: Due) -> str:
    """That an approved pair must be renewed, as a sentence."""
    return _("To be renewed: approved until {last} ({left}).").format(last=one.last, left=left_text(one))


def flag_texts(pair: tuple[str, str], raised: Sequence[Flag]) -> list[str]:
    """The sentences on a pair's rows that the rules forbid."""
    return [flag_text(flag) for flag in raised if flag.decision.pair == pair]
