"""Every number that can be chosen, in one frozen tree, with its unit, its source and its default.

`geomatch.toml` holds the same names. What the file leaves out keeps its default; what it names wrongly is an error
that lists every such place.
"""

from geomatch.settings.file import load_settings, settings_toml
from geomatch.settings.tree import (
    DEFAULT_SHARES,
    AllocationSettings,
    CorridorSettings,
    DisclosureSettings,
    IndexSettings,
    LimitSettings,
    MaskSettings,
    SessionSettings,
    Settings,
    Share,
    SiteSettings,
    TimetableSettings,
    TransferSettings,
    WalkSettings,
)

__all__ = [
    "DEFAULT_SHARES",
    "AllocationSettings",
    "CorridorSettings",
    "DisclosureSettings",
    "IndexSettings",
    "LimitSettings",
    "MaskSettings",
    "SessionSettings",
    "Settings",
    "Share",
    "SiteSettings",
    "TimetableSettings",
    "TransferSettings",
    "WalkSettings",
    "load_settings",
    "settings_toml",
]
