"""What a world shows: the parts of need, by municipality and, where asked, sex, group and scenario."""

from __future__ import annotations

from geomatch.settings import Settings
from geomatch.tables import SCENARIOS, SEXES
from tests.worlds import World, persons


def parts(world: World, chosen: Settings | None, key: str) -> list[dict[str, float]]:
    """The parts (persons) that `key` names: a municipality, then any of a scenario, a sex and a target group.

    Without a scenario both are given.
    """
    served = world.served(chosen)
    code, *words = key.split()
    scenarios = [word for word in words if word in SCENARIOS] or list(SCENARIOS)
    for word in set(words) - set(scenarios):
        served = served[served["sex" if word in SEXES else "target_group"] == word]
    return [persons(served, code, scenario) for scenario in scenarios]


def shows(world: World, expected: dict[str, dict[str, float]], chosen: Settings | None = None) -> None:
    """Assert that the world has exactly these parts; parts that are 0 are left out."""
    homes = {person["point"][:4] for person in world.people if person["high"]}
    assert homes <= {key[:4] for key in expected}, "somebody's municipality is not said"
    for key, wanted in expected.items():
        for found in parts(world, chosen, key):
            assert found == wanted, key


def total(world: World, chosen: Settings | None = None, scenario: str = "high") -> float:
    """Persons served in all."""
    served = world.served(chosen)
    rows = served[served["scenario"] == scenario]
    columns = ["served_local_milli", "served_by_corridor_milli", "served_digital_milli"]
    return float(rows[columns].to_numpy().sum()) / 1000
