"""How far a distribution moved between two snapshots."""

from collections.abc import Mapping
from math import log

_LEAST_SHARE = 1e-4  # what an empty bucket counts as, so that its logarithm is finite


def psi(before: Mapping[str, int], after: Mapping[str, int]) -> float:
    """The population stability index of two counts per bucket; 0 when their shares agree.

    Below 0.1 little has moved, above 0.25 much (Siddiqi, Credit Risk Scorecards, 2006).

    >>> psi({"1": 50, "2": 50}, {"1": 500, "2": 500})
    0.0
    >>> round(psi({"1": 50, "2": 50}, {"1": 80, "2": 20}), 3)
    0.416
    """
    old, new = sum(before.values()), sum(after.values())
    if not old or not new:
        return 0.0
    total = 0.0
    for bucket in {*before, *after}:
        was = max(before.get(bucket, 0) / old, _LEAST_SHARE)
        now = max(after.get(bucket, 0) / new, _LEAST_SHARE)
        total += (now - was) * log(now / was)
    return total
