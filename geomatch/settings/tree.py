"""The tree of settings: names, defaults, units and sources. Nothing here is changed after it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from geomatch.errors import InputError, Problem
from geomatch.rules.book import shipped_book
from geomatch.rules.tree import RuleBook
from geomatch.words import N_
from geomatch.words import gettext as _

__all__ = ["SHARE_NAMES", "Settings", "Share"]


def _section(kind: type, title: str) -> Any:  # noqa: ANN401 (dataclasses.field is typed so)
    return field(default_factory=kind, metadata={"title": title})


def _setting(
    default: object, unit: str, source: str, meaning: str, low: float | None = None, high: float | None = None
) -> Any:  # noqa: ANN401 (dataclasses.field is typed so)
    return field(
        default=default,
        metadata={"unit": unit, "source": source, "meaning": meaning, "low": low, "high": high},
    )


@dataclass(frozen=True, slots=True)
class MaskSettings:
    """What a withheld count can be (METHOD 1)."""

    masked_low: int = _setting(
        1, "persons", N_("Migrationsverket: values below 6 are withheld"), N_("least count behind `..`"), 0
    )
    masked_high: int = _setting(
        5, "persons", N_("Migrationsverket: values below 6 are withheld"), N_("greatest count behind `..`"), 0
    )
    dash_low: int = _setting(
        0, "persons", N_("not known what `-` means in the series"), N_("least count behind `-`"), 0
    )
    dash_high: int = _setting(
        5, "persons", N_("not known what `-` means in the series"), N_("greatest count behind `-`"), 0
    )


@dataclass(frozen=True, slots=True)
class TimetableSettings:
    """Which timetables are refused."""

    max_bad_share: float = _setting(
        0.05,
        "share 0-1",
        N_("assumed by us"),
        N_("a timetable is refused when more of the rows of one of its files cannot be used"),
        0,
        1,
    )
    max_bad_rows: int = _setting(
        100, "rows", N_("assumed by us"), N_("as many may be unusable in any file of a timetable"), 0
    )


@dataclass(frozen=True, slots=True)
class WalkSettings:
    """Walking to and from stops, and from door to door (METHOD 4)."""

    detour: float = _setting(1.3, "factor", "METHOD 4", N_("walked distance / straight-line distance"), 1)
    speed_kmh: float = _setting(4.5, "km/h", "METHOD 4", N_("walking speed"), 0.5, 10)
    max_walk_m: float = _setting(
        2000.0, "m", "METHOD 4", N_("longest walk of one leg, detour included"), 0, 20000
    )


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """Changing between trips where transfers.txt is silent (METHOD 4)."""

    min_transfer_min: float = _setting(
        3.0, "min", "METHOD 4", N_("least time for a change at a stop or within a stop area"), 0, 60
    )
    max_transfer_walk_m: float = _setting(
        500.0, "m", "METHOD 4", N_("longest walk to another stop, detour included"), 0, 5000
    )


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What a day return may cost at the most (METHOD 4)."""

    margin_min: float = _setting(
        5.0, "min", "METHOD 4", N_("arrive this long before the start, leave this long after the end"), 0, 120
    )
    max_travel_min: float = _setting(
        90.0, "min", N_("assumed; no source gives a norm for TIA"), N_("longest journey each way"), 1, 720
    )
    max_transfers: int = _setting(4, "changes", "METHOD 4", N_("most changes each way"), 0, 12)
    allow_booking: bool = _setting(
        False, "", "METHOD 4", N_("count journeys with a leg that is booked ahead")
    )
    max_away_min: float = _setting(
        720.0, "min", N_("Arbetsförmedlingen's older 12 h rule"), N_("longest time away from home"), 1, 1440
    )
    tight_change_min: float = _setting(
        10.0, "min", "METHOD 4", N_("a last way home on a shorter change is flagged"), 0, 120
    )


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """Which sessions a month is judged by (METHOD 3-4)."""

    min_session_share: float = _setting(
        0.8,
        "share 0-1",
        "METHOD 4",
        N_("a pair is reachable when at least this share of its sessions is"),
        0,
        1,
    )
    min_weeks: int = _setting(2, "weeks", "METHOD 4", N_("fewest whole weeks a month needs"), 1, 5)
    max_weeks: int = _setting(4, "weeks", "METHOD 4", N_("most whole weeks used"), 1, 5)
    standard_start: str = _setting(
        "10:00", "HH:MM", "METHOD 3", N_("start of the session assumed on weekdays when none is given")
    )
    standard_end: str = _setting("12:00", "HH:MM", "METHOD 3", N_("its end"))


