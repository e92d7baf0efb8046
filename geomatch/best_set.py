"""The best set of new corridors for a computed month, in numbers and in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geomatch.asked import computed_counties, county_problems, month_problems
from geomatch.corridors.best_set import BestSet, CorridorSet, best_set
from geomatch.errors import InputError, Problem
from geomatch.month import computed_again
from geomatch.numbers import decimal, month_text, persons_floor
from geomatch.plain import plain
from geomatch.publish.pairs import kind_text
from geomatch.sources.regions import municipalities
from geomatch.words import gettext as _
from geomatch.words import ngettext
from geomatch.workspace import Workspace

__all__ = ["MonthSet", "best_set_facts", "best_set_lines", "best_set_of_month"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class MonthSet:
    """The best set of a month.

    Attributes:
        month, county: YYYY-MM, and two digits or None for all.
        synthetic: Made from synthetic data.
        fare_sek: The fare of one trip that costs are reckoned by.
        found: The sets.
    """

    month: str
    county: str | None
    synthetic: bool
    fare_sek: float
    found: BestSet


def _check(month: str, county: str | None, number: int | None, budget_sek: float | None) -> None:
    problems = [*month_problems(month), *county_problems(county)]
    if number is None and budget_sek is None:
        problems.append(
            Problem(
                _("neither a number of pairs nor a budget"),
                remedy=_("Give --number 5, --budget-sek 20000, or both"),
            )
        )
    if number is not None and number < 1:
        problems.append(Problem(_("found --number {n}").format(n=number), _("a whole number from 1 on")))
    if budget_sek is not None and not 0 < budget_sek < float("inf"):
        problems.append(
            Problem(_("found --budget-sek {n}").format(n=budget_sek), _("kronor a month, above 0"))
        )
    if problems:
        raise InputError(problems)


def best_set_of_month(
    workspace: Workspace,
    month: str,
    *,
    county: str | None = None,
    number: int | None = None,
    budget_sek: float | None = None,
    need: str = "low",
    progress: Progress = lambda *_: None,
) -> MonthSet:
    """The corridors to open that serve most people in a computed month, beside taking the best one each time.

    The month is laid out again from the inputs and settings that it was computed from, also where the workspace has
    others by now.

    Args:
        workspace: Where the month is.
        month: YYYY-MM.
        county: Only corridors that begin there, two digits.
        number: How many at the most.
        budget_sek: Kronor a month at the most.
        need: The end of need at which the set is chosen, `low` or `high`.
        progress: Called with a step's name, and how much of it is done of how much.

    Raises:
        InputError: The month is not computed, or not for that county; nothing to keep to is given.
    """
    _check(month, county, number, budget_sek)
    manifest = workspace.manifest(month)
    computed_counties(manifest, county)
    computed = computed_again(workspace, month, progress)
    progress(_("Corridors"), 4, 6)
    found = best_set(
        computed.allocation,
        workspace.read_table(month, "corridors"),
        number=number,
        budget_sek=budget_sek,
        need=need,
        county=county or manifest["county"],
    )
    return MonthSet(
        month,
        county or manifest["county"],
        bool(manifest["synthetic"]),
        computed.inputs.settings.corridors.fare_sek,
        found,
    )


def _set_facts(one: CorridorSet) -> dict[str, Any]:
    return {
        "more_low_milli": one.more_milli[0],
        "more_high_milli": one.more_milli[1],
        "cost_low_sek": round(one.cost_sek[0], 2),
        "cost_high_sek": round(one.cost_sek[1], 2),
        "corridors": [
            {
                "from_code": c.from_code,
                "to_code": c.to_code,
                "verdict": c.verdict,
                "travel_best_min": c.travel_best_min,
                "gain_given_the_others_low_milli": c.gain_milli[0],
                "gain_given_the_others_high_milli": c.gain_milli[1],
                "gain_alone_low_milli": c.alone_milli[0],
                "gain_alone_high_milli": c.alone_milli[1],
            }
            for c in one.chosen
        ],
    }


def best_set_facts(result: MonthSet) -> dict[str, Any]:
    """Plain values, persons in thousandths."""
    found = result.found
    return {
        "month": result.month,
        "county": result.county,
        "synthetic": result.synthetic,
        "need": found.need,
        "number": found.number,
        "budget_sek": found.budget_sek,
        "candidates": found.candidates,
        "excluded_by_rules": found.excluded,
        "fare_sek": result.fare_sek,
        "best": _set_facts(found.best),
        "one_at_a_time": _set_facts(found.greedy),
        "at_most_milli": found.most_milli,
        "proved": found.proved,
        "nodes": found.nodes,
    }


def _ends(milli: tuple[int, int]) -> str:
    """Persons at low and at high need."""
    low, high = (persons_floor(value) for value in milli)
    return low if low == high else f"{low} / {high}"


def _names() -> Mapping[str, str]:
    table = municipalities()
    return {
        str(code): plain(name) for code, name in zip(table["municipality_code"], table["name"], strict=True)
    }


def _set_lines(one: CorridorSet, names: Mapping[str, str]) -> list[str]:
    lines = [
        _("  {more} more persons served, fares {low} / {high} kr a month").format(
            more=_ends(one.more_milli), low=decimal(one.cost_sek[0], 0), high=decimal(one.cost_sek[1], 0)
        )
    ]
    lines += [
        _("  {start} → {end}: {gain} given the others, {alone} alone; {minutes} minutes; {verdict}").format(
            start=names.get(c.from_code, c.from_code),
            end=names.get(c.to_code, c.to_code),
            gain=_ends(c.gain_milli),
            alone=_ends(c.alone_milli),
            minutes=decimal(c.travel_best_min, 0),
            verdict=kind_text(c.verdict),
        )
        for c in one.chosen
    ]
    return lines


def _asked(found: BestSet) -> str:
    limits = []
    if found.number is not None:
        limits.append(ngettext("at most {n} pair", "at most {n} pairs", found.number).format(n=found.number))
    if found.budget_sek is not None:
        limits.append(_("at most {n} kr a month").format(n=decimal(found.budget_sek, 0)))
    return ", ".join(limits)


def best_set_lines(result: MonthSet) -> list[str]:
    """The result in words: what was asked, the best set, the greedy one, how sure it is."""
    found, names = result.found, _names()
    end = _("low") if found.need == "low" else _("high")
    lines = [
        _("{month}: {asked}, of {n} pairs that are not open, chosen at {end} need").format(
            month=month_text(result.month), asked=_asked(found), n=found.candidates, end=end
        )
    ]
    if found.excluded:
        lines.append(
            ngettext(
                "{n} pair is left out: a rule in force excludes everyone.",
                "{n} pairs are left out: a rule in force excludes everyone.",
                found.excluded,
            ).format(n=found.excluded)
        )
    if not found.best.chosen:
        lines.append(_("No pair would serve anybody more."))
        if found.need == "low":
            lines.append(
                _(
                    "At low need unknown shares count at their lowest; --need high counts them at their highest."
                )
            )
        return lines
    lines += [_("The best set:"), *_set_lines(found.best, names)]
    at = 0 if found.need == "low" else 1
    same = {(c.from_code, c.to_code) for c in found.best.chosen} == {
        (c.from_code, c.to_code) for c in found.greedy.chosen
    }
    if same:
        lines.append(_("Taking the best pair each time gives the same."))
    else:
        lines += [_("Taking the best pair each time:"), *_set_lines(found.greedy, names)]
    if found.proved and found.most_milli <= found.best.more_milli[at]:
        lines.append(_("It is proved that no other set serves more at that need."))
    else:
        lines.append(
            _("It is not proved to be the best: no set serves more than {n} at that need.").format(
                n=persons_floor(found.most_milli)
            )
        )
    lines.append(
        _("Persons and fares are at low / high need; one trip is reckoned at {fare} kr.").format(
            fare=decimal(result.fare_sek)
        )
    )
    return lines
