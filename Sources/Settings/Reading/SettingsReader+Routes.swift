import Alerting
import PromQL

extension SettingsReader {
    /// What a route takes over from the one above it.
    private struct Inherited {
        var id = "{}"
        var receiver = ""
        var groupBy = Route.GroupBy.labels([])
        var groupWait = Duration.seconds(3)
        var groupInterval = Duration.seconds(300)
        var repeatInterval = Duration.seconds(4 * 3600)
        var fallback: String?
        var escalation: [Route.Escalation] = []
    }

    /// The tree under `route`; nil where its root is wrong.
    func rootRoute(_ value: YAMLValue, receivers: Set<String>, intervals: Set<String>) -> Route? {
        value.mapping { fields in
            if !fields.has("receiver") {
                _ = fields.required("receiver", remedy: "the root route needs a receiver for what no other route takes")
            }
            for key in ["matchers", "match", "match_re"] where fields.has(key) {
                fields.error(
                    "the root route takes every alert and can't have `\(key)`", at: key,
                    remedy: "move it to an entry of `routes`")
            }
            if fields.has("continue") {
                fields.error("`continue` has no meaning on the root route", at: "continue", remedy: "remove it")
            }
            for key in ["mute_time_intervals", "active_time_intervals"] where fields.has(key) {
                fields.error(
                    "the root route can't have `\(key)`: it takes what no other route takes", at: key,
                    remedy: "move it to an entry of `routes`")
            }
            return route(fields, under: Inherited(), receivers: receivers, intervals: intervals)
        }
    }

    private func route(
        _ fields: MappingReader, under above: Inherited, receivers: Set<String>, intervals: Set<String>
    ) -> Route {
        var own = above
        own.receiver = receiver(fields, "receiver", among: receivers) ?? above.receiver
        own.fallback = receiver(fields, "fallback", among: receivers) ?? above.fallback
        if let fallback = own.fallback, fallback == own.receiver, fields.has("fallback") {
            fields.error(
                "`fallback` is the receiver itself, `\(fallback)`", at: "fallback",
                remedy: "name another receiver, which is told what this one rejects")
        }
        if own.fallback == own.receiver { own.fallback = nil }
        own.escalation =
            escalation(fields, among: receivers, of: own.receiver)
            ?? above.escalation.filter { $0.receiver != own.receiver }
        let matchers = matchers(fields)
        let isRoot = above.receiver.isEmpty && above.id == "{}"
        let continues = fields.bool("continue", default: false)
        if let groupBy = groupBy(fields) { own.groupBy = groupBy }
        own.groupWait = fields.duration("group_wait", default: above.groupWait, zero: true)
        own.groupInterval = fields.duration("group_interval", default: above.groupInterval)
        own.repeatInterval = fields.duration("repeat_interval", default: above.repeatInterval)
        if fields.has("repeat_interval"), own.repeatInterval < own.groupInterval {
            yaml.warning(
                "`repeat_interval` (\(own.repeatInterval.promQL)) is shorter than `group_interval` "
                    + "(\(own.groupInterval.promQL))", at: fields.place(of: "repeat_interval"),
                remedy: "repeats come no sooner than `group_interval` allows")
        }
        if !isRoot || !matchers.isEmpty {
            let sorted = matchers.map(\.description).sorted().joined(separator: ",")
            own.id = above.id + "/{" + sorted + "}"
        }
        var taken: [String: Int] = [:]
        let routes = (fields.value("routes")?.list() ?? []).compactMap { entry in
            entry.mapping { fields -> Route? in
                let child = route(fields, under: own, receivers: receivers, intervals: intervals)
                taken[child.id, default: 0] += 1
                guard let count = taken[child.id], count > 1 else { return child }
                return child.renamed(from: child.id, to: "\(child.id)#\(count)")
            }
        }
        return Route(
            id: own.id, receiver: own.receiver, matchers: matchers, continues: continues, groupBy: own.groupBy,
            groupWait: own.groupWait, groupInterval: own.groupInterval, repeatInterval: own.repeatInterval,
            fallback: own.fallback, escalation: own.escalation,
            muteIntervals: names(fields, "mute_time_intervals", among: intervals),
            activeIntervals: names(fields, "active_time_intervals", among: intervals), routes: routes)
    }

