"""A figure: samples of one thing, their median and what is known of it, and whether it reaches its goal."""

import math
import statistics
from dataclasses import dataclass


@dataclass
class Figure:
    scenario: str
    name: str
    unit: str
    samples: list
    # The median should not be above it.
    goal: float | None = None

    @property
    def median(self):
        return statistics.median(self.samples)

    def interval(self):
        """Where the true median lies with 95 % certainty; None with fewer than six samples."""
        rank = rank_of_interval(len(self.samples))
        if rank is None:
            return None
        ordered = sorted(self.samples)
        return ordered[rank], ordered[-1 - rank]

    def verdict(self):
        """A question mark where the goal lies inside the interval, or where there is none."""
        if self.goal is None:
            return ""
        word = "holds" if self.median <= self.goal else "missed"
        interval = self.interval()
        sure = interval and not interval[0] <= self.goal < interval[1]
        return word if sure else word + "?"

    def as_json(self):
        fields = {"scenario": self.scenario, "name": self.name, "unit": self.unit, "median": self.median}
        fields |= {"samples": self.samples, "interval_95": self.interval()}
        return fields | ({"goal": self.goal, "verdict": self.verdict()} if self.goal is not None else {})


def rank_of_interval(count):
    """How many samples to leave out at each end: order statistics, no assumption about their distribution."""
    certainty = 1.0
    rank = None
    for outside in range(count // 2):
        certainty -= 2 * math.comb(count, outside) / 2**count
        if certainty < 0.95:
            break
        rank = outside
    return rank


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value < 0.1 else f"{value:.2f}"


def row(figure):
    low, high = min(figure.samples), max(figure.samples)
    interval = figure.interval()
    return (
        figure.name,
        f"{number(figure.median)} {figure.unit}",
        f"{number(low)} – {number(high)}" if len(figure.samples) > 1 else "",
        f"{number(interval[0])} – {number(interval[1])}" if interval else "",
        f"≤ {number(figure.goal)}" if figure.goal is not None else "",
        figure.verdict(),
    )


def table(figures):
    """For people, and for Markdown."""
    head = ("figure", "median", "range", "95 % of the median", "goal", "")
    rows = []
    scenario = None
    for figure in figures:
        if figure.scenario != scenario:
            scenario = figure.scenario
            rows.append((f"**{scenario}**", "", "", "", "", ""))
        rows.append(row(figure))
    widths = [max(len(line[column]) for line in [head, *rows]) for column in range(len(head))]

    def text(line):
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([text(head), rule, *map(text, rows)])
