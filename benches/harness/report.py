"""The figures as Markdown: ratios first, since only they travel; what this machine gave beside them."""

import datetime
import os
import statistics

BEGIN, END = "<!-- figures: written by benches/run -->", "<!-- end of figures -->"
LOADS = {"by-id": "row by id", "list": "list of 100", "list, no total": "list of 100, total not counted", "insert": "insert"}


class Figures:
    """All that was measured of one peer."""

    def __init__(self, peer):
        self.peer = peer
        self.outcomes = {}  # the name of a load → one outcome for each round
        self.idle_mib, self.after_mib, self.first_answer_ms = [], [], None

    def add(self, outcomes, idle, after):
        for name, outcome in outcomes.items():
            self.outcomes.setdefault(name, []).append(outcome)
        self.idle_mib.append(idle)
        self.after_mib.append(after)

    def rate(self, load):
        found = self.outcomes.get(load)
        return statistics.median(outcome.rate for outcome in found) if found else None

    def title(self):
        return f"{self.peer.title} {self.peer.version}".strip()


def table(head, lines):
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *lines])


def ratios(socle, others):
    """How many times each peer's rate Socle reaches; of the ceiling, which part."""
    lines = []
    for load, label in LOADS.items():
        # A list without a total is set beside Socle's ordinary list, which counts nothing unless asked.
        mine = socle.rate(load) or (socle.rate("list") if load.startswith("list") else None)
        cells = [ratio(mine, other.rate(load), other.peer.key) for other in others]
        if any(cell != "" for cell in cells):
            lines.append([label, *cells])
    return table(["Socle reaches", *(f"of {other.title()}" for other in others)], lines)


def ratio(mine, theirs, key):
    if not mine or not theirs:
        return ""
    return f"{100 * mine / theirs:.0f} %" if key == "rocket" else f"**{mine / theirs:.1f} ×**"


def absolute(all_figures):
    lines = []
    for load, label in LOADS.items():
        for figures in all_figures:
            found = figures.outcomes.get(load)
            if found:
                rates = sorted(outcome.rate for outcome in found)
                middle = sorted(found, key=lambda outcome: outcome.rate)[len(found) // 2]
                lines.append([
                    label, figures.title(), f"{statistics.median(rates):,.0f}",
                    f"{rates[0]:,.0f}–{rates[-1]:,.0f}", f"{middle.p50_ms:.2f}", f"{middle.p99_ms:.2f}",
                ])
    return table(["load", "server", "requests/s", "least–most", "p50 ms", "p99 ms"], lines)


def weight(all_figures):
    lines = []
    for figures in all_figures:
        path = figures.peer.binary()
        lines.append([
            figures.title(),
            f"{statistics.median(figures.idle_mib):.1f} MiB",
            f"{statistics.median(figures.after_mib):.1f} MiB",
            f"{figures.first_answer_ms:.0f} ms" if figures.first_answer_ms else "",
            f"{os.path.getsize(path) / 1e6:.1f} MB" if path else "",
        ])
    return table(["", "resident, idle", "resident, after the loads", "start to first row", "binary"], lines)


def markdown(all_figures, machine, rounds, seconds, busy):
    day = datetime.date.today().isoformat()
    socle = next((figures for figures in all_figures if figures.peer.key == "socle"), None)
    others = [figures for figures in all_figures if figures is not socle]
    parts = []
    if socle and others:
        parts += [ratios(socle, others), ""]
    parts += [
        f"This machine, {day}: {machine}. Medians of {rounds} round{'s' * (rounds > 1)} of {seconds} s, "
        "32 connections, one load thread.", "",
    ]
    if busy:
        parts += [f"Something else used {busy:.0%} of the processors when this began: the figures are off.", ""]
    return "\n".join([*parts, absolute(all_figures), "", weight(all_figures)])


def write(path, text):
    """Puts the figures between the markers of a Markdown file."""
    with open(path, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN)
    after = rest.split(END)[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
