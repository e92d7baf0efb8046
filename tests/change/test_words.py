"""The changes in words: what is sure, what may be, and what cannot be seen."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.change.decompose import ORDER, Amounts, Mixture, decompose
from geomatch.change.months import Change, month_before
from geomatch.change.words import (
    amount_text,
    change_facts,
    change_lines,
    change_sentences,
    heading,
    signed,
    total_sentences,
    withheld_sentence,
)
from geomatch.words import using_language
from tests.change.mixed import states
from tests.worlds import World

NAMES = {"0180": "Ett", "0181": "Två", "0182": "Tre"}


def change(earlier: World, later: World, withheld: tuple[str, ...] = ()) -> Change:
    table = decompose(states(earlier, later), NAMES)
    return Change("2026-08", "2026-09", None, synthetic=True, table=table, withheld=withheld)


def one(persons: int, places: int, high: int | None = None) -> World:
    return World().live("0180/a", persons, high).offer("S", "0180", places).way("0180/a", "S")


@pytest.mark.parametrize(
    ("earlier", "later", "english"),
    [
        # 10 persons and 6 places; then 13 and 2.
        (
            one(10, 6),
            one(13, 2),
            (
                "Ett: the gap grew by 7, from 4 to 11. Those enrolled became 3 more, from 10 to 13. "
                "Places became 4 fewer, from 6 to 2. What moved the gap: people +3; activities +4."
            ),
        ),
        (
            one(13, 6),
            one(10, 6),
            (
                "Ett: the gap shrank by 3, from 7 to 4. Those enrolled became 3 fewer, from 13 to 10. "
                "What moved the gap: people −3."
            ),
        ),
        # More places than people: the gap stays 0.
        (
            one(10, 20),
            one(10, 30),
            "Ett: the gap is 0, as before. Those enrolled are 10, as before. Places became 10 more, from 20 to 30.",
        ),
        # 8-12 and 2 places, then 15-20: 6-10, then 13-18: surely 3-12 more.
        (
            one(8, 2, 12),
            one(15, 2, 20),
            (
                "Ett: the gap grew by 3–12, from 6–10 to 13–18. Those enrolled became 3–12 more, from 8–12 to 15–20. "
                "What moved the gap: people from +3 to +12."
            ),
        ),
        # Withheld in both months, and the only activity ends: 0-3 get none of 1-5, then 1-5.
        (
            one(1, 2, 5),
            World().live("0180/a", 1, 5),
            (
                "Ett: the gap may have grown, from 0–3 to 1–5. Those enrolled may have changed in number, from 1–5 to 1–5. "
                "Places became 2 fewer, from 2 to 0. What moved the gap, at low / high need: people from −3 to +3; "
                "activities +1 / +2."
            ),
        ),
        # 5, then a withheld 1-5.
        (
            one(5, 0),
            one(1, 0, 5),
            (
                "Ett: the gap may have shrunk, from 5 to 1–5. Those enrolled may have become fewer, from 5 to 1–5. "
                "What moved the gap: people from −4 to 0."
            ),
        ),
        (
            one(1, 0, 5),
            one(5, 0),
            (
                "Ett: the gap may have grown, from 1–5 to 5. Those enrolled may have become more, from 1–5 to 5. "
                "What moved the gap: people from 0 to +4."
            ),
        ),
        # The low end falls, the high end rises.
        (
            one(3, 0, 4),
            one(1, 0, 5),
            (
                "Ett: the gap may have changed, from 3–4 to 1–5. Those enrolled may have changed in number, from 3–4 to 1–5. "
                "What moved the gap: people from −3 to +2."
            ),
        ),
    ],
)
def test_one_municipality_in_words(earlier: World, later: World, english: str) -> None:
    with using_language("en"):
        assert change_sentences(change(earlier, later)) == [english]


def test_in_swedish_it_can_have() -> None:
    (text,) = change_sentences(change(one(5, 0), one(1, 0, 5)))
    assert text == (
        "Ett: gapet kan ha minskat, från 5 till 1–5. De inskrivna kan ha blivit färre, från 5 till 1–5. "
        "Det som flyttade gapet: människor från −4 till 0."
    )


def three(*persons: int) -> World:
    world = World()
    for code, number in zip(NAMES, persons, strict=True):
        world.live(f"{code}/a", number)
    return world


def test_the_largest_come_first_and_what_is_equal_goes_by_its_words() -> None:
    # +2, -5, +2: Två first; then Ett before Tre, which differ in nothing but their amounts and names.
    found = change_sentences(change(three(10, 10, 10), three(12, 5, 12)))
    assert [text.partition(":")[0] for text in found] == ["Två", "Ett", "Tre"]
    assert change_sentences(change(three(10, 10, 10), three(12, 5, 12)), 2) == found[:2]
    # The same of two others: the order of codes has no say where the words differ.
    found = change_sentences(change(three(20, 10, 10), three(22, 10, 12)))
    assert [text.partition(":")[0] for text in found] == ["Ett", "Tre"]


def test_ten_are_told_and_not_eleven() -> None:
    def world(more: int) -> World:
        made = World()
        for number in range(11):
            made.live(f"01{80 + number}/a", 10 + more * (number + 1))
        return made

    found = change_sentences(change(world(0), world(1)))
    assert len(found) == 10
    assert [text[:4] for text in found] == [f"01{number}" for number in range(90, 82, -1)] + ["Tre:", "Två:"]


def test_all_together_and_the_whole_text() -> None:
    with using_language("en"):
        made = change(three(10, 10, 10), three(12, 5, 12), withheld=("Ett", "Tre"))
        assert total_sentences(made) == [
            (
                "All municipalities together: the gap shrank by 1, from 30 to 29. Those enrolled became 1 fewer, from 30 "
                "to 29. What moved the gap: people −1."
            )
        ]
        assert withheld_sentence(made) == (
            "The number enrolled is withheld, or an interval, in both months in Ett and Tre: it may have changed "
            "without being seen, and no number is given."
        )
        lines = change_lines(made)
        assert lines == [
            "From August 2026 to September 2026.",
            *total_sentences(made),
            *change_sentences(made),
            withheld_sentence(made),
        ]
        facts = change_facts(made)
        assert facts["internal"] is facts["synthetic"] is True
        assert facts["order"] == ["people", "places", "timetable", "rules"]
        assert facts["words"] == change_sentences(made)
        assert facts["changes"][0]["municipality_code"] == "0180"
        assert facts["changes"][0]["measure"] == "need"


def test_nothing_changed() -> None:
    with using_language("en"):
        assert change_lines(change(three(1, 2, 3), three(1, 2, 3))) == [
            "From August 2026 to September 2026.",
            "Nothing has changed in need, places or gap.",
        ]


def told(*gaps: tuple[int, int], need: tuple[int, int] = (9, 9)) -> str:
    """The sentence of one municipality whose gap (thousandths) goes through these; need and places stay."""
    order = dict(zip(ORDER, gaps, strict=True))

    def state(mixture: Mixture) -> Amounts:
        rows = {"need": (need[0] * 1000, need[1] * 1000), "supply": (0, 0), "gap": order[mixture]}
        return {"0180": rows, "all": rows}

    made = Change("2026-08", "2026-09", None, synthetic=True, table=decompose(state, NAMES), withheld=())
    (text,) = change_sentences(made)
    return text.replace(" Those enrolled are 9, as before.", "")


@pytest.mark.parametrize(
    ("gaps", "english"),
    [
        # 4.4 to 7.6 is 3.2; shown 4 and 8, it is 4.
        (
            [(4400, 4400), *4 * [(7600, 7600)]],
            "Ett: the gap grew by 4, from 4 to 8. What moved the gap: people +4.",
        ),
        # 0.3 more, shown as nothing more.
        (
            [(4000, 4000), (4000, 4000), *3 * [(4300, 4300)]],
            "Ett: the gap grew by less than one, from 4 to 4. What moved the gap: activities less than one.",
        ),
        (
            [(300, 300), *4 * [(0, 0)]],
            "Ett: the gap shrank by less than one, from 0 to 0. What moved the gap: people less than one.",
        ),
        # 0.4 each: 1.2 in all is 1, and of equal remainders the first is rounded up. The rules did nothing.
        (
            [(0, 0), (400, 400), (800, 800), (1200, 1200), (1200, 1200)],
            "Ett: the gap grew by 1, from 0 to 1. What moved the gap: people +1.",
        ),
        # +2.7, −1.4, +0.6, −0.3: 1.6 is 2. Floors 2, −2, 0, −1 are −1; the remainders are 0.7, 0.6, 0.6 and 0.7, so that
        # people and rules get one more, and of the other two the larger step: 3, −1, 0 and 0.
        (
            [(0, 0), (2700, 2700), (1300, 1300), (1900, 1900), (1600, 1600)],
            "Ett: the gap grew by 2, from 0 to 2. What moved the gap: people +3; activities −1.",
        ),
        # 3-4, then 4.3-6.2, rounded outwards 4-7: surely more, by at most 4. At low need 1.3 is 1, at high 2.2 is 3.
        (
            [(3000, 4000), (3000, 4000), (3000, 4000), *2 * [(4300, 6200)]],
            "Ett: the gap grew by at most 4, from 3–4 to 4–7. What moved the gap, at low / high need: timetable +1 / +3.",
        ),
        (
            [(4300, 6200), (4300, 6200), (4300, 6200), *2 * [(3000, 4000)]],
            "Ett: the gap shrank by at most 4, from 4–7 to 3–4. What moved the gap, at low / high need: timetable −1 / −3.",
        ),
    ],
)
def test_fractions_of_persons_are_told_in_whole_persons(gaps: list[tuple[int, int]], english: str) -> None:
    with using_language("en"):
        assert told(*gaps) == english


def test_less_than_one_in_swedish() -> None:
    text = told((4000, 4000), *4 * [(4300, 4300)])
    assert text == (
        "Ett: gapet ökade med mindre än en, från 4 till 4. De inskrivna är 9, som förut. Det som flyttade gapet: "
        "människor mindre än en."
    )
    text = told((3000, 4000), *4 * [(4300, 6200)])
    assert text.startswith("Ett: gapet ökade med högst 4, från 3–4 till 4–7.")


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 9000)), min_size=5, max_size=5))
def test_steps_add_up_to_what_is_shown(gaps: list[tuple[int, int]]) -> None:
    """For exact amounts, whatever they are: whole steps, each less than a person off, are the change that is shown."""
    exact = [(low, low) for low, _high in gaps]
    with using_language("en"):
        rows = dict(zip(ORDER, exact, strict=True))
        table = decompose(
            lambda mixture: {"all": {"need": (0, 0), "supply": (0, 0), "gap": rows[mixture]}}, {}
        )
        text = total_sentences(Change("2026-08", "2026-09", None, synthetic=True, table=table, withheld=()))
    first, last = ((gap[0] + 500) // 1000 for gap in (exact[0], exact[-1]))
    if not text:
        assert exact[0] == exact[-1]
        return
    steps = [int(one.replace("−", "-")) for one in re.findall(r"[a-z] ([+−]\d+)", text[0])]
    assert sum(steps) == last - first
    assert f"from {first} to {last}." in text[0] or f"the gap is {last}, as before" in text[0]


def test_small_things_of_words() -> None:
    with using_language("en"):
        assert heading(change(three(1, 1, 1), three(1, 1, 1))) == "From August 2026 to September 2026"
        assert [amount_text(*ends) for ends in ((4302, 6756), (4302, 4302), (28, 28), (0, 0), (-20, 30))] == [
            "4–7",
            "4",
            "less than one",
            "0",
            "−1–1",
        ]
        assert amount_text(500, 500) == "1"
        assert [signed(milli) for milli in (1500, -1500, 400, 0, -2000)] == ["+2", "−2", "0", "0", "−2"]
    assert [month_before(month) for month in ("2023-03", "2023-01")] == ["2023-02", "2022-12"]
