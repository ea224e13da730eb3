"""Points are whole hundredths; what cannot be said in them is refused."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_MOST = 10**15  # sums of points stay far inside 64 bits


def centipoints_of(value: object) -> int:
    """Points as written in a policy file (-0.5, 40) as centipoints (-50, 4000).

    Raises ValueError for what is no number or has more than two decimals.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("points are a number such as -0.5 or 40")
    try:
        scaled = Decimal(str(value)) * 100
    except InvalidOperation:
        raise ValueError("points are a number such as -0.5 or 40") from None
    if not scaled.is_finite() or abs(scaled) > _MOST:
        raise ValueError("points are a number such as -0.5 or 40")
    if scaled != scaled.to_integral_value():
        raise ValueError("points have at most two decimals")
    return int(scaled)