    /// The names of intervals under a key.
    private func names(_ fields: MappingReader, _ key: String, among intervals: Set<String>) -> [String] {
        (fields.value(key)?.list() ?? []).compactMap { entry in
            guard let name = entry.nonEmptyString() else { return nil }
            if !intervals.contains(name) {
                entry.error(
                    "no time interval is called `\(name)`",
                    remedy: Nearest.remedy(name, among: intervals, kind: "time intervals")
                        ?? "add `- name: \(name)` under `time_intervals`")
            }
            return name
        }
    }

    func receiver(_ fields: MappingReader, _ key: String, among receivers: Set<String>) -> String? {
        guard let value = fields.value(key), let name = value.nonEmptyString() else { return nil }
        if !receivers.contains(name) {
            value.error(
                "no receiver is called `\(name)`",
                remedy: Nearest.remedy(name, among: receivers, kind: "receivers")
                    ?? "add `- name: \(name)` under `receivers`")
        }
        return name
    }

    private func groupBy(_ fields: MappingReader) -> Route.GroupBy? {
        guard let value = fields.value("group_by"), let entries = value.list() else { return nil }
        var names: [String] = []
        var all = false
        for entry in entries {
            guard let name = entry.nonEmptyString() else { continue }
            if name == "..." {
                all = true
            } else if !LabelName.isValid(name) {
                entry.error("`\(name)` is not a label name", remedy: "or write `[...]` for every label")
            } else if names.contains(name) {
                entry.error("`\(name)` occurs twice in `group_by`", remedy: "keep one of the two")
            } else {
                names.append(name)
            }
        }
        if all && entries.count > 1 {
            value.error(
                "`group_by` has `...`, which means every label, and others beside it",
                remedy: "write `[...]` alone, or leave it out")
        }
        return all ? .all : .labels(names)
    }

    /// The matchers of `matchers`, `match` and `match_re` together.
    ///
    /// - Parameter prefix: stands before each of the three keys.
    func matchers(_ fields: MappingReader, prefix: String = "") -> [Matcher] {
        var found: [Matcher] = []
        if let value = fields.value(prefix + "matchers") {
            let entries =
                !value.isScalar
                ? value.list() ?? [] : [YAMLValue(node: value.node, name: "`\(prefix)matchers`", reader: yaml)]
            for entry in entries {
                if let text = entry.string() { found += matchers(text, at: entry) }
            }
        }
        for (key, operation) in [("match", Matcher.Operation.equal), ("match_re", .matches)] {
            for (name, location, value) in fields.value(prefix + key)?.pairs() ?? [] {
                if !LabelName.isValid(name) { yaml.note(.error, "`\(name)` is not a label name", at: location) }
                guard let text = value.string() else { continue }
                do {
                    found.append(try Matcher(name, operation, text))
                } catch {
                    value.error(
                        "the regular expression of \(value.name) can't be used: \(error.message)",
                        remedy: "expressions are RE2's, and match the whole value")
                }
            }
        }
        return found
    }

    private func matchers(_ text: String, at value: YAMLValue) -> [Matcher] {
        do {
            return try MatcherText.parse(text)
        } catch {
            let place = ScalarText(value)?.location(line: 1, column: error.column) ?? value.location
            yaml.note(.error, "this is no matcher: \(error.message)", at: place, remedy: error.remedy)
            return []
        }
    }
}

extension Route {
    /// The same route and those below it under another identity.
    fileprivate func renamed(from old: String, to new: String) -> Route {
        Route(
            id: new + id.dropFirst(old.count), receiver: receiver, matchers: matchers, continues: continues,
            groupBy: groupBy, groupWait: groupWait, groupInterval: groupInterval, repeatInterval: repeatInterval,
            fallback: fallback, escalation: escalation, muteIntervals: muteIntervals,
            activeIntervals: activeIntervals,
            routes: routes.map { $0.renamed(from: old, to: new) })
    }
}
