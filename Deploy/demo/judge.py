"""Reads what `tocsin receive --record` wrote, and judges whether each fault was announced once and resolved once.

    judge.py RECORD told ALERT…        exit 0 once each of these alerts was announced
    judge.py RECORD resolved ALERT…    exit 0 once each of these alerts was announced and resolved
    judge.py RECORD verdict ALERT…     prints a table; exit 0 only if every alert that was ever announced was
                                       announced once and resolved once, and these are among them
"""
import collections
import json
import sys


def changes(path):
    """Every change that a webhook message told: (alert's name, its identity, what changed)."""
    try:
        lines = open(path, encoding="utf-8").read().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        message = json.loads(line)
        body = message.get("body")
        if not isinstance(body, dict) or "tocsin" not in body:
            continue
        for alert, ours in zip(body["alerts"], body["tocsin"]["alerts"]):
            yield alert["labels"]["alertname"], ours["id"], ours["change"]


record, question, *names = sys.argv[1:]
told = collections.defaultdict(collections.Counter)
for name, identity, change in changes(record):
    told[(name, identity)][change] += 1


def all_have(change):
    seen = {name for (name, _), counts in told.items() if counts[change]}
    return set(names) <= seen


def is_right(counts):
    return counts["fired"] == 1 and counts["resolved"] == 1 and counts["passed"] == 0


if question == "told":
    sys.exit(0 if all_have("fired") else 1)
if question == "resolved":
    open_still = [key for key, counts in told.items() if counts["fired"] and not counts["resolved"]]
    sys.exit(0 if all_have("resolved") and not open_still else 1)

print(f"{'alert':<28} {'announced':>9} {'changed':>8} {'resolved':>9}")
for (name, _), counts in sorted(told.items()):
    moved = counts["raised"] + counts["lowered"]
    mark = "" if is_right(counts) else "   ← wrong"
    print(f"{name:<28} {counts['fired']:>9} {moved:>8} {counts['resolved']:>9}{mark}")
missing = set(names) - {name for name, _ in told}
for name in sorted(missing):
    print(f"{name:<28} was never announced")
sys.exit(0 if not missing and all(is_right(counts) for counts in told.values()) else 1)
