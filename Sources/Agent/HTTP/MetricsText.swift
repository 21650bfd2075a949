package import Alerting
package import PromQL

/// Writes metrics in Prometheus's text format: the sampled ones, `ALERTS`, and the agent's own.
package enum MetricsText {
    package static func render(
        samples: [Sample], alerts: [Alert], status: EngineStatus, version: String, now: Timestamp
    ) -> String {
        var families: [String: [(labels: Labels, value: Double)]] = [:]
        // The agent's own are shown as they are now, below, not as they were sampled.
        for sample in samples where sample.labels["instance"] != "tocsin" || sample.labels["probe"] != nil {
            if ["ALERTS", "ALERTS_FOR_STATE"].contains(sample.labels.metric) { continue }
            families[sample.labels.metric ?? "", default: []].append((sample.labels.droppingMetric(), sample.value))
        }
        for alert in alerts where alert.phase == .pending || alert.isOn {
            let state = alert.phase == .pending ? "pending" : "firing"
            families["ALERTS", default: []].append((alert.routedLabels.setting("alertstate", state), 1))
        }
        for (name, labels, value) in own(status: status, version: version) {
            families[name, default: []].append((labels, value))
        }
        var text = ""
        for (name, series) in families.sorted(by: { $0.key < $1.key }) where !name.isEmpty {
            let description = MetricCatalog.description(of: name)
            text += "# HELP \(name) \(description.help)\n# TYPE \(name) \(description.type.rawValue)\n"
            for one in series.sorted(by: { $0.labels < $1.labels }) {
                text += "\(one.labels.setting(Labels.metricName, name).expositionText) \(number(one.value))\n"
            }
        }
        return text
    }

    /// The agent's own metrics; the rules in `Alerts/tocsin.yml` read them too.
    package static func own(status: EngineStatus, version: String) -> [(name: String, labels: Labels, value: Double)] {
        let counters = status.counters
        var all: [(name: String, labels: Labels, value: Double)] = [
            ("tocsin_build_info", ["version": version], 1),
            ("tocsin_samples_total", [:], Double(counters.samples)),
            ("tocsin_series", [:], Double(status.series)),
            ("tocsin_window_samples", [:], Double(status.samples)),
            ("tocsin_window_sample_bytes", [:], Double(status.sampleBytes)),
            ("tocsin_history_commits_total", [:], Double(counters.commits)),
            ("tocsin_history_failed_commits_total", [:], Double(counters.failedCommits)),
            ("tocsin_history_dropped_records_total", [:], Double(counters.droppedRecords)),
            ("tocsin_log_dropped_total", [:], Double(counters.unlogged)),
            ("tocsin_history_backlog_records", [:], Double(status.backlog)),
            ("tocsin_history_writable", [:], status.historyFault == nil ? 1 : 0),
            ("tocsin_clock_drift_seconds", [:], Double(status.clockDrift.milliseconds) / 1_000),
            ("tocsin_outbox_messages", [:], Double(status.outboxRows)),
            ("tocsin_notification_groups", [:], Double(status.groups)),
            ("tocsin_acknowledgements", [:], Double(status.acknowledgements)),
            ("tocsin_rule_evaluations_total", [:], Double(status.ruleEvaluations)),
            ("tocsin_rules_failing", [:], Double(status.rulesFailing)),
            ("tocsin_alerts_received_total", [:], Double(counters.received)),
            ("tocsin_alerts_received_invalid_total", [:], Double(counters.receivedInvalid)),
            ("tocsin_diagnoses_total", [:], Double(counters.diagnoses)),
            ("tocsin_diagnoses_failed_total", [:], Double(counters.failedDiagnoses)),
        ]
        for state in [Silence.State.pending, .active] {
            all.append(("tocsin_silences", ["state": state.rawValue], Double(status.silences[state] ?? 0)))
        }
        all.append(("tocsin_loops_stuck", [:], Double(status.stuckLoops)))
        for standing in status.heartbeats {
            let isMissing: Double = standing.state == .missing ? 1 : 0
            all.append(("tocsin_heartbeat_missing", ["heartbeat": standing.heartbeat.name], isMissing))
        }
        for (destination, standing) in status.destinations {
            let labels: Labels = [
                "receiver": destination.receiver, "channel": destination.channel, "index": "\(destination.index)",
            ]
            all.append(("tocsin_delivery_circuit_open", labels, standing.isCircuitOpen ? 1 : 0))
            all.append(("tocsin_delivery_waiting_messages", labels, Double(standing.waiting)))
        }
        // From zero on for every receiver, so that the first rejection is an increase.
        for receiver in status.receivers {
            let labels: Labels = ["receiver": receiver]
            all.append(("tocsin_notifications_delivered_total", labels, Double(counters.delivered[receiver] ?? 0)))
            all.append(("tocsin_notifications_retried_total", labels, Double(counters.retried[receiver] ?? 0)))
            all.append(("tocsin_notifications_rejected_total", labels, Double(counters.rejected[receiver] ?? 0)))
            all.append(("tocsin_notifications_given_up_total", labels, Double(counters.givenUp[receiver] ?? 0)))
        }
        return all
    }

    /// A number as the text format writes it.
    package static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }
}

extension Labels {
    /// As the text format writes it, without blanks.
    var expositionText: String {
        let others = self.filter { $0.name != Labels.metricName }
        let inner = others.map { "\($0.name)=\"\($0.value.escapedForPromQL)\"" }.joined(separator: ",")
        return inner.isEmpty ? (metric ?? "") : "\(metric ?? ""){\(inner)}"
    }
}
