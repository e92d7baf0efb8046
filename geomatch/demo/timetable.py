"""The demo's timetable: a made-up GTFS feed over Norrbotten's real places.

Places, lines and departures are the tables below; running times follow from the distances. The seed moves the
seconds at stops between stations and the minute of each departure. Everything else is the same for every seed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from geomatch.demo.workbooks import zip_bytes

__all__ = ["FIRST_DAY", "LAST_DAY", "Place", "Trip", "places", "timetable_zip", "trips"]

FIRST_DAY = date(2022, 12, 11)
LAST_DAY = date(2023, 6, 30)
# Public holidays and the eves that buses treat as such.
HOLIDAYS = """
2022-12-24 2022-12-25 2022-12-26 2022-12-31 2023-01-01 2023-01-06 2023-04-07 2023-04-08 2023-04-09 2023-04-10
2023-05-01 2023-05-18 2023-05-28 2023-06-06 2023-06-23 2023-06-24
"""
# Driven distance / straight line.
ROAD_FACTOR = 1.2
STATION_WAIT_S = 180
STOP_WAIT_S = 24
PLATFORMS = "ABC"

# Municipality, latitude, longitude, S for a station with platforms A-C, name. Rounded to a hundred metres.
PLACES = """
2580 65.5838 22.1535 S Luleå busstation
2580 65.5772 22.1075 - Bergnäset centrum
2580 65.5905 22.1900 - Örnäset
2580 65.5935 22.2330 - Hertsön
2580 65.5985 22.1870 - Kronan
2580 65.6137 22.1770 - Björkskatan
2580 65.6175 22.1400 - Porsön
2580 65.6020 22.1250 - Mjölkudden
2580 65.6010 22.1070 - Notviken
2580 65.6200 22.0580 - Storheden
2580 65.6390 22.0130 - Gammelstads centrum
2580 65.6725 22.0880 - Rutvik
2580 65.6415 22.2410 - Bensbyn
2580 65.6590 21.9370 - Södra Sunderbyn
2580 65.6740 21.9330 - Sunderby sjukhus
2580 65.5230 22.0600 - Kallax
2580 65.5495 21.9010 - Måttsund
2580 65.5550 21.8340 - Antnäs
2580 65.5680 21.7850 - Antnäs västra
2580 65.5175 21.7680 - Alvik
2580 65.7430 22.1540 - Persön
2580 65.8550 22.2920 - Råneå
2582 65.8250 21.6900 S Boden resecentrum
2582 65.7700 21.7300 - Sävast centrum
2582 65.7130 21.7540 - Unbyn
2582 65.8190 21.5690 - Heden
2582 65.8470 21.5580 - Vittjärv
2582 65.8330 21.6760 - Prästholmen
2582 65.8385 21.7080 - Svartbjörnsbyn
2582 65.8160 21.6880 - Sturegatan
2582 65.8215 21.6500 - Hedenbyn
2582 66.0830 20.9640 - Harads
2581 65.3172 21.4800 S Piteå busstation
2581 65.3015 21.3850 - Bergsviken
2581 65.2815 21.4057 - Hortlax
2581 65.3430 21.4000 - Öjebyn
2581 65.3240 21.4600 - Strömnäs
2581 65.3060 21.5200 - Pitholm
2581 65.2960 21.4950 - Munksund
2581 65.3490 21.1980 - Roknäs
2581 65.4170 21.5030 - Norrfjärden
2581 65.4310 21.6960 - Rosvik
2581 65.1510 21.4860 - Jävre
2560 65.6765 21.0030 S Älvsbyn station
2560 65.6690 20.8680 - Korsträsk
2560 65.6920 20.6520 - Vistträsk
2560 65.8355 20.5190 - Vidsel
2514 65.8535 23.1560 S Kalix busstation
2514 65.8500 23.1170 - Rolfs
2514 65.7860 23.1940 - Nyborg
2514 65.8105 23.2450 - Risögrund
2514 65.8320 23.2100 - Bredviken
2514 65.8180 22.8740 - Påläng
2514 65.9125 22.6530 S Töre
2514 65.8560 23.4930 - Sangis
2583 65.8400 24.1350 S Haparanda resecentrum
2583 65.8530 24.1060 - Marielund
2583 65.7985 23.9200 - Nikkala
2583 65.7380 23.7420 - Seskarö
2583 66.0465 23.9480 - Karungi
2518 66.3880 23.6530 S Övertorneå busstation
2518 66.3860 23.6270 - Övertorneå västra
2518 66.2270 23.6860 - Hedenäset
2518 66.5660 23.8440 - Juoksengi
2518 66.6540 23.8510 - Svanstein
2513 66.3270 22.8430 S Överkalix busstation
2513 66.3425 22.8220 - Tallvik
2513 66.2670 22.8350 - Svartbyn
2521 67.2130 23.3670 S Pajala busstation
2521 66.8515 23.0540 - Korpilombolo
2521 67.1630 22.6330 - Tärendö
2523 67.1335 20.6510 S Gällivare resecentrum
2523 67.1735 20.6560 - Malmberget
2523 67.1850 20.7450 - Koskullskulle
2523 67.1180 20.6660 - Repisvaara
2523 66.9150 21.5670 - Hakkas
2523 67.0200 21.8300 - Ullatti
2584 67.8557 20.2255 S Kiruna busstation
2584 67.8560 20.2500 - Kiruna Thulegatan
2584 67.8495 20.3020 - Kiruna nya centrum
2584 67.8420 20.2450 - Lombolo
2584 67.8500 20.3330 - Tuolluvaara
2584 67.8680 20.2250 - Luossavaara
2584 67.8510 20.6160 - Jukkasjärvi
2584 67.6470 21.0540 S Svappavaara
2584 67.6770 21.6410 - Vittangi
2584 68.4410 22.4480 - Karesuando
2510 66.6065 19.8260 S Jokkmokk station
2510 66.4305 20.6220 - Vuollerim
2510 66.9590 19.8170 - Porjus
2505 65.5905 19.1680 S Arvidsjaur busstation
2505 65.2620 19.6410 - Glommersträsk
2505 65.4600 19.0700 - Abborrträsk
2506 66.0515 17.8865 S Arjeplog busstation
2506 66.0480 17.8600 - Arjeplog västra
2482 64.7510 20.9530 S Skellefteå busstation
2482 64.8355 20.9850 - Kåge
2482 64.9510 21.2050 - Byske
2482 64.8665 20.3820 - Boliden
2482 64.7425 20.9760 - Skellefteå lasarett
"""

# Number, route type, speed between stops in km/h, platform there and back, stops. Type 700 is bus, 1501 taxi that is booked.
LINES = """
1  700 72 AB Luleå busstation, Gammelstads centrum, Sunderby sjukhus, Unbyn, Sävast centrum, Boden resecentrum
2  700 78 BA Luleå busstation, Antnäs, Rosvik, Norrfjärden, Piteå busstation, Jävre, Byske, Kåge, Skellefteå busstation
3  700 84 CB Luleå busstation, Persön, Råneå, Töre, Påläng, Kalix busstation, Sangis, Nikkala, Haparanda resecentrum
4  700 84 AC Luleå busstation, Sunderby sjukhus, Boden resecentrum, Älvsbyn station
5  700 72 AB Piteå busstation, Öjebyn, Roknäs, Älvsbyn station
6  700 80 CA Boden resecentrum, Harads, Vuollerim, Jokkmokk station
7  700 74 AB Jokkmokk station, Porjus, Gällivare resecentrum
8  700 76 AB Gällivare resecentrum, Svappavaara, Kiruna busstation
9  700 80 AB Kiruna busstation, Svappavaara, Vittangi, Karesuando
10 700 80 AC Pajala busstation, Tärendö, Ullatti, Hakkas, Gällivare resecentrum
11 700 78 AB Haparanda resecentrum, Karungi, Hedenäset, Övertorneå busstation, Juoksengi, Svanstein, Pajala busstation
12 700 78 CA Kalix busstation, Töre, Svartbyn, Överkalix busstation, Tallvik
13 700 72 BC Överkalix busstation, Övertorneå västra, Övertorneå busstation
14 700 84 AB Arvidsjaur busstation, Arjeplog västra, Arjeplog busstation
15 700 66 BA Arvidsjaur busstation, Vistträsk, Korsträsk, Älvsbyn station
16 700 84 CC Arvidsjaur busstation, Abborrträsk, Glommersträsk, Boliden, Skellefteå busstation, Skellefteå lasarett
21 700 26 BC Hertsön, Örnäset, Luleå busstation, Mjölkudden, Notviken, Storheden, Gammelstads centrum
22 700 26 CB Bergnäset centrum, Luleå busstation, Kronan, Björkskatan, Porsön
23 700 40 AC Rutvik, Gammelstads centrum, Luleå busstation, Bensbyn
24 700 50 BA Alvik, Antnäs västra, Antnäs, Måttsund, Kallax, Bergnäset centrum, Luleå busstation
25 700 45 CA Södra Sunderbyn, Gammelstads centrum, Notviken, Luleå busstation
31 700 32 BC Sävast centrum, Sturegatan, Boden resecentrum, Hedenbyn, Heden, Vittjärv
32 700 24 BC Prästholmen, Boden resecentrum, Svartbjörnsbyn
41 700 28 BC Munksund, Pitholm, Piteå busstation, Strömnäs, Öjebyn
42 700 32 CB Piteå busstation, Bergsviken, Hortlax
51 700 24 BC Luossavaara, Kiruna busstation, Kiruna Thulegatan, Lombolo, Kiruna nya centrum, Tuolluvaara
52 700 50 CB Kiruna busstation, Tuolluvaara, Jukkasjärvi
61 700 34 BC Repisvaara, Gällivare resecentrum, Malmberget, Koskullskulle
71 700 36 BC Nyborg, Risögrund, Bredviken, Kalix busstation, Rolfs
81 700 26 CB Haparanda resecentrum, Marielund
91 1501 70 AA Vidsel, Vistträsk, Älvsbyn station
92 1501 70 AA Seskarö, Nikkala, Haparanda resecentrum
93 1501 70 AA Korpilombolo, Övertorneå busstation
94 1501 70 BB Korpilombolo, Pajala busstation
"""

# Line, service, departures there (>) and back (<); `06:05-18:05/60` is every 60 minutes. After `:` the first and last
# stop, where the trips are shorter than the line.
DEPARTURES = """
1  daily     > 06:05-22:05/60 < 06:00-22:00/60
1  weekday   > 06:35-18:35/60 < 05:30-17:30/60
1  fridays   > 23:20 24:50 < 23:40 25:40
2  weekday   > 06:50-17:50/60 19:50 < 05:50-17:50/60 19:50 : Luleå busstation, Piteå busstation
2  weekend   > 09:50-18:50/180 < 08:50-17:50/180 : Luleå busstation, Piteå busstation
2  daily     > 07:00 10:00 13:00 16:00 19:00 < 06:20 09:20 12:20 15:20 18:20 : Piteå busstation, Skellefteå busstation
2  fridays   > 23:30 25:10 : Luleå busstation, Piteå busstation
3  weekday   > 05:40 07:40 09:40 11:40 13:40 15:40 16:40 18:40 < 05:25 06:25 08:25 10:25 12:25 14:25 16:25 18:25
3  weekend   > 09:40 15:40 < 08:25 16:25
3  fridays   > 23:15 : Luleå busstation, Kalix busstation
4  weekday   > 06:20 08:20 12:20 14:20 16:20 17:20 20:20 < 05:55 06:55 07:55 10:55 14:55 16:55 18:55
4  weekend   > 10:20 17:20 < 08:55 15:55
5  weekday   > 06:30 09:30 12:30 15:30 17:30 < 06:40 07:40 10:40 13:40 16:40
6  weekday   > 07:15 12:15 16:30 < 05:30 10:30 15:15
6  weekend   > 16:30 < 10:30
7  weekday   > 06:45 12:40 16:10 < 07:00 12:30 15:45
8  weekday   > 06:00 11:15 16:15 < 06:30 11:30 16:10
8  weekend   > 11:15 < 15:10
9  weekday   > 09:15 16:20 < 06:55 14:15 : Kiruna busstation, Vittangi
9  monwedfri > 12:30 < 06:10
10 weekday   > 05:45 < 15:30
10 monwedfri > 12:10 < 09:10
11 weekday   > 06:10 10:10 13:10 16:10 18:10 < 06:15 07:25 11:25 14:25 17:25 : Haparanda resecentrum, Övertorneå busstation
11 weekday   > 07:50 15:20 < 05:50 14:50 : Övertorneå busstation, Pajala busstation
11 weekend   > 12:10 < 15:00
12 weekday   > 07:10 10:10 13:10 16:35 < 05:45 08:30 11:45 15:10
12 weekend   > 16:35 < 10:45
13 monwedfri > 08:35 14:40 < 07:10 13:15
14 weekday   > 07:00 15:20 < 08:30 13:00
14 fridays   > 19:30
15 weekday   > 05:10 11:00 15:40 < 09:05 14:15 18:30
16 daily     > 06:15 < 15:50 : Arvidsjaur busstation, Skellefteå busstation
16 weekday   > 12:15 < 09:00
21 daily     > 06:10-21:10/60 < 06:05-21:05/60
22 daily     > 06:20-21:20/60 < 06:25-21:25/60
23 weekday   > 07:00 09:00 11:00 13:00 15:00 17:00 < 08:00 10:00 12:00 14:00 16:00 18:00
24 weekday   > 06:30 08:00 10:00 12:30 15:00 < 09:30 12:00 14:30 16:15 17:30
25 weekday   > 06:45 08:15 09:45 12:15 15:15 < 09:15 11:45 14:45 16:15 17:45
31 weekday   > 06:15-18:15/120 < 06:30-18:30/120
31 weekend   > 10:15 16:15 < 11:30 17:30
32 weekday   > 07:00-17:00/120 < 07:30-17:30/120
41 weekday   > 06:40-18:40/120 < 06:45-18:45/120
42 weekday   > 07:10-17:10/120 < 06:35-18:35/120
51 daily     > 07:05-19:05/60 < 07:10-20:10/60
52 weekday   > 08:10 13:10 16:10 < 07:10 12:10 15:10
61 weekday   > 07:20-17:20/120 < 07:50-17:50/120
61 weekend   > 11:20 15:20 < 12:50 16:50
71 weekday   > 07:25 09:25 12:25 15:25 < 09:05 12:05 15:05 16:45
81 weekday   > 09:10 12:10 15:10 17:10 < 07:40 09:40 12:40 15:40
91 weekday   > 07:00 12:40 < 11:30 16:20
92 weekday   > 08:20 13:00 < 12:20 16:00
93 weekday   > 08:00 < 15:00
94 monwedfri > 09:00 < 14:30
"""

# Least time for a change at these stations, in seconds; elsewhere the setting of the reader holds.
STATION_CHANGE_S = {
    "Luleå busstation": 300,
    "Boden resecentrum": 300,
    "Piteå busstation": 240,
    "Kalix busstation": 240,
    "Haparanda resecentrum": 240,
    "Älvsbyn station": 240,
    "Gällivare resecentrum": 300,
    "Kiruna busstation": 300,
    "Jokkmokk station": 240,
    "Skellefteå busstation": 300,
}
# Where the second line waits for the first, when it leaves within so many seconds of its arrival.
WAITING = (
    ("4", "15", "Älvsbyn station"),
    ("15", "4", "Älvsbyn station"),
    ("3", "12", "Töre"),
    ("12", "3", "Töre"),
)
WAITING_S = 1500


@dataclass(frozen=True, slots=True)
class Place:
    """A stop, or a station with platforms. Degrees are WGS 84."""

    number: int
    name: str
    municipality_code: str
    lat: float
    lon: float
    station: bool

    @property
    def stop_id(self) -> str:
        """Id of the stop, or of the station."""
        return f"SYN-{self.municipality_code}-{self.number:03d}"

    def platform_id(self, letter: str) -> str:
        """Id of what a trip calls at: the platform of a station, else the stop itself."""
        return f"{self.stop_id}-{letter}" if self.station else self.stop_id


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its number, GTFS route type, speed, platform letters there and back, and places in order."""

    number: str
    route_type: str
    speed_kmh: float
    platforms: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Trip:
    """One trip: its calls are (place, arrival, departure) in seconds after noon minus 12 h of the service day."""

    trip_id: str
    line: Line
    service: str
    back: bool
    calls: tuple[tuple[Place, int, int], ...]

    def stop_id(self, place: Place) -> str:
        """The stop or platform at which this trip calls."""
        return place.platform_id(self.line.platforms[int(self.back)])