@dataclass(frozen=True, slots=True)
class AllocationSettings:
    """Who may use what (METHOD 5)."""

    corridors: str = _setting(
        "register", "register | none | all_candidates", "METHOD 5", N_("which corridors are open")
    )
    digital_share: float = _setting(
        0.0, "share 0-1", "METHOD 5", N_("share of those left whom digital activities can serve"), 0, 1
    )
    purposes: str = _setting(
        "",
        "purposes",
        "METHOD 5",
        N_("count only activities that serve one of these purposes, `;` between them; empty counts all"),
    )


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Steps of the access index (METHOD 6)."""

    steps_min: tuple[float, ...] = _setting(
        (30.0, 60.0, 90.0), "min", N_("assumed by us"), N_("ends of the steps")
    )
    weights: tuple[float, ...] = _setting(
        (1.0, 0.68, 0.22), "weight", N_("Luo & Qi 2009"), N_("weight within each step")
    )


@dataclass(frozen=True, slots=True)
class CorridorSettings:
    """When a corridor is recommended, and what it costs (METHOD 7)."""

    min_gain: float = _setting(
        6.0, "persons", "METHOD 7", N_("least gain at every corner of a recommended corridor"), 0
    )
    recommended_max_min: float = _setting(
        60.0, "min", "METHOD 7", N_("longest journey each way of a recommended corridor"), 1, 720
    )
    fare_sek: float = _setting(
        45.0, "kr/trip", N_("assumed until a fare table is given"), N_("fare of one single trip"), 0
    )


@dataclass(frozen=True, slots=True)
class DisclosureSettings:
    """What public pages withhold (METHOD 8)."""

    withhold_to: int = _setting(
        5,
        "persons",
        N_("Migrationsverket: values below 6 are withheld"),
        N_("counts of persons from 1 to this are withheld on public pages"),
        5,
        1000,
    )
    method: str = _setting(
        "withhold",
        "withhold | interval | rounded",
        "METHOD 8",
        N_(
            "how small counts are kept from being told: withheld, with what they could be worked out from; shown as an interval of all small counts; or every figure rounded"
        ),
    )
    round_to: int = _setting(
        10, "persons", "METHOD 8", N_("what `rounded` rounds to; more than `withhold_to`"), 6, 1000
    )


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What the public pages say of themselves; no number of a month follows from it."""

    publisher: str = _setting(
        "Länsstyrelserna", "text", N_("the 21 boards publish together"), N_("who publishes the public pages")
    )
    contact_email: str = _setting(
        "",
        "name@example.se",
        "DOS-lagen (2018:1937)",
        N_("where a reader reports what cannot be used; empty says so"),
    )
    address: str = _setting(
        "", "https://…/", "", N_("where the public pages will lie, for the feed and the catalogue of data")
    )
    tiles_url: str = _setting(
        "",
        "https://…/{z}/{x}/{y}.png",
        "",
        N_("a background map of another host, off until a reader turns it on; empty has none"),
    )
    tiles_attribution: str = _setting("", "text", "", N_("whom that background map asks to be named"))
    surface_cell_m: float = _setting(
        0.0,
        "m",
        "",
        N_("side of the cells of a travel surface on the public map; 0 makes none"),
        0,
        10_000,
    )


@dataclass(frozen=True, slots=True)
class Share:
    """A share that no source publishes, for one group from one date on (METHOD 1).

    One marked `internal` is part of no public number: those go by the share that holds without it. Of two for the same
    people and day, one of them internal, that one holds for the board.
    """

    name: str
    target_group: str
    low: float
    high: float
    county_code: str = "all"
    valid_from: str = "1900-01-01"
    source: str = ""
    internal: bool = False


# The eligible share: persons with an open first-instance case (DOMAIN, METHOD 1).
DEFAULT_SHARES = (
    Share(
        "eligible_share",
        "asylum_seeker",
        0.2,
        0.4,
        source="the boards' report of 2020: about 70 % past the first decision, about 80 % in Västra Götaland",
    ),
    Share("eligible_share", "temporary_protection", 0.0, 1.0, source="unknown"),
    Share("eligible_share", "permit_awaiting_settlement", 0.0, 1.0, source="unknown"),
    Share("eligible_share", "all", 0.0, 1.0, source="unknown"),
)

