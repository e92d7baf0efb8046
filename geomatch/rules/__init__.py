"""Who may travel when: dated sets of rules, and what they say of a person and a journey (DOMAIN, METHOD 7)."""

from geomatch.rules.answer import Answer, Finding, Person, answer
from geomatch.rules.bars import Bars, bars_of, bars_on, journeys_barred
from geomatch.rules.book import FOLDER, make_book, read_book, shipped_book
from geomatch.rules.read import read_set, shipped_sets, shipped_text
from geomatch.rules.tree import LeftOut, Rule, RuleBook, RuleSet, Text

__all__ = [
    "FOLDER",
    "Answer",
    "Bars",
    "Finding",
    "LeftOut",
    "Person",
    "Rule",
    "RuleBook",
    "RuleSet",
    "Text",
    "answer",
    "bars_of",
    "bars_on",
    "journeys_barred",
    "make_book",
    "read_book",
    "read_set",
    "shipped_book",
    "shipped_sets",
    "shipped_text",
]
