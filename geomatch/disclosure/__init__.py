"""What may be shown (METHOD 8): the one place that everything published goes through."""

from geomatch.disclosure.control import Published, published
from geomatch.disclosure.visible import VISIBILITIES, visible_activities

__all__ = ["VISIBILITIES", "Published", "published", "visible_activities"]
