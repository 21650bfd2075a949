"""A receiver that is down, busy or hangs, and a rule engine that is killed while an alert fires."""
import time

from agent import Agent, presence_rule
from peers import Alertmanager, Prometheus, webhook
from report import Row
from source import numbered
from workbench import say, wait_until

OUTAGE_ALERTS = 100
FAULT = 20
# The design's case is `for: 5m` and Prometheus's four minutes until it no longer counts an alert as firing; a
# fifteenth of both.
HOLD = 20
RESEND = 4


def outage(bench, source, receiver, seconds):
    """Alerts that fire and clear while the receiver's port is closed: how many are ever told of.

    Ten minutes are two of Alertmanager's group intervals; a shorter outage has a shorter one, to be two of them too.
    """
    say(f"{OUTAGE_ALERTS} alerts fire and clear while the receiver is down for {seconds} s")
    gates = peer_gate, our_gate = receiver.gate("down"), receiver.gate("down")
    route = {"receiver": "bench", "group_by": ["alertname"], "group_wait": "1s", "group_interval": f"{seconds // 2}s"}
    path = "/outage"
    series = numbered(OUTAGE_ALERTS)
    source.set(path, "bench_outage", series, 0)
    alertmanager = Alertmanager(bench, "outage-alertmanager", route, [webhook("bench", peer_gate)])
    agent = Agent(bench, "outage-tocsin", {
        "endpoints": [{"name": "bench", "url": source.url(path), "interval": "1s"}], "route": route,
        "receivers": [webhook("bench", our_gate)]}, presence_rule("Bench", "bench_outage > 0"))
    time.sleep(3)
    began = time.monotonic()
    source.set(path, "bench_outage", series, 1)
    batch = [{"labels": {"alertname": "Bench", **labels}} for labels in series]
    alertmanager.post(batch)
    time.sleep(seconds / 3)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    alertmanager.post([{**alert, "endsAt": now} for alert in batch])
    source.set(path, "bench_outage", series, 0)
    time.sleep(max(0, began + seconds - time.monotonic()))
    up = max(receiver.set_mode(gate, "ok") for gate in gates)

    def told(gate):
        return {labels["n"] for _, _, labels in receiver.alerts(gate)}

    # Two more group intervals, and the longest pause between two of our attempts.
    wait_until(seconds + 65, lambda: all(len(told(gate)) == OUTAGE_ALERTS for gate in gates), pause=1)

    def text(gate):
        messages = [moment for moment, status, _ in receiver.messages(gate) if status == 200]
        if not messages:
            return f"0 of {OUTAGE_ALERTS}"
        plural = "message" if len(messages) == 1 else "messages"
        return (f"{len(told(gate))} of {OUTAGE_ALERTS}, in {len(messages)} {plural}, "
                f"{messages[0] - up:.1f} s after it was up")

    row = Row(f"{OUTAGE_ALERTS} alerts fire and clear while the receiver is down for {seconds} s: told afterwards",
              text(peer_gate), text(our_gate), target="all, in one digest",
              met=len(told(our_gate)) == OUTAGE_ALERTS and len(receiver_ok(receiver, our_gate)) == 1)
    alertmanager.daemon.stop()
    agent.daemon.stop()
    return [row]


def receiver_ok(receiver, gate):
    return [moment for moment, status, _ in receiver.messages(gate) if status == 200]


