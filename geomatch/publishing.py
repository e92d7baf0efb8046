"""From a computed month to the public pages: the public run, its edition, and the site laid out anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import geomatch
from geomatch.inputs import read_inputs
from geomatch.public.editions import before, editions, keep_edition, latest
from geomatch.public.inputs import public_inputs
from geomatch.public.run import public_month
from geomatch.settings import Settings
from geomatch.site.build import PUBLIC, Built, build_site
from geomatch.sources.regions import municipalities
from geomatch.workspace import Input, Workspace

__all__ = ["PublishedMonth", "publish_public"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class PublishedMonth:
    """What `publish_public` did.

    Attributes:
        edition: Number of the edition that holds the month's numbers.
        new: Whether it was made now.
        built: What was written of the site.
        later: Published months whose changes are told from an earlier edition of this month, or from before it was.
    """

    edition: int
    new: bool
    built: Built
    later: tuple[str, ...] = ()


def _marked(settings: Settings) -> list[list[str]]:
    """Which shares are internal by the settings in force."""
    return [
        [one.name, one.target_group, one.county_code, one.valid_from]
        for one in settings.shares
        if one.internal
    ]


def _with_marks(computed_with: Settings, now: Settings) -> Settings:
    """The settings that the month was computed with, as far as those of today let them be shown.

    What was marked as internal after the month was computed is internal; what is withheld goes by today's setting.
    """
    marked = {tuple(one) for one in _marked(now)}
    shares = tuple(
        replace(
            one,
            internal=one.internal or (one.name, one.target_group, one.county_code, one.valid_from) in marked,
        )
        for one in computed_with.shares
    )
    return replace(computed_with, shares=shares, disclosure=now.disclosure, site=now.site)


def publish_public(
    workspace: Workspace,
    month: str,
    note: str = "",
    progress: Progress = lambda *_: None,
    *,
    rebuild: bool = False,
    lay_out: bool = True,
) -> PublishedMonth | None:
    """Publish a computed month: compute what an outsider may know, keep it as an edition, lay out the site.

    Until disclosure control takes all tables and months together, only months whose every input calls itself synthetic
    are published.

    Args:
        workspace: Where the month is.
        month: YYYY-MM.
        note: What changed since the edition before, and why; needed where the numbers are other than published.
        progress: Called with a step's name, and how much of it is done of how much.
        rebuild: Lay out the pages of every month anew.
        lay_out: Whether the site is laid out; who publishes several months does it once, with the last.

    Returns:
        None for a month that is made of real input.

    Raises:
        InputError: The month is not computed, a copy of an input is gone, or a correction has no note.
    """
    manifest = workspace.manifest(month)
    used = [Input(**one) for one in manifest["inputs"]]
    if not used or not all(one.synthetic for one in used):
        return None
    now = workspace.settings()
    earlier = before(list(editions(workspace.folder)), month)
    known = latest(workspace.folder, earlier) if earlier else None
    run = [
        geomatch.__version__,
        manifest["fingerprint"],
        asdict(now.disclosure),
        now.site.surface_cell_m,
        _marked(now),
        known.digest if known else "",
    ]
    numbers = editions(workspace.folder).get(month, [])
    done = workspace.public_run(month)
    if numbers and done.get("run") == run and done.get("edition") == numbers[-1]:
        number, new = numbers[-1], False
    else:
        settings = _with_marks(Settings.from_dict(manifest["settings"]), now)
        inputs = public_inputs(read_inputs(workspace, used, settings), municipalities(), month)
        before_it = (known.month, known.tables["areas"]) if known else None
        made = public_month(workspace, month, manifest["county"], inputs, before_it, progress)
        number, new = keep_edition(workspace, made, synthetic=True, note=note)
        workspace.keep_public_run(month, {"run": run, "edition": number, "travel": made.travel})
    if not lay_out:
        return PublishedMonth(number, new, Built((), 0, 0))
    built = build_site(
        workspace.folder,
        workspace.folder / PUBLIC,
        workspace.settings().site,
        progress=progress,
        rebuild=rebuild,
    )
    later = tuple(one for one in editions(workspace.folder) if one > month)[:1] if new else ()
    return PublishedMonth(number, new, built, later)
