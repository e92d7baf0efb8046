"""Shares as rows: what a published share says of the figures that it is made of."""

from __future__ import annotations

from math import ceil, floor

from geomatch.audit.agency import dims_of
from geomatch.audit.model import SEXES, Model, need_ends
from geomatch.audit.system import INFINITE
from geomatch.audit.told import Edition, Share

__all__ = ["shares_told"]


def shares_told(model: Model, edition: Edition) -> None:
    """Rows of the shares of an edition."""
    if edition.rounded_to:
        return  # they are of the rounded figures, and say no more
    # What the share of a municipality is of may be its adults: that it is of all enrolled shows where all is shown.
    of_everyone = all(
        _fits(model, edition, area, name, share)
        for (area, name), share in edition.shares.items()
        if len(area) == 4 and name != "women_share"
    )
    for (area, name), share in sorted(edition.shares.items()):
        if name == "women_share":
            _women_share(model, edition, area, share)
        elif len(area) == 2 and not edition.withholds:
            continue  # likewise
        elif len(area) == 2:
            _total_share(model, edition, area, name, share)
        elif of_everyone:
            _own_share(model, edition, area, name, share)


def _share_fact(model: Model, edition: Edition, area: str, name: str, share: Share) -> int:
    figure = name.removesuffix("_low").removesuffix("_high")
    million = (floor(share.low * 10**6), ceil(share.high * 10**6))
    return model.fact(edition, "areas", (area,), figure, million, share.files)


def _women_share(model: Model, edition: Edition, area: str, share: Share) -> None:
    """`share` of women and men are women."""
    women, men = (model.count(edition, area, dims_of("sex", sex)) for sex in SEXES)
    tag = _share_fact(model, edition, area, "women_share", share)
    for end, sign in ((share.low, 1), (share.high, -1)):
        above, below = sign * (end.denominator - end.numerator), sign * -end.numerator
        model.system.row([(women, above), (men, below)], 0, INFINITE, tag)


def _total_share(model: Model, edition: Edition, area: str, name: str, share: Share) -> None:
    """Of a county and the country: the least gap beside the most need, and the reverse."""
    need = need_ends(model, edition, area)
    ends = model.computed.get(("gap", edition.month, edition.since_of(area), area))
    if need is None or ends is None:
        return
    low = name.endswith("_low")
    by = need[1] if low else need[0]
    if not by:
        return
    tag = _share_fact(model, edition, area, name, share)
    # A share that would be more than one stands as one.
    most = floor(share.high * by) if share.high < 1 else INFINITE
    model.system.row([(ends.low if low else ends.high, 1)], ceil(share.low * by), most, tag)


def _fits(model: Model, edition: Edition, area: str, name: str, share: Share) -> bool:
    """Whether what is shown of a municipality fits a share of its enrolled."""
    told = edition.figures.get(("areas", (area,), "gap"))
    bounds = _own_bounds(model, edition, area, name, share)
    if told is None or told.ends is None or bounds is None:
        return True
    value = told.ends[0] if name.endswith("_low") else told.ends[1]
    return bounds[0] <= value <= bounds[1]


def _own_bounds(model: Model, edition: Edition, area: str, name: str, share: Share) -> tuple[int, int] | None:
    """Between which an end of a municipality's gap lies by its share, which is of thousandths of persons."""
    need = need_ends(model, edition, area)
    if need is None or not need[1]:
        return None
    # The program reckons in whole thousandths of persons.
    least = max(0, ceil(share.low * need[0] * 1000))
    most = floor(share.high * need[1] * 1000)
    exact = need[0] == need[1]
    if exact and least > most:
        return None
    if name.endswith("_low"):
        return least // 1000, most // 1000 if exact else INFINITE
    return -(-least // 1000) if exact else 0, -(-most // 1000)


def _own_share(model: Model, edition: Edition, area: str, name: str, share: Share) -> None:
    ends = model.computed.get(("gap", edition.month, edition.since_of(area), area))
    bounds = _own_bounds(model, edition, area, name, share)
    if ends is not None and bounds is not None:
        tag = _share_fact(model, edition, area, name, share)
        model.system.row([(ends.low if name.endswith("_low") else ends.high, 1)], *bounds, tag)
