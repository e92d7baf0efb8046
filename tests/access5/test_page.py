"""What the county's page says of equity and of similar municipalities."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from geomatch.publish.facts import shown_municipalities
from geomatch.publish.sentences import county_sentences, municipality_sentences
from geomatch.tables import EQUITY, SIMILAR, conform
from tests.publish.fixture_month import MONTH, county_facts

NAN = math.nan


def equity(**need: int) -> pd.DataFrame:
    scores = {"women": (0.25, 0.5), "men": (0.75, 0.75), "not_known": (NAN, NAN), "all": (0.5, 0.61)}
    rows = []
    for sex, (low, high) in scores.items():
        values = {
            "access_index_low": low, "access_index_high": high, "gini_low": 0.125, "gini_high": 0.3,
            "reached_share_low": 0.601, "reached_share_high": 0.7,
        }  # fmt: skip
        # With hidden activities all is as good as can be; the page must not tell.
        inside = dict.fromkeys(values, 1.0)
        visible = {f"visible_{name}": value for name, value in values.items()}
        people = dict.fromkeys(("need_low_milli", "need_high_milli"), need.get(sex, 0))
        rows.append({"month": MONTH, "county_code": "99", "sex": sex, **people, **inside, **visible})
    return conform(pd.DataFrame(rows), EQUITY)


def plain(sentences: list[str]) -> list[str]:
    """With ordinary blanks."""
    return [sentence.replace("\u00a0", " ") for sentence in sentences]


def last_sentences(table: pd.DataFrame | None) -> list[str]:
    facts = county_facts(equity=table)
    before = county_sentences(county_facts(), shown_municipalities(facts), 0)
    after = county_sentences(facts, shown_municipalities(facts), 0)
    assert after[: len(before)] == before
    return plain(after[len(before) :])


def test_equity_in_words():
    assert last_sentences(equity(women=20_000, men=20_000)) == [
        (
            "60–70 % av behovet har någon plats inom räckhåll, bland de insatser som får visas. Tillgänglighetsindex, "
            "platser inom räckhåll per person som delar på dem, är 0,61 / 0,5 (vid lågt och vid högt behov). "
            "Ginikoefficienten, hur ojämnt det är fördelat, är 0,13 / 0,3 (0 är lika för alla, nära 1 är allt åt några "
            "få)."
        ),
        "För kvinnor är indexet 0,5 / 0,25, för män 0,75.",
    ]


def test_women_and_men_not_known():
    assert last_sentences(equity(not_known=1))[1:] == [
        "För kvinnor och män var för sig är det inte känt: siffrorna skiljer dem inte åt."
    ]
    assert last_sentences(equity(women=1, men=1, not_known=1))[2:] == [
        "Av några är det inte känt om de är kvinnor eller män; de är inte med bland någondera."
    ]


@pytest.mark.parametrize("table", [None, equity().iloc[:0]])
def test_without_the_table_nothing_is_said(table):
    assert last_sentences(table) == []


def similar(*rows: tuple[str, float, float, str]) -> pd.DataFrame:
    table = [
        {
            "month": MONTH, "county_code": "99", "municipality_code": "9901", "rank": rank, "similar_code": code,
            "distance": float(rank), "differs_in": feature, "differs_own": 1.0, "differs_similar": 2.0,
            "features_known": 12, "served_share_low": low, "served_share_high": high,
        }
        for rank, (code, low, high, feature) in enumerate(rows, start=1)
    ]  # fmt: skip
    return conform(pd.DataFrame(table), SIMILAR)


def test_similar_municipalities_in_words():
    facts = county_facts(
        similar=similar(("9902", 0.4, 0.625, "travel_min"), ("9903", NAN, NAN, ""), ("9999", 1, 1, ""))
    )
    names = facts.names()
    (shown,) = [one for one in shown_municipalities(facts) if one.code == "9901"]
    assert plain(municipality_sentences(shown))[-1] == (
        f"Liknar mest, i behov, bebyggelse och kollektivtrafik: {names['9902']} (där 40–63 % av behovet får "
        f"plats), {names['9903']} (ingen inskriven) och 9999 (100 %). "
        f"Från {names['9902']} skiljer den sig mest i hur långa resorna är."
    )
    (other,) = [one for one in shown_municipalities(facts) if one.code == "9902"]
    assert "Liknar" not in " ".join(municipality_sentences(other))


def test_equal_in_all_that_is_known():
    facts = county_facts(similar=similar(("9902", 0.5, 0.5, "")))
    (shown,) = [one for one in shown_municipalities(facts) if one.code == "9901"]
    assert plain(municipality_sentences(shown))[-1].endswith("(där 50 % av behovet får plats).")


def test_every_feature_has_words():
    from geomatch.access.similar import FEATURES  # noqa: PLC0415  # slow to import
    from geomatch.publish.sentences import _feature_text  # noqa: PLC0415  # slow to import

    texts = [_feature_text(name) for names in FEATURES.values() for name in names]
    assert len(set(texts)) == 12
