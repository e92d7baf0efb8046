"""A month whose every free text tries to become markup or script."""

from __future__ import annotations

from dataclasses import replace

from geomatch.disclosure import visible_activities
from geomatch.publish import CountyFacts, SourceNote
from geomatch.restricted import Restricted
from tests.publish.fixture_month import corridors, county_facts, gaps, municipalities, points, register

HOSTILE = (
    "</script><script>window.hacked=1</script>",
    "\"'><img src=x onerror=window.hacked=1>",
    "`${window.hacked=1}`",
    "{{ 7*7 }}{% raw %}",
    "\u202eomvänd\u2066",
    "*/window.hacked=1;/*",
    "'-window.hacked=1-'\\",
    "a\u2028b\n<!--",
)


def hostile_facts() -> CountyFacts:
    everything = " ".join(HOSTILE)
    shapes, gap_rows, pairs, places, table = municipalities(), gaps(), corridors(), points(), register()
    for number, text in enumerate(HOSTILE[: len(shapes)]):
        shapes.loc[number, "name"] = text
    gap_rows["name"] = [HOSTILE[0], HOSTILE[1], everything]
    pairs["reference"] = everything
    pairs["assumed_rules"] = everything.replace(";", ",")
    places["name"] = everything
    places["point_id"] = [f"{point_id}{HOSTILE[0]}" for point_id in places["point_id"]]
    for column in ("name", "organiser", "primary_purpose", "grant_scheme", "sessions_text", "status"):
        table[column] = everything
    return replace(
        county_facts(),
        county_name=everything,
        municipalities=shapes,
        gaps=gap_rows,
        corridors=pairs,
        points=places,
        activities=visible_activities(Restricted(table), shapes),
        sources=(SourceNote(everything, everything, everything, everything, everything),),
        window=everything,
        notes=(everything,),
    )
