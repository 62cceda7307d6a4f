# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a benchmark answers with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """Two durations (or sizes) measured in the same run, divided, and what the design allows.

    Ratios, since seconds are noise on a machine that does other things besides.

    :param name: what was compared with what
    :param value: the ratio
    :param at_most: the budget, when less is better
    :param at_least: the budget, when more is better
    """

    name: str
    value: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the budget is kept; a ratio without one always is."""
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    def __str__(self) -> str:
        budget = "no budget"
        if self.at_most is not None:
            budget = f"budget <= {self.at_most:g}"
        elif self.at_least is not None:
            budget = f"budget >= {self.at_least:g}"
        return f"{'ok  ' if self.kept else 'OVER'} {self.value:8.3f}  {budget:<16}  {self.name}"
