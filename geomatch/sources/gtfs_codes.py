"""The codes of GTFS that geomatch tells apart. Reference: https://gtfs.org/documentation/schedule/reference/."""

from __future__ import annotations

__all__ = [
    "ALLOWED",
    "BOOKING_ROUTE_TYPES",
    "BOOK_AHEAD",
    "FORBIDDEN",
    "IN_SEAT",
    "MINIMUM",
    "NOT_ALLOWED",
    "NOT_IN_SEAT",
    "RECOMMENDED",
    "REGULATION",
    "STATION",
    "TIMED",
]

# Extended route types of vehicles that come only when booked: 715 demand and response bus, 717 shared taxi, 1500-1507
# taxis; Trafiklab uses 717 and 1501 for traffic that is booked ahead. 716 is "all bus services" and says nothing.
BOOKING_ROUTE_TYPES = frozenset({"715", "717", *(str(code) for code in range(1500, 1508))})

# Boarding and alighting (pickup_type, drop_off_type): 2 is booked with the agency, 3 is arranged with the driver as
# at any request stop.
NOT_ALLOWED, ALLOWED, BOOK_AHEAD = 0, 1, 2
REGULATION = {"": ALLOWED, "0": ALLOWED, "1": NOT_ALLOWED, "2": BOOK_AHEAD, "3": ALLOWED}

# Kinds of changes (transfer_type).
RECOMMENDED, TIMED, MINIMUM, FORBIDDEN, IN_SEAT, NOT_IN_SEAT = "0", "1", "2", "3", "4", "5"

# location_type of a station, which holds platforms. 3 and 4 are the places of a station that may lack coordinates.
STATION = "1"
WITHIN_STATION = ("3", "4")