SHARE_NAMES = ("eligible_share", "adult_share")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a workspace."""

    language: str = _setting("sv", "sv | en", "", N_("language of pages and messages"))
    mask: MaskSettings = _section(MaskSettings, N_("What a withheld count can be (METHOD 1)"))
    timetable: TimetableSettings = _section(TimetableSettings, N_("Which timetables are refused"))
    walk: WalkSettings = _section(
        WalkSettings, N_("Walking to and from stops, and from door to door (METHOD 4)")
    )
    transfer: TransferSettings = _section(
        TransferSettings, N_("Changing between trips where transfers.txt is silent (METHOD 4)")
    )
    limits: LimitSettings = _section(LimitSettings, N_("What a day return may cost at the most (METHOD 4)"))
    sessions: SessionSettings = _section(
        SessionSettings, N_("Which sessions a month is judged by (METHOD 3-4)")
    )
    allocation: AllocationSettings = _section(AllocationSettings, N_("Who may use what (METHOD 5)"))
    index: IndexSettings = _section(IndexSettings, N_("Steps of the access index (METHOD 6)"))
    corridors: CorridorSettings = _section(
        CorridorSettings, N_("When a corridor is recommended, and what it costs (METHOD 7)")
    )
    disclosure: DisclosureSettings = _section(DisclosureSettings, N_("What public pages withhold (METHOD 8)"))
    site: SiteSettings = _section(SiteSettings, N_("What the public pages say of themselves"))
    shares: tuple[Share, ...] = DEFAULT_SHARES
    # Not in the file: the sets that come with the program, and those of the workspace's folder `rules`.
    rules: RuleBook = field(default_factory=shipped_book)

    def share(self, name: str, target_group: str, county_code: str, day: date) -> tuple[float, float]:
        """The low and high share in force; the county's own before the country's, the newest before the older.

        An unknown share is (0, 1); `adult_share` left out is (1, 1), since everyone is counted then (METHOD 1). So is
        `eligible_share` on a day when no verified rule asks for an open case: it is the share of those who have one.
        """
        if name == "eligible_share" and not self.rules.at(day).asks_for_case(target_group):
            return 1.0, 1.0
        best = self.share_in_force(name, target_group, county_code, day)
        if best is None:
            return (1.0, 1.0) if name == "adult_share" else (0.0, 1.0)
        return best.low, best.high

    def share_in_force(self, name: str, target_group: str, county_code: str, day: date) -> Share | None:
        """The entry that `share` goes by, with its date and source; None where nothing is set or none is needed."""
        if name == "eligible_share" and not self.rules.at(day).asks_for_case(target_group):
            return None
        fitting = [
            share
            for share in self.shares
            if share.name == name
            and share.target_group == target_group
            and share.county_code in ("all", county_code)
            and date.fromisoformat(share.valid_from) <= day
        ]
        return max(
            fitting, key=lambda one: (one.county_code != "all", one.valid_from, one.internal), default=None
        )

    def computing(self) -> dict[str, Any]:
        """The part of `as_dict` that results of a month follow from: without what concerns public pages alone."""
        return {name: value for name, value in self.as_dict().items() if name not in {"disclosure", "site"}}

    def as_dict(self) -> dict[str, Any]:
        """The tree as plain values, for the manifest."""
        values = asdict(self)
        # What is wrong with a file is told in the language in force, which has no say in what a month is made from.
        values["rules"]["left_out"] = [
            {
                "problem": {"found": "", "file": one.problem.file},
                "first_day": one.first_day,
                "last_day": one.last_day,
            }
            for one in self.rules.left_out
        ]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """The tree of `as_dict`, also after it went through JSON (which knows no tuples).

        Raises:
            InputError: The values are those of a month that an earlier version computed, with rules of another kind.
        """
        chosen: dict[str, Any] = {}
        for f in fields(cls):
            if f.name not in values:
                continue  # a section that is younger than the values keeps its defaults
            value = values[f.name]
            if f.name == "shares":
                chosen[f.name] = tuple(Share(**item) for item in value)
            elif f.name == "rules":
                if not isinstance(value, Mapping):
                    raise InputError(
                        Problem(
                            _("the month was computed by an earlier version, with rules of another kind"),
                            remedy=_("Compute it again: geomatch run YYYY-MM"),
                        )
                    )
                chosen[f.name] = RuleBook.from_dict(value)
            elif isinstance(value, Mapping):
                plain = {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
                chosen[f.name] = f.default_factory(**plain)  # type: ignore[operator]  # each section has one
            else:
                chosen[f.name] = value
        return cls(**chosen)
