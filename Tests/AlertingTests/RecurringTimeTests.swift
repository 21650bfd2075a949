import Alerting
import Foundation
import PromQL
import Templates
import Testing

/// Which moments belong to an interval, and when that changes.
@Suite("Recurring times")
struct RecurringTimeTests {
    typealias Part = RecurringTime.Span

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let span: Part
        let inside: [String]
        let outside: [String]

        var testDescription: String { name }
    }

    static func zone(_ name: String) -> TemplateZone {
        let bytes = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").map { Array($0) } ?? []
        return TemplateZone(name: name, file: bytes) ?? .utc
    }

    /// A time as RFC 3339 in UTC.
    static func time(_ text: String) throws -> Timestamp {
        Timestamp(seconds: try Date(text, strategy: .iso8601).timeIntervalSince1970)
    }

    static let cases = [
        Case(
            name: "a day's hours, the end excluded", span: Part(minutes: [540..<1_020]),
            inside: ["2026-03-02T09:00:00Z", "2026-03-02T16:59:59Z"],
            outside: ["2026-03-02T08:59:59Z", "2026-03-02T17:00:00Z"]),
        Case(
            name: "up to midnight", span: Part(minutes: [1_320..<1_440]), inside: ["2026-03-02T23:59:59Z"],
            outside: ["2026-03-03T00:00:00Z", "2026-03-02T21:59:59Z"]),
        Case(
            name: "weekends", span: Part(weekdays: [6...6, 0...0]),
            inside: ["2026-03-07T00:00:00Z", "2026-03-08T23:59:59Z"],
            outside: ["2026-03-06T23:59:59Z", "2026-03-09T00:00:00Z"]),
        Case(
            name: "working hours in Berlin, in winter and in summer",
            span: Part(minutes: [540..<1_020], weekdays: [1...5], zone: zone("Europe/Berlin")),
            inside: ["2026-01-12T08:00:00Z", "2026-07-13T07:00:00Z"],
            outside: ["2026-01-12T07:59:59Z", "2026-07-13T15:00:00Z", "2026-07-12T10:00:00Z"]),
        Case(
            name: "a weekday is that of the zone", span: Part(weekdays: [1...1], zone: zone("Asia/Tokyo")),
            inside: ["2026-03-01T15:00:00Z"], outside: ["2026-03-02T15:00:00Z"]),
        Case(
            name: "the last three days of a month", span: Part(daysOfMonth: [.init(first: -3, last: -1)]),
            inside: ["2026-02-26T00:00:00Z", "2026-02-28T12:00:00Z", "2028-02-29T12:00:00Z", "2026-04-30T12:00:00Z"],
            outside: ["2026-02-25T12:00:00Z", "2026-03-01T00:00:00Z", "2028-02-26T12:00:00Z"]),
        Case(
            name: "from the first to the last but one", span: Part(daysOfMonth: [.init(first: 1, last: -2)]),
            inside: ["2026-04-01T00:00:00Z", "2026-04-29T12:00:00Z"], outside: ["2026-04-30T12:00:00Z"]),
        Case(
            name: "days that a short month lacks", span: Part(daysOfMonth: [.init(first: 30, last: 31)]),
            inside: ["2026-04-30T12:00:00Z", "2026-05-31T12:00:00Z"],
            outside: ["2026-02-28T12:00:00Z", "2026-03-01T12:00:00Z"]),
        Case(
            name: "days from the end that a short month lacks", span: Part(daysOfMonth: [.init(first: -31, last: -30)]),
            inside: ["2026-05-01T12:00:00Z", "2026-04-01T12:00:00Z"], outside: ["2026-02-01T12:00:00Z"]),
        Case(
            name: "months and years", span: Part(months: [12...12, 1...2], years: [2026...2027]),
            inside: ["2026-01-01T00:00:00Z", "2027-12-31T23:59:59Z"],
            outside: ["2025-12-31T23:59:59Z", "2026-03-01T00:00:00Z", "2028-01-01T00:00:00Z"]),
    ]

    @Test(arguments: cases)
    func contains(_ one: Case) throws {
        let interval = RecurringTime(name: "x", spans: [one.span])
        for text in one.inside { #expect(interval.contains(try Self.time(text)), "\(text)") }
        for text in one.outside { #expect(!interval.contains(try Self.time(text)), "\(text)") }
        #expect(!RecurringTime(name: "x", spans: []).contains(try Self.time(one.inside[0])))
    }

    static let moves: [(name: String, span: Part, from: String, next: String)] = [
        ("the end of the hours", Part(minutes: [540..<1_020]), "2026-03-02T12:00:00Z", "2026-03-02T17:00:00Z"),
        ("their beginning tomorrow", Part(minutes: [540..<1_020]), "2026-03-02T17:00:00Z", "2026-03-03T09:00:00Z"),
        (
            "over midnight without a gap", Part(minutes: [0..<60, 1_380..<1_440]), "2026-03-02T23:30:00Z",
            "2026-03-03T01:00:00Z"
        ),
        ("the end of the weekend", Part(weekdays: [6...6, 0...0]), "2026-03-07T10:00:00Z", "2026-03-09T00:00:00Z"),
        (
            "next month's last day", Part(daysOfMonth: [.init(first: -1, last: -1)]), "2026-02-28T23:00:00Z",
            "2026-03-01T00:00:00Z"
        ),
        (
            "a day that comes once a year", Part(daysOfMonth: [.init(first: 29, last: 29)], months: [2...2]),
            "2027-06-01T00:00:00Z", "2028-02-29T00:00:00Z"
        ),
        // Clocks go from 2:00 to 3:00 at 1:00 UTC: half past two does not exist, so the interval begins at three.
        (
            "in the hour that spring leaves out", Part(minutes: [150..<240], zone: zone("Europe/Berlin")),
            "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"
        ),
        (
            "and ends as always", Part(minutes: [150..<240], zone: zone("Europe/Berlin")), "2026-03-29T01:30:00Z",
            "2026-03-29T02:00:00Z"
        ),
        // Clocks go from 3:00 back to 2:00 at 1:00 UTC: half past two comes twice.
        (
            "autumn's hour, the first time", Part(minutes: [120..<150], zone: zone("Europe/Berlin")),
            "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z"
        ),
        (
            "autumn's hour, the second time", Part(minutes: [120..<150], zone: zone("Europe/Berlin")),
            "2026-10-25T00:40:00Z", "2026-10-25T01:00:00Z"
        ),
        (
            "a zone of a half hour", Part(minutes: [0..<60], zone: zone("Asia/Kolkata")), "2026-05-01T12:00:00Z",
            "2026-05-01T18:30:00Z"
        ),
    ]

    @Test(arguments: moves)
    func changes(_ name: String, _ span: Part, _ from: String, _ next: String) throws {
        let interval = RecurringTime(name: "x", spans: [span])
        #expect(interval.nextChange(after: try Self.time(from)) == (try Self.time(next)), "\(name)")
    }

    @Test("what never changes is looked at again, and every change is one")
    func bounds() throws {
        let start = try Self.time("2026-01-01T00:00:00Z")
        let always = RecurringTime(name: "x", spans: [Part()])
        #expect(always.nextChange(after: start) == start + .seconds(86_400 * RecurringTime.horizon))
        let berlin = RecurringTime(
            name: "x", spans: [Part(minutes: [90..<200], weekdays: [0...0], zone: Self.zone("Europe/Berlin"))])
        var now = start
        for _ in 0..<200 {
            let next = berlin.nextChange(after: now)
            #expect(next > now && berlin.contains(next) != berlin.contains(now))
            #expect(berlin.contains(next - .milliseconds(1)) == berlin.contains(now))
            now = next
        }
        #expect(now > start + .seconds(86_400 * 365))
    }
}
