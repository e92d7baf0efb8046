"""The pages people open."""

from geomatch.publish.county import INTERNAL, IndexEntry, county_files, publish_county, publish_index
from geomatch.publish.facts import CountyFacts, SourceNote

__all__ = [
    "INTERNAL",
    "CountyFacts",
    "IndexEntry",
    "SourceNote",
    "county_files",
    "publish_county",
    "publish_index",
]
