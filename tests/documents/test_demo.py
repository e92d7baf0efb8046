"""The demo's documents against its tables, its register and its timetable."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import shutil
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geomatch.access import allocate_month
from geomatch.documents.corridor_list import corridor_list, gains, persons
from geomatch.documents.corridor_sheets import corridor_sheets
from geomatch.documents.facts import DocumentFacts, month_facts, places_left, shown_addresses
from geomatch.documents.layout import Drawing, Facts, Paragraphs, Table, all_texts
from geomatch.documents.legs import told_return
from geomatch.documents.overview import nearest_elsewhere, overview
from geomatch.documents.reception import reception_list
from geomatch.documents.rules_text import entitled, rules
from geomatch.documents.write import documents_of, files_of, write_documents
from geomatch.errors import InputError
from geomatch.month import compute_month, facts_of, run_month
from geomatch.publish.corridors import corridor_records
from geomatch.publish.facts import shown_municipalities
from geomatch.publish.pairs import corridor_reasons
from geomatch.publish.site import publish_month
from geomatch.restricted import Restricted
from geomatch.words import using_language
from geomatch.workspace import Workspace
from tests.decisions.small import decided
from tests.documents.conftest import COUNTY, MONTH, unpacked

NAMES = ["insatsoversikt", "korridorer", "korridorblad", "insatser-mottagning"]
# Series of the demo's one hidden activity, as its register has it.
HIDDEN_ID, HIDDEN_NAME = "SYN-019", "Trygg mötesplats"


def table_of(document: object, section: str) -> Table:
    (found,) = [one for one in document.sections if one.title == section]
    return next(part for part in found.parts if isinstance(part, Table))


# ---------------------------------------------------------------------------------------------------- what is there


def test_every_document_is_a_page_and_a_workbook(folder: Path) -> None:
    ending = f"{MONTH}-{COUNTY}"
    expected = {f"SYNTETISK-{name}-{ending}.{kind}" for name in NAMES for kind in ("html", "xlsx")}
    assert {path.name for path in folder.iterdir()} == {*expected, "index.html"}
    assert folder.parts[-3:] == ("internal", MONTH, f"{COUNTY}-documents")


def test_synthetic_and_internal_are_said_in_each(folder: Path) -> None:
    for path in folder.glob("SYNTETISK-*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<title>SYNTETISKA UPPGIFTER: " in text
        assert '<span class="mark">SYNTETISKA UPPGIFTER</span>' in text
        mark = "För mottagningar" if "mottagning" in path.name else "Internt arbetsmaterial"
        assert f'<span class="mark">{mark}</span>' in text
    for path in folder.glob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        assert book.properties.title.startswith("SYNTETISKA UPPGIFTER: ")
        for sheet in book.worksheets:
            assert sheet["A1"].value.startswith("SYNTETISKA UPPGIFTER: ")
            assert "SYNTETISKA UPPGIFTER" in sheet["A2"].value
            assert "SYNTETISKA UPPGIFTER" in sheet.oddHeader.left.text


def test_a_month_of_real_files_is_not_marked_and_names_its_source(facts: DocumentFacts) -> None:
    genuine = replace(facts, county=replace(facts.county, synthetic=False))
    texts = [text for document in documents_of(genuine) for text in all_texts(document)]
    # What the made-up register calls itself stays; the documents add nothing to it.
    assert [text for text in texts if "SYNTETISKA UPPGIFTER" in text] == []
    assert overview(genuine).name == "insatsoversikt-2023-02-25"


def test_the_same_month_gives_the_same_bytes(workspace: Workspace, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (page,) = write_documents(workspace, MONTH, None, "sv")
    assert {path.name: path.read_bytes() for path in page.parent.iterdir()} == before


def test_english(facts: DocumentFacts) -> None:
    with using_language("en"):
        files = files_of(facts)
    assert sorted(name for name in files if name.endswith("xlsx")) == [
        "SYNTHETIC-activities-for-reception-2023-02-25.xlsx",
        "SYNTHETIC-corridor-sheets-2023-02-25.xlsx",
        "SYNTHETIC-corridors-2023-02-25.xlsx",
        "SYNTHETIC-overview-of-activities-2023-02-25.xlsx",
    ]
    text = files["SYNTHETIC-overview-of-activities-2023-02-25.html"].decode()
    assert '<html lang="en">' in text
    assert "Overview of activities: Norrbottens län, February 2023" in text


# ---------------------------------------------------------------------------------------------------- the overview


def test_an_activity_of_the_overview(facts: DocumentFacts) -> None:
    rows = {row[0]: row for row in table_of(overview(facts), "Luleå").rows}
    row = rows["Svenska från första dagen"]
    assert row[:3] == ("Svenska från första dagen", "Studieförbundet Exempel Norr", "Svenska")
    # The demo's register: an exact place, at an address made up as `Exempelgatan <number>`.
    assert row[3].startswith("Exempelgatan ")
    assert row[4:10] == (
        "mån, tis, tors 09:30–12:00",
        dt.date(2023, 1, 9),
        dt.date(2023, 6, 16),
        "alla",
        "språkstöd",
        60,
    )
    # Its place may not be known: no address, and times in tens.
    hidden_place = rows["Vardagssvenska Hertsön"]
    assert hidden_place[3] == "i kommunen; fråga anordnaren om platsen"
    assert hidden_place[13].value % 10 == 0
    # At a distance: nowhere to travel, and no places left to tell of.
    assert rows["Svenska på distans"][3:5] == ("digitalt", "tis, tors 17:00–18:30")
    assert rows["Svenska på distans"][10:] == (None,) * 5


def test_the_nearest_municipality_is_that_of_the_table(facts: DocumentFacts) -> None:
    found = nearest_elsewhere(facts)
    returns = facts.county.day_returns
    own = returns[returns["reachable"] & (returns["series_id"] == "SYN-002")]
    least = own[own["from_code"] != "2580"].groupby("from_code")["travel_min"].min()
    names = facts.county.names()
    expected = sorted((-int(-minutes // 1), names[code]) for code, minutes in least.items())
    assert [(time.value, name) for time, name in found["SYN-002"]] == expected
    assert names["2582"] in {name for _time, name in found["SYN-002"]}


def test_the_municipalities_agree_with_the_county_page(facts: DocumentFacts) -> None:
    (summary,) = [one for one in overview(facts).sections if one.key == "summary"]
    rows = {row[0]: row[1:] for row in summary.parts[0].rows}
    for m in shown_municipalities(facts.county):
        assert rows[m.name] == (*m.need, *m.gap, m.supply.activities, m.supply.places)
    assert len(rows) == 14


def test_every_activity_of_the_county_stands_once(facts: DocumentFacts) -> None:
    document = overview(facts)
    rows = [row for section in document.sections if not section.own_sheet for row in section.parts[0].rows]
    visible = facts.county.activities
    assert len(rows) == (visible["municipality_code"].str[:2] == COUNTY).sum()


def test_places_left_are_places_less_those_who_get_one(facts: DocumentFacts, workspace: Workspace) -> None:
    places = dict(zip(facts.county.activities["series_id"], facts.county.activities["places"], strict=True))
    for series, ends in facts.left.items():
        assert all(0 <= left <= places[series] * 1000 for left in ends)
    # The places taken are as many as those who get a place at one, in the allocation without the hidden activity.
    computed = compute_month(workspace, MONTH, COUNTY)
    visible = computed.supply.activities
    without = replace(
        computed.supply,
        activities=visible[visible["visibility"] != "hidden"].reset_index(drop=True),
    )
    returns = computed.day_returns[
        computed.day_returns["series_id"].isin(set(without.activities["series_id"]))
    ]
    again = allocate_month(
        computed.points, without.activities, returns.reset_index(drop=True), computed.inputs.corridors,
        computed.inputs.settings, MONTH,
    )  # fmt: skip
    for place, end in enumerate(("low", "high")):
        parts = again.scenarios[end].parts
        served = sum(parts["served_local"]) + sum(parts["served_by_corridor"])
        room = sum(places[series] * 1000 - ends[place] for series, ends in facts.left.items())
        assert room == pytest.approx(served, abs=len(facts.left))


def test_places_left_tell_nothing_of_hidden_activities(workspace: Workspace, facts: DocumentFacts) -> None:
    def without_hidden(inputs: object) -> object:
        series = inputs.series[inputs.series["visibility"] != "hidden"].reset_index(drop=True)
        return replace(
            inputs,
            series=series,
            sessions=inputs.sessions[inputs.sessions["series_id"].isin(series["series_id"])],
        )

    bare = compute_month(workspace, MONTH, COUNTY, changes=without_hidden)
    assert len(bare.supply.activities) < len(compute_month(workspace, MONTH, COUNTY).supply.activities)
    assert places_left(bare) == dict(facts.left)


# ------------------------------------------------------------------------------------------ the list of corridors


def test_the_list_is_that_of_the_county_page(facts: DocumentFacts) -> None:
    document = corridor_list(facts)
    records = corridor_records(facts.county)
    rows = [
        row
        for section in document.sections
        for part in section.parts
        if isinstance(part, Table)
        for row in part.rows
    ]
    assert len(rows) == len(records)
    names = facts.county.names()
    for row, record in zip(rows, records, strict=True):
        assert row[:2] == (names[record["from_code"]], names[record["to_code"]])
        assert row[2] == bool(record["size_ok"])
        assert row[12:14] == gains(record)
        assert row[17] == " ".join(corridor_reasons(record, facts.county.settings))
        assert row[19] is None
    titles = [section.title for section in document.sections]
    assert titles == [
        "Öppna under månaden",
        "Rekommenderade",
        "Möjliga",
        "Inte rekommenderade",
        "Utanför reglerna",
        "Beslut",
    ]


def test_one_corridor_by_its_numbers(facts: DocumentFacts) -> None:
    rows = {(row[0], row[1]): row for row in table_of(corridor_list(facts), "Rekommenderade").rows}
    table = facts.county.corridors.set_index(["from_code", "to_code"]).loc[("2582", "2580")]
    row = rows["Boden", "Luleå"]
    assert row[3] == persons(table["entitled_unserved_low_milli"])
    # 24.6 minutes by the table; shown rounded up.
    assert 24 < table["travel_best_min"] <= 25
    assert row[9] == 25
    assert (row[2], row[5], row[8]) == (True, True, True)


def test_the_list_says_what_the_register_of_decisions_says(facts: DocumentFacts) -> None:
    table = table_of(corridor_list(facts), "Öppna under månaden")
    assert table.columns[18].heading == "Enligt beslutsregistret"
    said = {row[:2]: row[18] for row in table.rows}
    # Corrected on 20 January to end on 15 April: 46 days after 28 February, fewer than 60.
    assert said["Haparanda", "Kalix"] == (
        "Godkänd 2023-01-01 – 2023-04-15, beslutad 2023-01-20 av SYNTETISK handläggare, SYNTETISK överenskommelse 3, "
        "överenskommelser på högst 4 månader. Behöver förnyas: godkänd till och med 2023-04-15 (46 dagar kvar). Januari "
        "2023: sökt 4\u00a0300 kr, beviljat 4\u00a0300 kr, utbetalt 4\u00a0180 kr, för 1–5 personer, 76 resor; 836–4\u00a0180 kr "
        "utbetalt per person; februari 2023: sökt 5\u00a0200 kr, beviljat 5\u00a0200 kr, utbetalt 5\u00a0040 kr, för 7 personer, "
        "92 resor; 720 kr utbetalt per person."
    )
    # It runs out in December, so that nothing is to be renewed; what was paid in February is withheld.
    assert said["Kalix", "Luleå"].endswith(
        "februari 2023: sökt 8\u00a0400 kr, beviljat 6\u00a0300 kr, utbetalt inte angivet, för 1–5 personer, 62 resor."
    )
    assert "förnyas" not in said["Kalix", "Luleå"]
    possible = {row[:2]: row[18] for row in table_of(corridor_list(facts), "Möjliga").rows}
    assert possible["Jokkmokk", "Gällivare"].startswith(
        "Upphörd från 2022-12-15 (var godkänd från 2022-09-01)"
    )
    outside = {row[:2]: row[18] for row in table_of(corridor_list(facts), "Utanför reglerna").rows}
    assert outside["Piteå", "Skellefteå"].startswith("Avslagen, sökt för 2023-01-01 – 2023-12-31")
    assert {row[18] for row in table_of(corridor_list(facts), "Rekommenderade").rows} == {"Inget beslut."}


def test_a_sheet_says_what_was_decided_and_paid(facts: DocumentFacts) -> None:
    sheets = {section.title: section for section in corridor_sheets(facts).sections}
    rows = dict(next(part for part in sheets["Haparanda → Kalix"].parts if isinstance(part, Facts)).rows)
    assert rows["Enligt beslutsregistret"].startswith("Godkänd 2023-01-01 – 2023-04-15")
    assert rows["Att notera"] == "Behöver förnyas: godkänd till och med 2023-04-15 (46 dagar kvar)."
    assert rows["Reseersättning"].startswith("Januari 2023: sökt 4\u00a0300 kr")
    rows = dict(next(part for part in sheets["Boden → Luleå"].parts if isinstance(part, Facts)).rows)
    assert set(rows) == {"Bedömning", "För vem"}


def test_decisions_are_in_internal_documents_only(facts: DocumentFacts) -> None:
    for document in documents_of(facts):
        told = any("överenskommelse 3" in text for text in all_texts(document))
        assert told == (document.name.split("-")[1] in {"korridorer", "korridorblad"})


def test_without_a_register_nothing_is_said_of_decisions(facts: DocumentFacts) -> None:
    without = replace(facts, county=replace(facts.county, decided=None))
    document = corridor_list(without)
    assert "Det finns inget register över öppna kommunpar: inget räknas som öppet." in document.notes
    assert {row[18] for row in table_of(document, "Öppna under månaden").rows} == {"Inget beslut."}
    wrong = replace(without, undecided="två register säger emot varandra")
    assert (
        "Besluten om korridorer kan inte redovisas: två register säger emot varandra"
        in corridor_list(wrong).notes
    )


def test_a_decided_pair_without_a_journey_is_told(facts: DocumentFacts) -> None:
    table = facts.county.corridors
    gone = table[(table["from_code"] != "2510") | (table["to_code"] != "2523")]
    document = corridor_list(replace(facts, county=replace(facts.county, corridors=gone)))
    (section,) = [one for one in document.sections if one.key == "other"]
    assert [text.split(":")[0] for part in section.parts for text in part.texts] == ["Jokkmokk → Gällivare"]


def test_whom_it_is_for_in_persons_where_counts_tell(facts: DocumentFacts) -> None:
    points = facts.county.points
    own = points[points["municipality_code"] == "2582"]
    known = own[["point_id", "target_group", "sex"]].assign(counted=True)
    known[["entitled_ll_milli", "entitled_lh_milli", "entitled_hl_milli", "entitled_hh_milli"]] = 0
    known.iloc[0, known.columns.get_loc("entitled_ll_milli")] = 12_600
    known.iloc[0, known.columns.get_loc("entitled_hh_milli")] = 20_200
    assert entitled(replace(facts, entitled=known), "2582") == "alla inskrivna: 12–21 personer får resa"
    assert entitled(replace(facts, entitled=known), "2580") == "alla inskrivna: 35–60\u00a0% får resa"


@pytest.mark.parametrize(("milli", "shown"), [(0, 0.0), (99, 0.0), (100, 0.1), (5_999, 5.9), (6_000, 6.0)])
def test_persons_are_never_overstated(milli: int, shown: float) -> None:
    assert persons(milli) == shown


def test_types_in_the_list(folder: Path) -> None:
    sheet = openpyxl.load_workbook(folder / f"SYNTETISK-korridorer-{MONTH}-{COUNTY}.xlsx")["Kommunpar"]
    heads = [cell.value for cell in sheet[4]]
    assert heads[:4] == ["Bedömning", "Från", "Till", "räcker"]
    row = next(
        row for row in sheet.iter_rows(min_row=5) if (row[1].value, row[2].value) == ("Boden", "Luleå")
    )
    assert [cell.data_type for cell in row] == [
        "s",
        "s",
        "s",
        "s",
        "n",
        "n",
        "s",
        "n",
        "n",
        "s",
        *"nnnnnnnn",
        "s",
        "s",
        "n",
    ]
    assert row[10].value == 25
    assert row[20].value is None
    assert sheet.freeze_panes == "A5"
    assert sheet.print_title_rows == "$1:$4"
    assert sheet.print_area == f"'Kommunpar'!$A$1:$U${sheet.max_row}"


# ------------------------------------------------------------------------------------------------------ the sheets


def test_a_sheet_for_each_that_is_open_recommended_or_possible(facts: DocumentFacts) -> None:
    document = corridor_sheets(facts)
    kinds = {"open", "recommended", "possible"}
    wanted = [
        f"{row['from_code']}-{row['to_code']}"
        for row in corridor_records(facts.county)
        if row["status"] == "open" or row["verdict"] in kinds
    ]
    assert [section.key for section in document.sections[1:]] == wanted
    assert [row[:2] for row in document.sections[0].parts[0].rows] == [
        tuple(section.title.split(" → ")) for section in document.sections[1:]
    ]
    for section in document.sections[1:]:
        (drawing,) = [part for part in section.parts if isinstance(part, Drawing)]
        assert drawing.svg.count("<svg") == 1


def test_no_sheets_without_corridors(facts: DocumentFacts) -> None:
    county = facts.county
    none = replace(facts, county=replace(county, corridors=county.corridors.iloc[:0]))
    assert corridor_sheets(none) is None
    assert [document.name.split("-")[1] for document in documents_of(none)] == [
        "insatsoversikt",
        "korridorer",
        "insatser",
    ]
    empty = replace(none, county=replace(none.county, activities=county.activities.iloc[:0]))
    with pytest.raises(InputError, match="det finns inget att skriva om Norrbottens län, februari 2023"):
        documents_of(empty)


def test_the_legs_are_those_of_the_timetable(facts: DocumentFacts, workspace: Workspace) -> None:
    told = told_return(facts, "2582", "2580")
    table = facts.county.corridors.set_index(["from_code", "to_code"]).loc[("2582", "2580")]
    # As long as the shortest day return of the pair, on a weekday, each leg after the one before.
    assert sum(told.minutes) / 2 == pytest.approx(table["travel_best_min"], abs=1 / 60)
    assert told.day.weekday() < 5
    there = [step for step in told.steps if not step.home]
    back = [step for step in told.steps if step.home]
    for way, minutes in ((there, told.minutes[0]), (back, told.minutes[1])):
        assert all(one.arrives <= other.departs for one, other in pairwise(way))
        assert all(one.end == other.start for one, other in pairwise(way))
        assert (way[-1].arrives - way[0].departs).total_seconds() / 60 == pytest.approx(minutes)
    # Five minutes before the session at the latest, and no earlier than five after it.
    assert there[-1].arrives.strftime("%H:%M") <= f"{told.start}"
    assert back[0].departs.strftime("%H:%M") >= told.end
    assert (there[0].start, back[-1].end) == (f"hemmet, {told.locality}",) * 2
    assert there[-1].end == back[0].start == told.activity
    # Every ride stands in the feed: a trip calls at both stops at those times.
    (feed,) = (workspace.folder / "inputs").glob("*/SYNTETISK-tidtabell-norrbotten-2023.zip")
    with zipfile.ZipFile(feed) as archive:
        calls = pd.read_csv(archive.open("stop_times.txt"), dtype=str)
        stops = pd.read_csv(archive.open("stops.txt"), dtype=str).set_index("stop_id")["stop_name"]
    calls["name"] = calls["stop_id"].map(stops)
    for step in told.steps:
        if step.how.startswith("linje"):
            leaves = calls[
                (calls["name"] == step.start) & (calls["departure_time"] == f"{step.departs:%H:%M:%S}")
            ]
            comes = calls[(calls["name"] == step.end) & (calls["arrival_time"] == f"{step.arrives:%H:%M:%S}")]
            assert set(leaves["trip_id"]) & set(comes["trip_id"])


def test_a_journey_is_told_to_an_exact_place_only(facts: DocumentFacts) -> None:
    assert told_return(facts, "2582", "2580") is not None
    activities = facts.county.activities.assign(visibility="municipality")
    inexact = replace(facts, county=replace(facts.county, activities=activities))
    assert told_return(inexact, "2582", "2580") is None
    section = corridor_sheets(inexact).sections[1]
    said = [text for part in section.parts if isinstance(part, Paragraphs) for text in part.texts]
    assert any(text.startswith("Den återges inte:") for text in said)
    # The map then says no more than which municipalities they are.
    assert "hållplats" not in " ".join(
        text for text in all_texts(corridor_sheets(inexact)) if "<svg" not in text
    )


def test_whom_it_is_for_and_by_which_rules(facts: DocumentFacts) -> None:
    # The demo's own share of those who may travel, 0.35 to 0.6, for groups that are not told apart.
    assert entitled(facts, "2582") == "alla inskrivna: 35–60\u00a0% får resa"
    assert entitled(facts, "2482") == ""
    assert any("öppet grundärende" in text for text in rules(facts))


# ------------------------------------------------------------------------------------------- what must not be told


def test_hidden_activities_are_in_no_document(facts: DocumentFacts, folder: Path) -> None:
    for path in folder.iterdir():
        text = unpacked(path)
        assert HIDDEN_NAME not in text, path.name
        assert HIDDEN_ID not in text, path.name
    contact = "länsstyrelsen i Norrbottens län"
    for section in reception_list(facts).sections:
        (said,) = [part for part in section.parts if isinstance(part, Paragraphs)]
        assert contact in said.texts[-1]
    # The sentence is the same where there is a hidden activity (Boden) and where there is none.
    last = {section.parts[-1].texts[-1] for section in reception_list(facts).sections}
    assert len(last) == 1


def test_addresses_are_those_of_exact_places_and_contacts_are_nobodys(workspace: Workspace) -> None:
    computed = compute_month(workspace, MONTH, COUNTY)
    series = pd.DataFrame(computed.inputs.series.drop(columns="geometry"))
    canary = series.assign(
        address=[f"KANARIE-{v}-{number}" for number, v in enumerate(series["visibility"])],
        contact="KANARIE-kontakt",
    )
    shown = shown_addresses(Restricted(canary))
    assert {address.split("-")[1] for address in shown.values()} == {"exact"}
    exact = canary[(canary["visibility"] == "exact") & ~canary["digital"]]
    assert set(shown) == set(exact["series_id"])


def test_canaries_of_restricted_fields_are_in_no_file(demo_workspace: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_workspace, tmp_path / "w")
    workspace = Workspace(tmp_path / "w")
    (register,) = (workspace.folder / "inputs").glob("*/SYNTETISK-*nsatser*.xlsx")
    book = openpyxl.load_workbook(register)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if "Synlighet" in [cell.value for cell in row])
    column = {cell.value: cell.column for cell in head}
    planted = []
    for number in range(head[0].row + 1, sheet.max_row + 1):
        visibility = sheet.cell(number, column["Synlighet"]).value
        activity = sheet.cell(number, column["Insats-id"]).value
        if activity is None:
            continue
        sheet.cell(number, column["Kontakt"]).value = f"KANARIE kontakt {activity}"
        planted.append(f"KANARIE kontakt {activity}")
        if visibility != "exakt":
            sheet.cell(number, column["Adress"]).value = f"KANARIE adress {visibility}"
            planted.append(f"KANARIE adress {visibility}")
    book.save(tmp_path / register.name)
    with workspace.writing():
        workspace.add("activities", [tmp_path / register.name], lambda path: facts_of("activities", path))
        run_month(workspace, MONTH, COUNTY)
    (page,) = write_documents(workspace, MONTH, COUNTY)
    assert "KANARIE adress dold" in planted
    for path in page.parent.iterdir():
        assert "KANARIE" not in unpacked(path), path.name


def test_the_reception_list_counts_no_persons(facts: DocumentFacts, folder: Path) -> None:
    book = openpyxl.load_workbook(folder / f"SYNTETISK-insatser-mottagning-{MONTH}-{COUNTY}.xlsx")
    assert book.sheetnames[:3] == ["Arjeplog", "Arvidsjaur", "Boden"]
    numbers = [
        cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "n" and cell.value is not None
    ]
    assert numbers == []
    text = " ".join(all_texts(reception_list(facts)))
    assert "inskriv" not in text
    assert "personer" not in text


# ---------------------------------------------------------------------------------------------------- the reception


@pytest.mark.parametrize("why", ["rules", "ended"])
def test_nobody_is_sent_where_the_journey_is_not_paid(facts: DocumentFacts, why: str) -> None:
    """Älvsbyn-Luleå, open in the demo: excluded by the rules, or ended within the month."""
    county = facts.county
    if why == "rules":
        mine = (county.corridors["from_code"] == "2560") & (county.corridors["to_code"] == "2580")
        verdict = county.corridors["verdict"].where(~mine, "outside_policy")
        county = replace(county, corridors=county.corridors.assign(verdict=verdict))
    else:
        end = decided("ended", "2023-02-03", on="2023-01-20", pair=("2560", "2580"), row=99)
        rows = (*county.decided.decisions, end)
        county = replace(county, decided=replace(county.decided, decisions=rows))
    (section,) = [
        one for one in reception_list(replace(facts, county=county)).sections if one.title == "Älvsbyn"
    ]
    assert not any("Reseersättning kan sökas" in text for text in section.parts[-1].texts)
    assert not any(str(row[1]).startswith("Luleå") for row in section.parts[0].rows)


def test_the_reception_list_says_where_the_journey_is_paid(facts: DocumentFacts) -> None:
    (section,) = [one for one in reception_list(facts).sections if one.title == "Älvsbyn"]
    table, said = section.parts
    # Its own, those of Luleå, to which the pair is open, and the one at a distance.
    places = [row[1] for row in table.rows]
    assert places[0].startswith("Exempelgatan ")
    assert sum(place.startswith("Luleå: ") for place in places) == 11
    assert places[-1] == "digitalt"
    assert said.texts[0].startswith("Reseersättning kan sökas för insatser i Luleå.")
    row = next(row for row in table.rows if row[0].startswith("Kvinnors nätverk"))
    assert row[1] == "Luleå: i kommunen; fråga anordnaren om platsen"
    assert row[2:] == (
        "Onsdagar 10:00–12:00. Till och med 31 december 2023",
        "Bara kvinnor",
        True,
        False,
    )


def test_whom_to_ask_can_be_told(workspace: Workspace) -> None:
    (facts,) = month_facts(workspace, MONTH, COUNTY, "Mötesplats <Norr>, 0920-00 00 00")
    assert facts.elsewhere().endswith("Fråga Mötesplats <Norr>, 0920-00 00 00.")
    assert (
        "Mötesplats &lt;Norr&gt;, 0920-00 00 00"
        in files_of(facts)[f"SYNTETISK-insatser-mottagning-{MONTH}-{COUNTY}.html"].decode()
    )


# -------------------------------------------------------------------------------------------------- bad and hostile


@pytest.mark.parametrize(
    ("month", "county", "message"),
    [
        ("2023-2", "25", "det står ”2023-2”"),
        ("2023-02", "99", "det finns inget län med koden 99"),
        ("2022-11", "25", "2022-11 är inte beräknad"),
        ("2023-02", "24", "2023-02 är inte beräknad för län 24"),
    ],
)
def test_what_cannot_be_written_is_said(workspace: Workspace, month: str, county: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        write_documents(workspace, month, county)


def test_hostile_names_are_text(facts: DocumentFacts) -> None:
    evil = '=HYPERLINK("x")</td><script>alert(1)</script>\u202e\x07'
    activities = facts.county.activities.assign(name=evil, organiser=evil, primary_purpose=evil)
    corridors = facts.county.corridors.assign(reference=evil)
    county = replace(facts.county, activities=activities, corridors=corridors)
    for name, content in files_of(replace(facts, county=county)).items():
        if name.endswith(".html"):
            text = content.decode()
            assert "<script" not in text
            assert "\u202e" not in text
            assert "\x07" not in text
        else:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for part in archive.namelist():
                    # In a chart <f> is the range that it draws.
                    formulas = set(re.findall(rb"<f>(.*?)</f>", archive.read(part)))
                    assert all(
                        part.startswith("xl/charts/") and one.startswith(b"'Kartdata'!") for one in formulas
                    )


# ------------------------------------------------------------------------------------------------- whole or not at all


def test_documents_are_replaced_as_a_whole(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "gammal.html").write_text("x", encoding="utf-8")

    def broken(*_arguments: object) -> bytes:
        raise OSError(28, "full")

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(OSError, match="full"):
        write_documents(workspace, MONTH, COUNTY, "sv")
    monkeypatch.undo()
    # The old ones stand, and nothing lies beside them.
    assert {path.name for path in folder.iterdir()} == {*before, "gammal.html"}
    assert sorted(path.name for path in folder.parent.iterdir()) == ["25", "25-documents"]
    write_documents(workspace, MONTH, COUNTY, "sv")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_new_page_leaves_the_documents_and_links_them(workspace: Workspace, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (page,) = publish_month(workspace, MONTH)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert '<a href="../25-documents/index.html">Dokument att skriva ut</a>' in page.read_text(
        encoding="utf-8"
    )
    other = publish_month(workspace, "2023-01")[0].read_text(encoding="utf-8")
    assert "Dokument att skriva ut" not in other
    known = json.loads((page.parent / "provenance.json").read_text(encoding="utf-8"))
    listed = (folder / f"SYNTETISK-korridorer-{MONTH}-{COUNTY}.html").read_text(encoding="utf-8")
    assert known["fingerprint"][:12] in listed