def sick_receiver(bench, source, receiver, patience):
    """A receiver that answers 429 with Retry-After: 5, and one that reads and never answers, each for 20 s."""
    say(f"receivers that answer 429, or hang, for {FAULT} s; then up to {patience} s until they are told")
    cases = {"busy": "answers 429 with `Retry-After: 5`", "hang": "hangs"}
    peer_gates = {case: receiver.gate(case) for case in cases}
    our_gates = {case: receiver.gate(case) for case in cases}

    def settings(gates):
        first, *_ = gates
        return {
            "route": {"receiver": first, "group_by": ["..."], "group_wait": "0s", "routes": [
                {"receiver": case, "matchers": [f'n="{case}"']} for case in gates]},
            "receivers": [webhook(case, gate) for case, gate in gates.items()]}

    path = "/sick"
    series = [{"n": case} for case in cases]
    source.set(path, "bench_sick", series, 0)
    alertmanager = Alertmanager(bench, "sick-alertmanager", **settings(peer_gates))
    agent = Agent(bench, "sick-tocsin", {
        "endpoints": [{"name": "bench", "url": source.url(path), "interval": "1s"}], **settings(our_gates)},
        presence_rule("Bench", "bench_sick > 0"))
    time.sleep(3)
    source.set(path, "bench_sick", series, 1)
    firing = [{"labels": {"alertname": "Bench", **labels}} for labels in series]
    alertmanager.post(firing)
    time.sleep(FAULT)
    well = {gate: receiver.set_mode(gate, "ok") for gate in (*peer_gates.values(), *our_gates.values())}

    last_post = time.monotonic()

    def all_told():
        nonlocal last_post
        # As Prometheus does while an alert goes on; else Alertmanager would take it for over.
        if time.monotonic() - last_post > 60:
            alertmanager.post(firing)
            last_post = time.monotonic()
        return all(receiver.count(gate) for gate in well)

    wait_until(patience, all_told, pause=1)

    def delay(gate):
        moments = receiver_ok(receiver, gate)
        return moments[0] - well[gate] if moments else None

    rows = []
    for case, words in cases.items():
        theirs, ours = delay(peer_gates[case]), delay(our_gates[case])
        rows.append(Row(
            f"the receiver {words} for {FAULT} s: delivered after it is well",
            *[f"{one:.1f} s" if one is not None else f"not within {patience} s" for one in (theirs, ours)],
            ratio=f"{ours / theirs:.2f} ×" if ours is not None and theirs else "", target="≤ 6 s",
            met=ours is not None and ours <= 6))
    alertmanager.daemon.stop()
    agent.daemon.stop()
    return rows


def killed_engine(bench, source, receiver):
    """kill -9 of the rule engine while an alert with `for` fires; it starts again ten seconds later."""
    say(f"the rule engine killed while an alert with `for: {HOLD}s` fires")
    peer_gate, our_gate = receiver.gate(), receiver.gate()
    route = {"receiver": "bench", "group_by": ["..."], "group_wait": "0s", "group_interval": "5s"}
    path = "/held"
    series = numbered(1)
    source.set(path, "bench_held", series, 1)
    rules = presence_rule("Bench", "bench_held > 0", f"{HOLD}s")
    alertmanager = Alertmanager(bench, "held-alertmanager", route, [webhook("bench", peer_gate)])
    prometheus = Prometheus(bench, "held-prometheus", source.port, rules, "1s", alertmanager, path,
                            flags=[f"--rules.alert.resend-delay={RESEND}s"])
    agent = Agent(bench, "held-tocsin", {
        "evaluation_interval": "1s", "endpoints": [{"name": "bench", "url": source.url(path), "interval": "1s"}],
        "route": route, "receivers": [webhook("bench", our_gate)]}, rules)
    wait_until(HOLD + 20, lambda: receiver.count(peer_gate) and receiver.count(our_gate))
    time.sleep(5)
    before = {gate: receiver.count(gate) for gate in (peer_gate, our_gate)}
    for one in (prometheus, agent):
        one.daemon.kill()
    killed = time.time()
    time.sleep(10)
    for one in (prometheus, agent):
        one.daemon.start()
    agent.wait_ready()
    # Until what Prometheus last said has run out, its rule has held anew, and some more.
    time.sleep(4 * RESEND + HOLD + 20)

    def heard(gate):
        later = [(moment - killed, status) for moment, status, _ in receiver.alerts(gate) if moment > killed]
        names = {"firing": "announced anew", "resolved": "false RESOLVED"}
        if not before[gate]:
            return "was never announced"
        return ", then ".join(f"{names[status]} after {moment:.0f} s" for moment, status in later) or "nothing sent"

    ours = heard(our_gate)
    for one in (agent, prometheus, alertmanager):
        one.daemon.stop()
    return [Row(f"the rule engine killed with -9 while an alert with `for: {HOLD}s` fires, back after 10 s",
                heard(peer_gate), ours, target="nothing is sent", met=ours == "nothing sent")]
