"""The kinds of input there are, in a module light enough for every `--help`."""

# What a month can be computed without.
OPTIONAL_KINDS = (
    "localities",
    "corridors",
    "raster",
    "sites",
    "population",
    "study_hours",
    "other_activities",
    "travel_compensation",
)
KINDS = ("enrolment", "activities", "timetable", *OPTIONAL_KINDS)
