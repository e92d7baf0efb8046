"""Who can get to an activity and home again, who cannot, and what would change that."""

__version__ = "0.2.0"
