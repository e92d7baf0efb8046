"""What may be shown (METHOD 8): the one place that everything published goes through."""

from geomatch.disclosure.control import Published, published, published_tables
from geomatch.disclosure.earlier import Earlier
from geomatch.disclosure.pattern import GivenAwayBeforeError
from geomatch.disclosure.visible import VISIBILITIES, visible_activities

__all__ = [
    "VISIBILITIES",
    "Earlier",
    "GivenAwayBeforeError",
    "Published",
    "published",
    "published_tables",
    "visible_activities",
]
