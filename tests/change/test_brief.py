"""The brief: exact words, narrow lines, one page."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geomatch import cli
from geomatch.change.brief import BriefFacts, make_brief
from geomatch.change.brief_files import WIDTH, brief_html, brief_text
from geomatch.change.decompose import decompose
from geomatch.change.months import Change
from geomatch.decisions.state import Due
from geomatch.settings import Settings, Share
from geomatch.words import using_language
from tests.change.mixed import states
from tests.decisions.small import decided
from tests.worlds import World, settings

NAMES = {"0180": "Ett", "0181": "Två", "0182": "Tre"}
SHARE = Share("eligible_share", "asylum_seeker", 0.2, 0.4)


def worlds() -> tuple[World, World]:
    # Ett: 10 persons and 6 places, then 13 and 6. Två: 4 persons who reach nothing, then a withheld 1-5.
    # Tre: 20 places at its own; 6 more people there than places reach Ett's activity without a corridor.
    earlier = World().live("0180/a", 10).live("0181/b", 4).offer("S", "0180", 6).way("0180/a", "S")
    later = (
        World().live("0180/a", 13).live("0181/b", 1, 5, masked=True).offer("S", "0180", 6).way("0180/a", "S")
    )
    return earlier, later


def corridor(origin: str, goal: str, gains: tuple[int, int, int, int], verdict: str) -> dict[str, Any]:
    named = zip(("ll", "lh", "hl", "hh"), gains, strict=True)
    return {
        "from_code": origin,
        "to_code": goal,
        "status": "candidate",
        "verdict": verdict,
        **{f"gain_{corner}_milli": gain * 1000 for corner, gain in named},
    }


def facts(**more: Any) -> BriefFacts:
    earlier, later = worlds()
    change = Change(
        "2026-08",
        "2026-09",
        "01",
        synthetic=True,
        table=decompose(states(earlier, later), NAMES),
        withheld=(),
    )
    gaps = later.gaps().reset_index()
    gaps["name"] = gaps["municipality_code"].map(NAMES)
    gaps["location_unknown"] = [True, False]
    made = BriefFacts(
        month="2026-09",
        county_code="01",
        county_name="Provlandets län",
        synthetic=True,
        gaps=gaps,
        served=later.served(),
        corridors=pd.DataFrame(
            [
                corridor("0180", "0182", (5, 3, 6, 4), "possible"),
                corridor("0181", "0182", (2, 2, 2, 2), "recommended"),
                corridor("0180", "0181", (9, 9, 9, 9), "outside_policy"),
            ]
        ),
        need=(14, 18),
        assumed_sessions=2,
        settings=settings(shares=(SHARE,)),
        names=NAMES,
        change=change,
        made_from="counts updated 2026-10-01 · geomatch 0, run abc",
    )
    return replace(made, **more)


SWEDISH = """\
INTERNT – får inte spridas
SYNTETISKA UPPGIFTER

Lägesblad: Provlandets län, september 2026
==========================================

14–18 personer är inskrivna i länet; 8–12 av dem får ingen plats i någon
insats.

De största förändringarna
-------------------------
1. Ett: gapet ökade med 3, från 4 till 7. De inskrivna blev 3 fler, från 10
   till 13. Det som flyttade gapet: människor +3.
2. Två: gapet kan ha ändrats, från 4 till 1–5. De inskrivnas antal kan ha
   ändrats, från 4 till 1–5. Det som flyttade gapet: människor från −3 till
   +1.

Vad som är osäkert, och varför
------------------------------
- Prickade antal: i Två. Tillsammans är 1–5 personer inskrivna där; antalen är
  prickade av sekretesskäl och är intervall.
- Rätt till resan: hur många som får resa är bara känt inom gränser:
  asylsökande 20–40\u00a0%.
- I 1 kommun bor personer i anläggningsboende vars plats inte är given: de
  sprids som övriga.
- 2 insatser har inga tider i registret: standardtillfället antas.

Nästa beslut
------------
- Förslag: fler platser för Ett: 7 personer når en insats, men platserna är
  slut. Varje ny plats i en insats som passar dem ger plats åt en till.
- Eller: öppna Två – Tre för reseersättning: 2 personer till skulle få en
  plats. Kommunparet rekommenderas.

