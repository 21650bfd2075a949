"""The table: one row for each number, both sides beside each other, with the design's target."""
import os
import platform
import statistics
import subprocess
from dataclasses import dataclass

from workbench import binary


@dataclass
class Row:
    what: str
    peers: str
    ours: str
    ratio: str = ""
    target: str = ""
    # Whether the target is met; None where there is none.
    met: bool | None = None


def percentile(values, share):
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def spread(values):
    """Median, 95th percentile and maximum of seconds."""
    if not values:
        return "none arrived"
    middle = statistics.median(values)
    digits = 2 if middle < 10 else 0 if middle >= 30 else 1
    return " / ".join(f"{one:.{digits}f}" for one in (middle, percentile(values, 95), max(values))) + " s"


def ratio(ours, peers):
    """Ours as a share of the peers'."""
    return f"{ours / peers:.2f} ×" if ours is not None and peers else ""


def markdown(rows, notes, seconds, quick):
    lines = [
        "# Tocsin beside prometheus-postgres-exporter, Prometheus and Alertmanager", "",
        f"One run on one machine, {seconds / 60:.0f} minutes"
        + (", with fewer repetitions (`--quick`)" if quick else "")
        + f": {machine()}. Both sides did the same work. «Ratio» is Tocsin's number as a share of the peers'.", "",
        "| what | the three peers | Tocsin | ratio | target | met |", "|---|---|---|---|---|---|",
    ]
    for row in rows:
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        lines.append(f"| {row.what} | {row.peers} | {row.ours} | {row.ratio} | {row.target} | {met} |")
    if notes:
        lines += ["", "## How it was measured", ""] + [f"- {note}" for note in notes]
    return "\n".join(lines) + "\n"


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return (f"{os.cpu_count()} × {model}, Linux {platform.release()}; {version('prometheus-postgres-exporter')}, "
            f"{version('prometheus')}, {version('prometheus-alertmanager')}; Tocsin {version(binary())}")


def version(program):
    outcome = subprocess.run([program, "--version"], capture_output=True, text=True)
    return (outcome.stdout + outcome.stderr).split(" (")[0].strip()
