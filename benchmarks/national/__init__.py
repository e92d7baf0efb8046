"""A synthetic national timetable, made from a seed, to measure the day return at the size of a country."""
