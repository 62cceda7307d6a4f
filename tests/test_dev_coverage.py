# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What coverage's totals come to: lines are asked for, branches are shown, and neither is mixed with the other."""

from ..dev.commands.coverage import summary

TOTALS = {
    "num_statements": 200,
    "covered_lines": 190,
    "num_branches": 40,
    "covered_branches": 10,
    # Coverage's own figure takes both together.
    "percent_covered": 83.3,
}


def test_lines_and_branches_are_counted_apart():
    assert summary(TOTALS) == (95.0, "95.0 % of 200 lines, 25.0 % of 40 branches")


def test_where_there_is_nothing_nothing_is_missing():
    nothing = dict.fromkeys(TOTALS, 0)
    assert summary(nothing) == (100.0, "100.0 % of 0 lines, 100.0 % of 0 branches")
