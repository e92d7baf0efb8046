"""The headings and words of the register of activities: what the boards write, and what each means."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "ACTIVITY_HEADINGS",
    "ACTIVITY_WORDS",
    "DAYS",
    "HEADINGS",
    "REQUIRED",
    "in_swedish",
]

# Identifier of each column: the heading to name first, then others that mean the same.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "activity_id": ("Insats-id", "insatsid", "insats id"),
    "name": ("Namn", "insats", "insatsens namn"),
    "organiser": ("Anordnare",),
    "organiser_type": ("Anordnartyp", "typ av anordnare"),
    "grant_scheme": ("Statsbidrag",),
    "primary_purpose": ("Primärt syfte",),
    "secondary_purposes": ("Övriga syften",),
    "target_groups": ("Målgrupper", "målgrupp"),
    "sex": ("Kön",),
    "places": ("Platser", "antal platser"),
    "valid_from": ("Startdatum",),
    "valid_to": ("Slutdatum",),
    "weekdays": ("Veckodagar", "veckodag"),
    "dates": ("Datum",),
    "start": ("Start", "starttid"),
    "end": ("Slut", "sluttid"),
    "digital": ("Digital", "digitalt"),
    "childcare": ("Barnpassning",),
    "language_support": ("Språkstöd",),
    "parallel_group": ("Parallell grupp",),
    "visibility": ("Synlighet",),
    "status": ("Status",),
    "municipality": ("Kommun", "municipality_code", "kommunkod"),
    "address": ("Adress",),
    "contact": ("Kontakt",),
    "lon": ("lon", "longitud", "longitude", "long", "lng"),
    "lat": ("lat", "latitud", "latitude"),
    "east_m": (
        "Öst",
        "e",
        "x",
        "easting",
        "sweref öst",
        "sweref e",
        "öst (sweref 99 tm)",
        "e (sweref 99 tm)",
    ),
    "north_m": (
        "Nord",
        "n",
        "y",
        "northing",
        "sweref nord",
        "sweref n",
        "nord (sweref 99 tm)",
        "n (sweref 99 tm)",
    ),
}
ACTIVITY_HEADINGS = {identifier: names[0] for identifier, names in _COLUMNS.items()}
# Folded heading -> identifier of its column.
HEADINGS = {
    name.casefold(): identifier for identifier, names in _COLUMNS.items() for name in (identifier, *names)
}
# What the register cannot be without; of several in brackets any one.
REQUIRED = (
    "activity_id",
    "name",
    "organiser",
    "primary_purpose",
    "places",
    "valid_from",
    ("municipality", "lon", "east_m"),
)
_SEX = {
    "alla": "all",
    "all": "all",
    "båda": "all",
    "kvinnor och män": "all",
    "kvinnor": "women",
    "kvinna": "women",
}
_SEX |= {"women": "women", "män": "men", "man": "men", "men": "men"}
_GROUPS = {
    "asylsökande": "asylum_seeker",
    "asylum_seeker": "asylum_seeker",
    "massflyktsdirektivet": "temporary_protection",
    "skyddsbehövande enligt massflyktsdirektivet": "temporary_protection",
    "massflykt": "temporary_protection",
    "tillfälligt skydd": "temporary_protection",
    "temporary_protection": "temporary_protection",
    "i väntan på bosättning": "permit_awaiting_settlement",
    "uppehållstillstånd i väntan på bosättning": "permit_awaiting_settlement",
    "uppehållstillstånd": "permit_awaiting_settlement",
    "permit_awaiting_settlement": "permit_awaiting_settlement",
    "nyanlända": "newcomer",
    "nyanländ": "newcomer",
    "newcomer": "newcomer",
    "alla": "all",
    "all": "all",
}
_VISIBILITY = {"exakt": "exact", "exact": "exact", "kommun": "municipality", "municipality": "municipality"}
_VISIBILITY |= {"dold": "hidden", "hidden": "hidden"}
_STATUS = {"pågående": "ongoing", "ongoing": "ongoing", "planerad": "planned", "planned": "planned"}
_STATUS |= {"avslutad": "ended", "ended": "ended"}
_YES_NO = dict.fromkeys(("ja", "j", "yes", "true", "sant", "1"), "yes")
_YES_NO |= dict.fromkeys(("nej", "n", "no", "false", "falskt", "0"), "no")
DAYS = (
    ("mån", "måndag", "måndagar", "mon", "monday"),
    ("tis", "tisdag", "tisdagar", "tue", "tuesday"),
    ("ons", "onsdag", "onsdagar", "wed", "wednesday"),
    ("tor", "tors", "torsdag", "torsdagar", "thu", "thursday"),
    ("fre", "fredag", "fredagar", "fri", "friday"),
    ("lör", "lördag", "lördagar", "sat", "saturday"),
    ("sön", "söndag", "söndagar", "sun", "sunday"),
)
_WEEKDAYS = {word: str(number) for number, words in enumerate(DAYS) for word in words}
# Column -> the words it may hold -> what each means; the first word of a meaning is the one to write.
ACTIVITY_WORDS: Mapping[str, Mapping[str, str]] = {
    "target_groups": _GROUPS,
    "sex": _SEX,
    "weekdays": _WEEKDAYS,
    **dict.fromkeys(("digital", "childcare", "language_support", "parallel_group"), _YES_NO),
    "visibility": _VISIBILITY,
    "status": _STATUS,
}


def in_swedish(words: Mapping[str, str], identifiers: str) -> str:
    """The words to write for identifiers with `;` between them."""
    first: dict[str, str] = {}
    for word, identifier in words.items():
        first.setdefault(identifier, word)
    return ";".join(first[identifier] for identifier in identifiers.split(";"))