counts updated 2026-10-01 · geomatch 0, run abc
"""


def test_the_whole_text_in_swedish() -> None:
    assert brief_text(make_brief(facts())) == SWEDISH


def test_a_withheld_count_that_the_totals_tell_is_not_uncertain() -> None:
    gaps = facts().gaps.assign(need_low=lambda table: table["need_high"])
    assert list(gaps["masked_cells"] > 0) == [False, True]
    assert "Prickade antal: i" not in brief_text(make_brief(facts(gaps=gaps)))


def test_decisions_go_by_their_gain() -> None:
    # No recommended corridor: the possible one gains 3 at its worst corner, more than the 1 who surely reach nothing.
    table = facts().corridors
    with using_language("en"):
        made = make_brief(facts(corridors=table[table["verdict"] != "recommended"]))
        assert made.sections[2][1] == (
            (
                "Suggestion: more places for Ett: 7 persons reach an activity, but its places are taken. Each further "
                "place in one that suits them takes one more."
            ),
            (
                "Or: open Ett – Tre for travel compensation: 3–6 persons more would get a place. The pair is possible, but "
                "not recommended as it stands."
            ),
        )
        made = make_brief(facts(corridors=table[table["verdict"] == "outside_policy"]))
        assert made.sections[2][1][1] == (
            "Or: an activity, or a later bus, for Två: 1–5 persons can reach nothing suitable and be home the same day."
        )


def test_fewer_may_be_left_at_high_need() -> None:
    served = facts().served
    high = (served["scenario"] == "high") & (served["municipality_code"] == "0180")
    fewer = served.assign(in_reach_full_milli=served["in_reach_full_milli"].where(~high, 0))
    assert int(fewer.loc[high, "in_reach_full_milli"].sum()) == 0
    with using_language("en"):
        (first, *_rest) = make_brief(facts(served=fewer)).sections[2][1]
    assert first.startswith("Suggestion: more places for Ett: 7 persons (0 at high need) reach an activity")


def test_what_must_be_renewed_is_named() -> None:
    """Three by name, those that run out first; the fourth is counted."""
    soon = tuple(
        Due(decided("approved", "2023-01-01", last, pair=pair), last, days)
        for pair, last, days in (
            (("0180", "0181"), "2023-03-03", 3),
            (("0181", "0180"), "2023-03-31", 31),
            (("0182", "0180"), "2023-04-01", 32),
            (("0180", "0182"), "2023-04-02", 33),
        )
    )
    with using_language("en"):
        assert make_brief(facts(due=soon)).sections[2][1][-4:] == (
            "Ett → Två: To be renewed: approved until 2023-03-03 (3 days left).",
            "Två → Ett: To be renewed: approved until 2023-03-31 (31 days left).",
            "Tre → Ett: To be renewed: approved until 2023-04-01 (32 days left).",
            "1 more pair must be renewed soon.",
        )


def test_nothing_to_tell() -> None:
    world = World().live("0180/a", 5).offer("S", "0180", 6).way("0180/a", "S")
    gaps = world.gaps().reset_index()
    with using_language("en"):
        made = make_brief(
            facts(
                gaps=gaps,
                served=world.served(),
                corridors=facts().corridors.iloc[:0],
                assumed_sessions=0,
                settings=settings(),
                change=None,
                synthetic=False,
                need=(5, 5),
            )
        )
    assert made.marks == ("INTERNAL – must not be spread",)
    assert [paragraphs for _heading, paragraphs in made.sections] == [
        ("The month before is not computed in this workspace, so no changes can be told.",),
        ("Nothing: all counts, shares, places and times are known.",),
        ("No corridor and no activity would give anybody more a place.",),
    ]


def crowded() -> BriefFacts:
    """The longest that a brief gets: five changes of every kind, long names, many withheld, every doubt."""
    codes = [f"01{80 + number}" for number in range(20)]
    names = {code: f"Upplands-Västernorrlandsbyn och {code}" for code in codes}
    earlier, later = World(), World()
    for number, code in enumerate(codes):
        earlier.live(f"{code}/a", 1001 + number, 20005, masked=True).offer(f"S{code}", code, 900)
        later.live(f"{code}/a", 2003 + number, 31117, masked=True).offer(f"S{code}", code, 100)
        for world in (earlier, later):
            world.way(f"{code}/a", f"S{code}")
    change = Change(
        "2026-08", "2026-09", "01", synthetic=True,
        table=decompose(states(earlier, later), names), withheld=tuple(names[code] for code in codes[:7]),
    )  # fmt: skip
    gaps = later.gaps().reset_index()
    gaps["name"] = gaps["municipality_code"].map(names)
    gaps["location_unknown"] = gaps["representative_point"] = True
    groups = ("asylum_seeker", "temporary_protection", "permit_awaiting_settlement", "all")
    served = pd.concat([later.served().assign(target_group=group) for group in groups])
    return facts(
        gaps=gaps,
        served=served,
        corridors=pd.DataFrame([corridor(codes[0], codes[1], (1000, 2000, 3000, 4000), "possible")]),
        need=(21000, 620000),
        settings=Settings(),
        names=names,
        change=change,
        made_from="Källa: Migrationsverket · counts updated 2026-10-01 · geomatch 0.2.0, run 0123456789ab",
    )


def test_no_line_is_longer_than_e_mail_shows() -> None:
    for language in ("sv", "en"):
        with using_language(language):
            text = brief_text(make_brief(crowded()))
        assert max(map(len, text.splitlines())) <= WIDTH == 78


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_prints_on_one_page(browser: Any, tmp_path: Path, language: str) -> None:
    for number, made in enumerate((facts(), crowded())):
        with using_language(language):
            page_text = brief_html(make_brief(made))
        file = tmp_path / f"{number}.html"
        file.write_text(page_text, encoding="utf-8")
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(file.as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        page.close()
        assert printed.count(b"/Type /Page\n") == 1
        # A4 in points.
        assert (
            b"/MediaBox [0 0 595.91998 842.88" in printed or b"/MediaBox [0 0 594.95996 841.91998]" in printed
        )
        assert asked == [file.as_uri()]


def test_a_name_cannot_break_the_page() -> None:
    text = brief_html(make_brief(facts(county_name="<script>alert(1)</script>")))
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_command_writes_both_files(
    demo_workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "utskick"
    arguments = ["--lang", "en", "brief", "2023-01", "--out", str(out), "-w", str(demo_workspace)]
    assert cli.main(arguments) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed == [str(out / f"brief-2023-01-25-internt.{suffix}") for suffix in ("txt", "html")]
    text = Path(printed[0]).read_text(encoding="utf-8")
    assert text.startswith(
        "INTERNT – får inte spridas\nSYNTETISKA UPPGIFTER\n\nLägesblad: Norrbottens län, januari 2023\n"
    )
    assert "Månaden före är inte beräknad i arbetsytan" in text
    before = text
    assert cli.main([*arguments, "--page-language", "en"]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "brief-2023-01-25-internal.html",
        "brief-2023-01-25-internal.txt",
        "brief-2023-01-25-internt.html",
        "brief-2023-01-25-internt.txt",
    ]
    shutil.rmtree(out)
    assert cli.main(arguments) == 0
    assert Path(printed[0]).read_text(encoding="utf-8") == before
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2023-13"], "found “2023-13”; expected a month, YYYY-MM. Write for example 2023-02."),
        (["2022-12"], "2022-12 is not computed yet. Compute it: geomatch run 2022-12"),
        (
            ["2023-01", "--county", "24"],
            "2023-01 is not computed for county 24; expected one of 25. Compute it for that county: geomatch run 2023-01 --county 24",
        ),
    ],
)
def test_what_the_command_refuses(
    demo_workspace: Path,
    tmp_path: Path,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "ut"
    given = ["--lang", "en", "brief", *arguments, "--out", str(out), "-w", str(demo_workspace)]
    assert cli.main(given) == 2
    assert capsys.readouterr().err.splitlines() == [message]
    assert not out.exists()


def test_a_share_is_uncertain_only_where_no_count_of_case_status_tells() -> None:
    told = "Rätt till resan: hur många som får resa"
    assert told in brief_text(make_brief(facts(by_share=frozenset({"asylum_seeker"}))))
    assert told not in brief_text(make_brief(facts(by_share=frozenset())))
