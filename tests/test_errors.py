"""What is said about wrong input, word for word, in both languages."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.errors import CheckError, GeomatchError, InputError, Problem, RestrictedError
from geomatch.words import using_language

FULL = Problem(
    found="det står ”x”",
    expected="ett tal",
    remedy="Rätta talet",
    file="insatser.xlsx",
    sheet="Blad 1",
    row=3,
    column="Platser",
)


def test_a_problem_in_swedish() -> None:
    assert str(FULL) == (
        "insatser.xlsx, blad ”Blad 1”, rad 3, kolumn ”Platser”: det står ”x”; väntat: ett tal. Rätta talet."
    )


def test_a_problem_in_english() -> None:
    problem = Problem("found “x”", "a number", "Correct it", "a.xlsx", "Sheet 1", 3, "Places")
    with using_language("en"):
        assert str(problem) == (
            "a.xlsx, sheet “Sheet 1”, row 3, column “Places”: found “x”; expected a number. Correct it."
        )


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("filen är tom"), "filen är tom."),
        (Problem("filen är tom", file="a.csv"), "a.csv: filen är tom."),
        (Problem("tomt", row=1), "rad 1: tomt."),
        # Row 0 is no row of any program, but it is not left out silently.
        (Problem("tomt", row=0), "rad 0: tomt."),
        (Problem("tomt", column="Namn"), "kolumn ”Namn”: tomt."),
        (Problem("tomt", file="a.zip", sheet="stops.txt"), "a.zip, blad ”stops.txt”: tomt."),
        (Problem("tomt", "ett namn"), "tomt; väntat: ett namn."),
        (Problem("tomt", remedy="Fyll i den"), "tomt. Fyll i den."),
        # A remedy that has its stop gets no second.
        (Problem("tomt", remedy="Fyll i den."), "tomt. Fyll i den."),
        # Braces in what the user wrote are not placeholders.
        (
            Problem("det står {x}", "{y}", file="{z}", sheet="{}"),
            "{z}, blad ”{}”: det står {x}; väntat: {y}.",
        ),
    ],
)
def test_what_is_not_known_is_not_said(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_a_problem_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        FULL.row = 4


def test_an_input_error_lists_every_problem_in_order() -> None:
    problems = [
        Problem("tomt", file="b", row=2),
        Problem("dubbelt", file="a"),
        Problem("tomt", file="b", row=1),
    ]
    error = InputError(problem for problem in problems)
    assert error.problems == problems
    assert str(error).splitlines() == ["b, rad 2: tomt.", "a: dubbelt.", "b, rad 1: tomt."]


@given(st.lists(st.builds(Problem, st.text("abc", min_size=1), file=st.text("xyz")), max_size=8))
def test_one_line_for_each_problem(problems: list[Problem]) -> None:
    assert str(InputError(problems)).splitlines() == [str(problem) for problem in problems]


def test_an_input_error_of_one_problem_or_one_text() -> None:
    assert InputError(FULL).problems == [FULL]
    assert str(InputError(FULL)) == str(FULL)
    assert InputError("filen är tom").problems == [Problem("filen är tom")]
    assert str(InputError("filen är tom")) == "filen är tom."


def test_an_input_error_speaks_the_language_it_was_raised_in() -> None:
    with using_language("en"):
        error = InputError(Problem("empty", row=1))
    assert str(error) == "row 1: empty."


def test_an_input_error_survives_a_process_border() -> None:
    error = InputError([FULL, Problem("tomt")])
    for twin in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert str(twin) == str(error)
        assert twin.problems == error.problems


@pytest.mark.parametrize(
    ("kind", "code", "builtin"),
    [
        (GeomatchError, 1, Exception),
        (InputError, 2, ValueError),
        (CheckError, 3, Exception),
        # Asking for restricted input is a bug of ours, not of the user's.
        (RestrictedError, 1, PermissionError),
    ],
)
def test_exit_codes_and_kinds(kind: type[GeomatchError], code: int, builtin: type[Exception]) -> None:
    assert kind.exit_code == code
    assert issubclass(kind, GeomatchError)
    assert issubclass(kind, builtin)
