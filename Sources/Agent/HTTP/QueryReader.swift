import Alerting
import Foundation
package import History
import PromQL
import Settings

/// Turns the parameters of a request for the history into a query, and says what is wrong with one that is.
package enum QueryReader {
    package struct Problem: Error, CustomStringConvertible, Hashable {
        package let description: String
    }

    private static let eventParameters = [
        "from", "to", "alert", "rule", "level", "kind", "label", "limit", "cursor", "order",
    ]
    private static let ledgerParameters = [
        "from", "since", "to", "alert", "receiver", "message", "kind", "result", "limit", "cursor", "order",
    ]

    /// - Parameter parameters: names and values as they stand in the request; a name may occur several times.
    package static func events(_ parameters: [(name: String, value: String)]) throws(Problem) -> EventQuery {
        var query = EventQuery()
        for (name, value) in parameters {
            switch name {
            case "from": query.from = try time(value, name)
            case "to": query.to = try time(value, name)
            case "alert": query.alert = try alert(value)
            case "rule": query.rule = value
            case "level": query.levels.insert(try choice(value, name, Severity.allCases))
            case "kind": query.kinds.insert(try choice(value, name, AlertEvent.Kind.allCases))
            case "label": query.matchers.append(try matcher(value))
            case "limit": query.limit = try limit(value)
            case "cursor": query.cursor = value
            case "order": query.order = try order(value)
            default: throw unknown(name, among: eventParameters)
            }
        }
        return query
    }

    /// - Parameter parameters: names and values as they stand in the request; a name may occur several times.
    package static func ledger(_ parameters: [(name: String, value: String)]) throws(Problem) -> LedgerQuery {
        var query = LedgerQuery()
        for (name, value) in parameters {
            switch name {
            case "from", "since": query.from = try time(value, name)
            case "to": query.to = try time(value, name)
            case "alert": query.alert = try alert(value)
            case "result": query.kinds.formUnion(try choice(value, name, Result.allCases).kinds)
            case "receiver": query.receiver = value
            case "message":
                guard let number = Int64(value) else {
                    throw Problem(description: "`message` takes a number, not `\(value)`")
                }
                query.message = number
            case "kind": query.kinds.insert(try choice(value, name, LedgerEntry.Kind.allCases))
            case "limit": query.limit = try limit(value)
            case "cursor": query.cursor = value
            case "order": query.order = try order(value)
            default: throw unknown(name, among: ledgerParameters)
            }
        }
        return query
    }

    /// How an attempt or a decision ended, in the words of who asks.
    private enum Result: String, CaseIterable {
        case delivered, failed, withheld

        var kinds: Set<LedgerEntry.Kind> {
            switch self {
            case .delivered: [.delivered]
            case .failed: [.retry, .rejected, .givenUp]
            case .withheld: [.withheld]
            }
        }
    }

    /// Seconds since 1970 or RFC 3339.
    private static func time(_ text: String, _ name: String) throws(Problem) -> Timestamp {
        if let time = Timestamp(text) { return time }
        throw Problem(
            description: "`\(name)` takes a time such as 2026-11-23T08:00:00Z or seconds since 1970, not `\(text)`")
    }

    private static func alert(_ text: String) throws(Problem) -> AlertID {
        guard let id = AlertID(text) else {
            throw Problem(description: "`alert` takes an alert's id of 16 hexadecimal digits, not `\(text)`")
        }
        return id
    }

    private static func limit(_ text: String) throws(Problem) -> Int {
        guard let number = Int(text), (1...EventQuery.longestPage).contains(number) else {
            throw Problem(description: "`limit` takes a number from 1 to \(EventQuery.longestPage), not `\(text)`")
        }
        return number
    }

    private static func order(_ text: String) throws(Problem) -> HistoryOrder {
        switch text {
        case "newest": return .newestFirst
        case "oldest": return .oldestFirst
        default: throw Problem(description: "`order` is newest or oldest, not `\(text)`")
        }
    }

    private static func choice<Choice: RawRepresentable<String>>(
        _ text: String, _ name: String, _ all: [Choice]
    ) throws(Problem) -> Choice {
        guard let choice = Choice(rawValue: text) else {
            let names = all.map(\.rawValue).joined(separator: ", ")
            throw Problem(description: "`\(name)` is one of \(names), not `\(text)`")
        }
        return choice
    }

    /// `name=value`, `name!=value`, `name=~pattern`, `name!~pattern`; the value may be quoted.
    private static func matcher(_ text: String) throws(Problem) -> Matcher {
        let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        let rest = text.dropFirst(name.count)
        let operations: [(String, Matcher.Operation)] = [
            ("=~", .matches), ("!~", .notMatches), ("!=", .notEqual), ("=", .equal),
        ]
        guard !name.isEmpty, let found = operations.first(where: { rest.hasPrefix($0.0) }) else {
            throw Problem(description: "`label` takes a condition such as pool=web or rule=~Pool.*, not `\(text)`")
        }
        var value = rest.dropFirst(found.0.count)
        if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
        do {
            return try Matcher(String(name), found.1, String(value))
        } catch {
            throw Problem(description: "`label`: \(error)")
        }
    }

    private static func unknown(_ name: String, among known: [String]) -> Problem {
        Problem(description: "unknown parameter `\(name)`; there are \(known.joined(separator: ", "))")
    }
}
