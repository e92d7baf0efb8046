"""The register of decisions: what each kind of row opens, and each way rows can contradict each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.sources.corridor_register import decisions_of, read_corridor_register
from tests.decisions.small import decided, register

APPROVED = "Luleå;Boden;2023-01-01;2023-12-31;A 1;godkänd;2022-12-12;Enheten;12"


def opened(path: Path) -> list[list[str]]:
    return [row[2:] for row in read_corridor_register(path).table.to_numpy().tolist()]


def test_every_column_is_kept_as_it_was_decided(tmp_path: Path) -> None:
    path = register(
        tmp_path / "a.csv",
        APPROVED,
        "Luleå;Boden;2023-06-01;;A 2;Upphörd;2023-05-20;Enheten;",
        "Boden;Luleå;2023-01-01;2023-06-30;A 3;avslagen;;;",
        "Kalix;Luleå;2023-01-01;;;;;;",
    )
    read = read_corridor_register(path)
    assert decisions_of(read) == [
        decided(
            "approved", "2023-01-01", "2023-12-31", "2022-12-12", reference="A 1", by="Enheten", months=12
        ),
        decided("ended", "2023-06-01", "", "2023-05-20", row=3, reference="A 2", by="Enheten"),
        decided("refused", "2023-01-01", "2023-06-30", pair=("2582", "2580"), row=4, reference="A 3"),
        decided("approved", "2023-01-01", pair=("2514", "2580"), row=5),
    ]
    # The refused pair opens nothing; the ended one is open until the day before.
    assert read.table.to_numpy().tolist() == [
        ["2514", "2580", "2023-01-01", "", ""],
        ["2580", "2582", "2023-01-01", "2023-05-31", "A 1"],
    ]
    assert read.rows == (5, 2)
    assert read.notes == {"ended_rows": 1, "open_ended": 1, "refused_rows": 1, "without_reference": 1}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Ended on a day before it was decided: it stays open until it was decided.
        (
            ["Luleå;Boden;2023-03-01;;B;upphörd;2023-05-10;;"],
            [["2023-01-01", "2023-05-09", "A 1"]],
        ),
        # A new period may begin on the day of the end.
        (
            [
                "Luleå;Boden;2023-06-01;;B;upphörd;2023-05-10;;",
                "Luleå;Boden;2023-06-01;2024-05-31;C;godkänd;2023-05-10;;",
            ],
            [["2023-01-01", "2023-05-31", "A 1"], ["2023-06-01", "2024-05-31", "C"]],
        ),
        # A shorter period, corrected on 10 February: what was open stays, and the last day is the new one.
        (
            ["Luleå;Boden;2023-01-01;2023-03-31;A 1b;rättelse;2023-02-10;;"],
            [["2023-01-01", "2023-02-09", "A 1"], ["2023-02-10", "2023-03-31", "A 1b"]],
        ),
        # Corrected to a last day that has passed: it closes on the day of the correction.
        (
            ["Luleå;Boden;2023-01-01;2023-01-31;A 1b;rättelse;2023-02-10;;"],
            [["2023-01-01", "2023-02-09", "A 1"]],
        ),
        # Corrected before it began: only the correction counts.
        (
            ["Luleå;Boden;2023-01-01;2023-06-30;A 1b;rättelse;2022-12-20;;"],
            [["2023-01-01", "2023-06-30", "A 1b"]],
        ),
        # Refused in December, approved for the same days on another day: no contradiction.
        (["Luleå;Boden;2023-01-01;;R;avslagen;2022-12-01;;"], [["2023-01-01", "2023-12-31", "A 1"]]),
    ],
)
def test_what_comes_later_never_reaches_back(
    tmp_path: Path, rows: list[str], expected: list[list[str]]
) -> None:
    assert opened(register(tmp_path / "a.csv", APPROVED, *rows)) == expected


def test_an_approval_counts_from_the_day_it_was_made(tmp_path: Path) -> None:
    late = register(tmp_path / "a.csv", "Luleå;Boden;2023-01-01;;;;2023-02-15;;")
    assert opened(late) == [["2023-02-15", "", ""]]
    assert read_corridor_register(late).notes["decided_late"] == 1


BAD: tuple[tuple[str, list[str], list[str]], ...] = (
    (
        "a row with several mistakes",
        ["Lule;Boden;2023-01-01;2022-12-31;;godkend;2023-02-30;;ett år"],
        [
            "rad 2, kolumn ”Från”: ”Lule” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",
            "rad 2, kolumn ”Beslut”: ordet ”godkend” är okänt här; väntat: godkänd, avslagen, upphörd, rättelse.",
            "rad 2, kolumn ”Beslutsdatum”: ”2023-02-30” är inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD.",
            "rad 2, kolumn ”Överenskommelse (månader)”: ”ett år” är inte ett heltal; väntat: ett heltal från 0, bara siffror.",
            "rad 2, kolumn ”Gäller till”: sista dagen 2022-12-31 är före första dagen 2023-01-01.",
        ],
    ),
    (
        "an end of nothing",
        ["Boden;Luleå;2023-06-01;;;upphörd;;;"],
        [
            (
                "rad 2, kolumn ”Gäller från”: det finns ingen godkänd period för de två kommunerna att avsluta den "
                "dagen. Skriv en dag efter den godkända periodens första och inte efter dess sista dag."
            )
        ],
    ),
    # The first day and the day after the last are too early and too late.
    (
        "an end on the first day, or after the last",
        [APPROVED, "Luleå;Boden;2023-01-01;;;upphörd;;;", "Luleå;Boden;2024-01-01;;;upphörd;;;"],
        [
            f"rad {row}, kolumn ”Gäller från”: det finns ingen godkänd period för de två kommunerna att avsluta "
            "den dagen. Skriv en dag efter den godkända periodens första och inte efter dess sista dag."
            for row in (3, 4)
        ],
    ),
    (
        "a period ended twice",
        [APPROVED, "Luleå;Boden;2023-06-01;;;upphörd;;;", "Luleå;Boden;2023-06-01;;;upphörd;;;"],
        ["rad 4, kolumn ”Gäller från”: rad 3 har redan avslutat den perioden. Behåll en av raderna."],
    ),
    # An end of a row that could not be read is no problem of its own.
    (
        "an end of a row that is wrong itself",
        ["Luleå;Boden;2023-13-01;;;;;;", "Luleå;Boden;2023-06-01;;;upphörd;;;"],
        ["rad 2, kolumn ”Gäller från”: ”2023-13-01” är inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD."],
    ),
    (
        "an end with a last day",
        [APPROVED, "Luleå;Boden;2023-06-01;2023-12-31;;upphörd;;;"],
        [
            (
                "rad 3, kolumn ”Gäller till”: en rad som avslutar en korridor har ingen egen sista dag. Skriv första "
                "dagen utan korridoren som radens första dag och lämna sista dagen tom."
            )
        ],
    ),
    (
        "approved and refused on one day",
        [APPROVED, "Luleå;Boden;2023-03-01;2023-05-31;;avslagen;2022-12-12;;"],
        [
            (
                "rad 3, kolumn ”Beslut”: avslagen samma dag som rad 2 godkänner samma två kommuner för samma dagar. "
                "Behåll det beslut som fattades, eller skriv dagen för vart och ett."
            )
        ],
    ),
    (
        "a refusal twice",
        ["Luleå;Boden;2023-03-01;;;avslagen;;;", "Luleå;Boden;2023-03-01;;;avslag;;;"],
        ["rad 3, kolumn ”Gäller från”: avslaget står också på rad 2. Behåll en av raderna."],
    ),
    (
        "a correction without a day",
        [APPROVED, "Luleå;Boden;2023-01-01;;;rättelse;;;"],
        [
            (
                "rad 3, kolumn ”Beslutsdatum”: en rättelse säger inte när den beslutades; väntat: ett datum som "
                "ÅÅÅÅ-MM-DD. Skriv rättelsens dag: den gäller från då."
            )
        ],
    ),
    (
        "corrections that correct nothing, are too early or stand twice",
        [
            APPROVED,
            "Luleå;Boden;2023-01-02;;;rättelse;2023-02-01;;",
            "Luleå;Boden;2023-01-01;;;rättelse;2022-12-11;;",
            "Luleå;Boden;2023-01-01;;;rättelse;2023-02-01;;",
            "Luleå;Boden;2023-01-01;2023-06-30;;rättelse;2023-02-01;;",
        ],
        [
            (
                "rad 3, kolumn ”Gäller från”: ingen godkänd rad för de två kommunerna börjar den dagen. Skriv första "
                "dagen i den rad som rättas."
            ),
            (
                "rad 4, kolumn ”Beslutsdatum”: rättelsen är från innan rad 2, som den rättar, beslutades. Rätta "
                "beslutsdagen."
            ),
            "rad 6, kolumn ”Beslutsdatum”: rad 5 är en rättelse av samma rad samma dag. Behåll en av raderna.",
        ],
    ),
    # A correction that makes a period longer must not reach the next one.
    (
        "a correction that reaches the next period",
        [
            "Luleå;Boden;2023-01-01;2023-06-30;;;;;",
            "Luleå;Boden;2023-07-01;;;;;;",
            "Luleå;Boden;2023-01-01;2023-08-31;;rättelse;2023-02-01;;",
        ],
        [
            (
                "rad 3, kolumn ”Gäller från”: perioden överlappar den på rad 2 för samma två kommuner. Låt den ena "
                "perioden sluta dagen innan nästa börjar."
            )
        ],
    ),
)


@pytest.mark.parametrize(("rows", "messages"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
def test_rows_that_do_not_go_together(tmp_path: Path, rows: list[str], messages: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_corridor_register(register(tmp_path / "korridorer.csv", *rows))
    assert [str(problem) for problem in caught.value.problems] == [
        f"korridorer.csv, {text}" for text in messages
    ]


def test_an_old_file_reads_as_before(tmp_path: Path) -> None:
    old = "Från;Till;Gäller från;Gäller till;Referens"
    path = register(
        tmp_path / "a.csv", "Luleå;Boden;2023-01-01;2023-06-30;A 1", "Boden;Luleå;2023-01-01;;", header=old
    )
    read = read_corridor_register(path)
    assert read.table.to_numpy().tolist() == [
        ["2580", "2582", "2023-01-01", "2023-06-30", "A 1"],
        ["2582", "2580", "2023-01-01", "", ""],
    ]
    assert read.notes == {"open_ended": 1, "without_reference": 1}
    assert set(read.decisions["decision"]) == {"approved"}
    assert set(read.decisions["decided_on"]) == {""}
