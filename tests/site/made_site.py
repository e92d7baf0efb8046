"""A site of many made-up months, laid out in full for the last of them only.

Map data (values, activities, pairs) is there for every month, so that a reader of the last page can step through all of
them; pages of the earlier months are not, which would take minutes. A test that follows a link into an earlier month
asks for more months in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geomatch.public.editions import Edition
from geomatch.settings import Settings
from geomatch.site.build import _OF, _of, build_site
from geomatch.site.values import activities_script, corridors_script, values_script
from geomatch.workspace import dump_json


def laid_out(
    folder: Path, made: Sequence[Edition], out: Path, *, in_full: int = 1, downloads: bool = False
) -> Path:
    """Lay out the site of the editions `made`, which lie below `folder`.

    Args:
        folder: The workspace of the editions.
        made: All that were made, oldest first.
        out: The site's root, which is new.
        in_full: So many of the last months get their pages.
        downloads: Whether those get files to download.

    Returns:
        `out`.
    """
    for edition in made[:-in_full]:
        own = out / edition.month
        own.mkdir(parents=True)
        (own / "values.js").write_text(values_script(edition), encoding="utf-8")
        (own / "activities.js").write_text(activities_script(edition), encoding="utf-8")
        (own / "corridors.js").write_text(corridors_script(edition), encoding="utf-8")
        # With this the month counts as laid out.
        (own / _OF).write_text(dump_json(_of(edition)), encoding="utf-8")
    build_site(folder, out, Settings().site, downloads=downloads)
    return out
