"""The kinds of input there are, in a module light enough for every `--help`."""

KINDS = ("enrolment", "activities", "timetable", "localities", "corridors")
