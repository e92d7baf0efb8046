"""From a computed month to the public pages: the public run, its edition, the site laid out anew, and the attack on it.

Everything is made beside the workspace's own files and attacked there; only what stands the attack is put in its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pandas as pd

import geomatch
from geomatch.audit.sentences import figure_words, problems_of
from geomatch.auditing import audit_workspace
from geomatch.disclosure import GivenAwayBeforeError
from geomatch.errors import InputError, Problem
from geomatch.inputs import read_inputs
from geomatch.public.editions import (
    FOLDER,
    before,
    editions,
    keep_edition,
    kept_editions,
    latest,
    read_edition,
)
from geomatch.public.inputs import public_inputs
from geomatch.public.run import public_month
from geomatch.settings import Settings, Share
from geomatch.site.build import PUBLIC, Built, build_site
from geomatch.sources.regions import municipalities
from geomatch.takeback.commit import linked_copy, staged_workspace
from geomatch.takeback.editions import Taken
from geomatch.takeback.files import forget
from geomatch.takeback.record import read_record
from geomatch.takeback.withdraw import make_stricter
from geomatch.words import gettext as _
from geomatch.workspace import PUBLIC_RUN, Input, Workspace, dump_json

__all__ = [
    "PublishedMonth",
    "attack_on",
    "edition_of_month",
    "lay_out",
    "pages_of",
    "publish_months",
    "publish_public",
]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class PublishedMonth:
    """What `publish_public` did.

    Attributes:
        edition: Number of the edition that holds the month's numbers.
        new: Whether it was made now.
        built: What was written of the site, with all months that were published together.
        attacked: Withheld figures of all months and editions that the attack tried.
        later: Published months whose changes are told from an earlier edition of this month, or from before it was.
        taken: What was withdrawn and made anew, in all months, since a register shows less now.
    """

    edition: int
    new: bool
    built: Built
    attacked: int
    later: tuple[str, ...] = ()
    taken: Taken = field(default_factory=Taken)


def _marked(settings: Settings) -> list[dict[str, object]]:
    """The shares that are internal by the settings in force."""
    return [asdict(one) for one in settings.shares if one.internal]


def _key(share: Share) -> tuple[str, str, str, str]:
    return share.name, share.target_group, share.county_code, share.valid_from


def _with_marks(computed_with: Settings, now: Settings) -> Settings:
    """The settings that the month was computed with, as far as those of today let them be shown.

    What was marked as internal after the month was computed is internal; what is withheld goes by today's setting. Where an
    internal share and one for everybody are of the same group, county and day, the one of the month that is the same as the
    internal one is internal, and the other is not.
    """
    marked = [one for one in now.shares if one.internal]
    open_ = [replace(one, internal=True) for one in now.shares if not one.internal]
    keys, open_keys = {_key(one) for one in marked}, {_key(one) for one in open_}

    def is_internal(share: Share) -> bool:
        if share.internal or _key(share) not in keys:
            return share.internal
        same = replace(share, internal=True)
        return _key(share) not in open_keys or (same in marked and same not in open_)

    shares = tuple(replace(one, internal=is_internal(one)) for one in computed_with.shares)
    return replace(computed_with, shares=shares, disclosure=now.disclosure, site=now.site)


# The kinds of input that something is published of. That another one is made up is nobody's business.
_TOLD_KINDS = frozenset(
    {"enrolment", "timetable", "localities", "raster", "population", "activities", "corridors"}
)


def publish_public(
    workspace: Workspace,
    month: str,
    note: str = "",
    progress: Progress = lambda *_: None,
    *,
    rebuild: bool = False,
) -> PublishedMonth:
    """Publish one computed month: `publish_months` with it alone."""
    return publish_months(workspace, [month], note, progress, rebuild=rebuild)[0]


def publish_months(
    workspace: Workspace,
    months: Sequence[str],
    note: str = "",
    progress: Progress = lambda *_: None,
    *,
    rebuild: bool = False,
) -> list[PublishedMonth]:
    """Publish computed months: compute what an outsider may know, keep it as editions, lay out the site, attack it.

    Nothing is written where the attack gets further than the agency's own workbooks allow.

    Args:
        workspace: Where the months are; it is being written (`Workspace.writing`).
        months: YYYY-MM, in the order they are published in.
        note: What changed since the edition before, and why; needed where the numbers are other than published.
        progress: Called with a step's name, and how much of it is done of how much.
        rebuild: Lay out the pages of every month anew.

    Raises:
        InputError: A month is not computed, a copy of an input is gone, a correction has no note, or an outsider could
            work out what is withheld.
    """
    gone: list[str] = []
    with staged_workspace(workspace.folder, gone) as staged:
        # What a register shows less now is shown less in every month.
        taken = make_stricter(workspace, staged, dict.fromkeys(months, note), progress)
        kept = [edition_of_month(workspace, staged, month, note, progress) for month in months]
        gone += forget(workspace, staged, taken)
        kept = [
            (number, new or month in taken.anew) for month, (number, new) in zip(months, kept, strict=True)
        ]
        built, attacked = lay_out(workspace, staged, progress, rebuild=rebuild or bool(taken.withdrawn))
    told = list(editions(workspace.folder))
    return [
        PublishedMonth(
            number,
            new,
            built,
            attacked,
            tuple(one for one in told if one > month and one not in taken.anew)[:1] if new else (),
            taken,
        )
        for month, (number, new) in zip(months, kept, strict=True)
    ]


def lay_out(
    workspace: Workspace, staged: Path, progress: Progress = lambda *_: None, *, rebuild: bool = False
) -> tuple[Built, int]:
    """Lay out the site of the editions in `staged` into its folder `public`, and attack it there.

    Returns:
        What was written, and how many withheld figures the attack tried.

    Raises:
        InputError: An outsider could work out what is withheld, or published figures contradict one another.
    """
    built = pages_of(workspace, staged, progress, rebuild=rebuild)
    problems, attacked = attack_on(workspace, staged, progress)
    if problems:
        raise InputError(problems)
    return built, attacked


def pages_of(
    workspace: Workspace, staged: Path, progress: Progress = lambda *_: None, *, rebuild: bool = False
) -> Built:
    """Lay out the site of the editions in `staged` into its folder `public`; gives what was written."""
    linked_copy((workspace.folder / PUBLIC).resolve(), staged / PUBLIC)
    return build_site(staged, staged / PUBLIC, workspace.settings().site, progress=progress, rebuild=rebuild)


def attack_on(
    workspace: Workspace, staged: Path, progress: Progress = lambda *_: None
) -> tuple[list[Problem], int]:
    """Attack the site in `staged`: what an outsider could work out, and how many withheld figures were tried.

    Raises:
        InputError: It cannot be attacked: an input or an edition is gone.
    """
    if not kept_editions(staged):
        # All of it was withdrawn.
        return [], 0
    report = audit_workspace(workspace, None, progress, tree=staged / PUBLIC, published=staged)
    return list(problems_of(report)), report.attacked


def edition_of_month(
    workspace: Workspace, staged: Path, month: str, note: str, progress: Progress = lambda *_: None
) -> tuple[int, bool]:
    """Keep the public run of a computed month as an edition in `staged`, where its numbers are not kept already.

    Args:
        workspace: Where the month is.
        staged: A folder with `published/` (`staged_workspace`).
        month: YYYY-MM.
        note: As `publish_months`.
        progress: As `publish_months`.

    Returns:
        The number of the edition, and whether it is new.

    Raises:
        InputError: As `publish_months`, but for the attack.
    """
    manifest = workspace.manifest(month)
    used = [Input(**one) for one in manifest["inputs"]]
    now = workspace.settings()
    earlier = before(list(editions(staged)), month)
    known = latest(staged, earlier) if earlier else None
    stricter = read_record(staged).of_month(month)
    synthetic = any(one.synthetic for one in used if one.kind in _TOLD_KINDS)
    # A digest of it all: what is restricted must not stand beside the editions, not even by its name.
    run = hashlib.sha256(
        dump_json(
            [
                geomatch.__version__,
                manifest["fingerprint"],
                asdict(now.disclosure),
                now.site.surface_cell_m,
                _marked(now),
                known.digest if known else "",
                stricter,
                synthetic,
            ]
        ).encode()
    ).hexdigest()
    numbers = editions(staged).get(month, [])
    done = workspace.public_run(month, staged)
    if numbers and done.get("run") == run and done.get("edition") == numbers[-1]:
        return numbers[-1], False
    settings = _with_marks(Settings.from_dict(manifest["settings"]), now)
    inputs = public_inputs(read_inputs(workspace, used, settings), municipalities(), month, stricter)
    before_it = (known.month, known.tables["areas"]) if known else None
    held: dict[str, Mapping[str, str]] = done.get("held", {})
    told = _earlier(staged, month, settings.disclosure.method, held)
    try:
        made = public_month(workspace, month, manifest["county"], inputs, before_it, progress, earlier=told)
    except GivenAwayBeforeError as error:
        raise InputError(_given_away(month, *name) for name in error.names) from error
    newest = held.get(str(numbers[-1]), {}) if numbers else {}
    moved = {code for code in newest if made.held.get(code) != newest[code]}
    number, new = keep_edition(staged, made, synthetic=synthetic, note=note, moved=moved)
    kept = {str(one) for one in kept_editions(staged)[month]}
    held = {one: own for one, own in held.items() if one in kept}
    held = {**held, str(number): made.held if new else held.get(str(number), made.held)}
    # A file of its own, never written through a link to that of the workspace.
    path = staged / FOLDER / month / PUBLIC_RUN
    path.unlink(missing_ok=True)
    path.write_text(
        dump_json({"run": run, "edition": number, "travel": made.travel, "held": held}), encoding="utf-8"
    )
    return number, new


def _earlier(
    staged: Path, month: str, method: str, held: Mapping[str, Mapping[str, str]]
) -> list[tuple[Mapping[str, pd.DataFrame], Mapping[str, str]]]:
    """The month's editions so far: their tables, and what was held of their counties.

    Raises:
        InputError: They protect small counts in another way.
    """
    told = [read_edition(staged, month, number) for number in kept_editions(staged).get(month, [])]
    others = [
        str(one.number)
        for one in told
        # An edition that is older than the setting was withheld.
        if one.facts["settings"]["disclosure"].get("method", "withhold") != method
    ]
    if others:
        raise InputError(
            Problem(
                _("edition {numbers} of {month} protects small counts in another way than `{method}`").format(
                    numbers=", ".join(others), month=month, method=method
                ),
                _("one way for all editions of a month, since what two ways tell can be compared"),
                _(
                    "Leave `disclosure.method` in geomatch.toml as it was, or take the month back first: geomatch withdraw month {month}"
                ).format(month=month),
            )
        )
    return [(one.tables, held.get(str(one.number), {})) for one in told]


def _given_away(month: str, area: str, figure: str) -> Problem:
    return Problem(
        _("{figure} in {area}, {month}: must be withheld, and an earlier edition tells it").format(
            figure=figure_words(figure), area=area, month=month
        ),
        _("earlier editions that do not tell what is withheld now"),
        _("Take the month back, then publish it again: geomatch withdraw month {month}").format(month=month),
    )
