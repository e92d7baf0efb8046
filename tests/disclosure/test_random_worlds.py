"""Random months and editions, published and then attacked: nothing may fall (`make worlds` tries a thousand)."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomatch.audit import attack
from geomatch.settings import DisclosureSettings
from tests.disclosure.random_worlds import published_world, random_world

RULES = {
    "withhold": DisclosureSettings(),
    "interval": DisclosureSettings(method="interval"),
    "rounded": DisclosureSettings(method="rounded", round_to=10),
}


@pytest.mark.parametrize("seed", range(24))
def test_nothing_falls(seed: int, tmp_path: Path) -> None:
    published_world(random_world(seed), tmp_path, RULES["withhold"])
    report = attack(tmp_path)
    assert report.failures == ()
    assert report.contradictions == ()


@pytest.mark.parametrize("method", ["interval", "rounded"])
@pytest.mark.parametrize("seed", range(1000, 1003))
def test_nothing_falls_however_small_counts_are_shown(method: str, seed: int, tmp_path: Path) -> None:
    published_world(random_world(seed), tmp_path, RULES[method])
    report = attack(tmp_path)
    assert report.failures == ()
    assert report.contradictions == ()


def test_without_cover_it_falls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack is none if it never gets anywhere: with small counts alone withheld, most worlds fall."""
    monkeypatch.setattr(
        "geomatch.disclosure.control.pattern",
        lambda system: frozenset(f for f, one in enumerate(system.figures) if one.small),
    )
    fallen = 0
    for seed in range(6):
        folder = tmp_path / str(seed)
        published_world(random_world(seed), folder, RULES["withhold"])
        fallen += bool(attack(folder).failures)
    assert fallen >= 4