def places() -> dict[str, Place]:
    """Every place of the timetable, by name."""
    table = {}
    for number, row in enumerate(PLACES.strip().splitlines(), 1):
        code, lat, lon, kind, name = row.split(maxsplit=4)
        table[name] = Place(number, name, code, float(lat), float(lon), kind == "S")
    return table


def _lines() -> dict[str, Line]:
    known = places()
    table = {}
    for row in LINES.strip().splitlines():
        number, route_type, speed, platforms, names = row.split(maxsplit=4)
        table[number] = Line(
            number, route_type, float(speed), platforms, tuple(known[name] for name in names.split(", "))
        )
    return table


def _distance_m(one: Place, other: Place) -> float:
    """Straight line on a sphere: good enough for a made-up running time."""
    lat_1, lat_2 = math.radians(one.lat), math.radians(other.lat)
    across = math.radians(other.lon - one.lon)
    half = math.sin((lat_2 - lat_1) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin(across / 2) ** 2
    return 2 * 6_371_000 * math.asin(math.sqrt(half))


def _clock_s(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _starts_s(texts: Sequence[str]) -> Iterator[int]:
    for text in texts:
        if "-" in text:
            span, _slash, every = text.partition("/")
            first, last = map(_clock_s, span.split("-"))
            yield from range(first, last + 1, int(every) * 60)
        else:
            yield _clock_s(text)


def _calls(
    line: Line, stops: Sequence[Place], start_s: int, rng: random.Random
) -> tuple[tuple[Place, int, int], ...]:
    """Whole minutes at stations and at both ends; between them the seconds that the distance and the seed give."""
    clock = start_s
    calls = [(stops[0], clock, clock)]
    for before, place in pairwise(stops):
        clock += round(_distance_m(before, place) * ROAD_FACTOR / (line.speed_kmh / 3.6))
        last = place is stops[-1]
        if place.station or last:
            clock = -(-clock // 60) * 60
            wait_s = 0 if last else STATION_WAIT_S
        else:
            clock += int(rng.random() * 20)
            wait_s = STOP_WAIT_S
        calls.append((place, clock, clock + wait_s))
        clock += wait_s
    return tuple(calls)


def trips(seed: int) -> list[Trip]:
    """Every trip, in the order of lines and departures.

    The seed moves each departure by 0 or 1 minute, and the seconds at stops between stations.
    """
    rng = random.Random(f"timetable {seed}")  # noqa: S311  a made-up timetable, no secret
    lines, known = _lines(), places()
    result: list[Trip] = []
    for row in DEPARTURES.strip().splitlines():
        when, _colon, ends = row.partition(" : ")
        number, service, *texts = when.split()
        line = lines[number]
        stops = list(line.places)
        if ends:
            first, last = sorted(stops.index(known[name]) for name in ends.split(", "))
            stops = stops[first : last + 1]
        there, _back, home = " ".join(texts).partition("<")
        for back, departures in ((False, there.strip("> ")), (True, home)):
            for start_s in _starts_s(departures.split()):
                order = stops[::-1] if back else stops
                calls = _calls(line, order, start_s + 60 * int(rng.random() * 2), rng)
                result.append(Trip(f"SYN-{number}-{len(result) + 1:04d}", line, service, back, calls))
    return result


def _service_days() -> dict[str, list[date]]:
    """Service -> its days: all in calendar_dates, as in the regional feeds."""
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    holidays = {date.fromisoformat(text) for text in HOLIDAYS.split()}
    working = [day for day in days if day.weekday() < 5 and day not in holidays]
    return {
        "daily": days,
        "weekday": working,
        "weekend": [day for day in days if day not in working],
        "monwedfri": [day for day in working if day.weekday() in (0, 2, 4)],
        "fridays": [day for day in working if day.weekday() == 4],
    }


def _waits(all_trips: Sequence[Trip]) -> Iterator[tuple[str, str, str, str]]:
    """from_stop, to_stop, from_trip, to_trip of the changes where one bus waits for another of the same days."""
    known = places()
    for first, second, name in WAITING:
        place = known[name]
        for one in all_trips:
            arrivals = [a for p, a, _d in one.calls[1:] if p.name == place.name]
            if one.line.number != first or not arrivals:
                continue
            for other in all_trips:
                departures = [d for p, _a, d in other.calls[:-1] if p.name == place.name]
                if (other.line.number, other.service) != (second, one.service) or not departures:
                    continue
                if 0 <= departures[0] - arrivals[0] <= WAITING_S:
                    yield one.stop_id(place), other.stop_id(place), one.trip_id, other.trip_id


def _gtfs_time(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _csv(header: str, rows: Iterator[Sequence[object]] | Sequence[Sequence[object]]) -> str:
    # No name of the demo holds a comma or a quotation mark.
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def _stop_rows() -> Iterator[tuple[object, ...]]:
    for place in places().values():
        spot = (f"{place.lat:.4f}", f"{place.lon:.4f}")
        yield (place.stop_id, place.name, *spot, 1 if place.station else 0, "", "")
        if place.station:
            for number, letter in enumerate(PLATFORMS):
                # Thirty metres apart.
                lat = f"{place.lat + 0.0003 * (number - 1):.4f}"
                yield place.platform_id(letter), place.name, lat, spot[1], 0, place.stop_id, letter


def _stop_time_rows(all_trips: Sequence[Trip]) -> Iterator[tuple[object, ...]]:
    for trip in all_trips:
        last = len(trip.calls)
        open_sign = 2 if trip.line.route_type == "1501" else 0
        for number, (place, arrival_s, departure_s) in enumerate(trip.calls, 1):
            yield (
                trip.trip_id,
                _gtfs_time(arrival_s),
                _gtfs_time(departure_s),
                trip.stop_id(place),
                number,
                1 if number == last else open_sign,
                1 if number == 1 else open_sign,
                1 if place.station or number in (1, last) else 0,
            )


def timetable_zip(seed: int) -> bytes:
    """The feed as a GTFS zip file, valid from 2022-12-11 to 2023-06-30, in Europe/Stockholm."""
    all_trips = trips(seed)
    known = places()
    days = _service_days()
    span = (f"{FIRST_DAY:%Y%m%d}", f"{LAST_DAY:%Y%m%d}")
    changes: list[tuple[object, ...]] = [
        (known[name].stop_id, known[name].stop_id, 2, least_s, "", "")
        for name, least_s in STATION_CHANGE_S.items()
    ]
    changes += [
        (known["Kiruna busstation"].stop_id, known["Luossavaara"].stop_id, 2, 1500, "", ""),
        *((one, other, 1, "", from_trip, to_trip) for one, other, from_trip, to_trip in _waits(all_trips)),
    ]
    lines = {trip.line.number: trip.line for trip in all_trips}
    return zip_bytes(
        {
            "agency.txt": _csv(
                "agency_id,agency_name,agency_url,agency_timezone,agency_lang",
                [("SYN", "SYNTETISK Länstrafik Demo", "https://example.org/", "Europe/Stockholm", "sv")],
            ),
            "feed_info.txt": _csv(
                "feed_id,feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version",
                [
                    (
                        "SE-SYNTETISK",
                        "SYNTETISK Länstrafik Demo",
                        "https://example.org/",
                        "sv",
                        *span,
                        f"SYNTETISK-{seed}",
                    )
                ],
            ),
            "stops.txt": _csv(
                "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,platform_code", _stop_rows()
            ),
            "routes.txt": _csv(
                "route_id,agency_id,route_short_name,route_long_name,route_type",
                [
                    (
                        f"SYN-{n}",
                        "SYN",
                        n,
                        f"SYNTETISK {line.places[0].name} – {line.places[-1].name}",
                        line.route_type,
                    )
                    for n, line in lines.items()
                ],
            ),
            "trips.txt": _csv(
                "route_id,service_id,trip_id,trip_headsign,direction_id",
                [
                    (f"SYN-{t.line.number}", t.service, t.trip_id, t.calls[-1][0].name, int(t.back))
                    for t in all_trips
                ],
            ),
            "stop_times.txt": _csv(
                "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type,timepoint",
                _stop_time_rows(all_trips),
            ),
            "calendar.txt": _csv(
                "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
                [
                    (service, *[0] * 7, f"{dates[0]:%Y%m%d}", f"{dates[-1]:%Y%m%d}")
                    for service, dates in days.items()
                ],
            ),
            "calendar_dates.txt": _csv(
                "service_id,date,exception_type",
                [(service, f"{day:%Y%m%d}", 1) for service, dates in days.items() for day in dates],
            ),
            "transfers.txt": _csv(
                "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_trip_id,to_trip_id", changes
            ),
        }
    )
