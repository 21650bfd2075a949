import Alerting
import Foundation
import HTTPTypes
import PromQL
import Testing

@testable import Agent

/// What Alertmanager 0.25 takes and refuses, as it answered when it was asked the same.
@Suite("Alerts as they are sent")
struct PostableAlertTests {
    private static let now = Timestamp(milliseconds: 1_790_000_000_000)

    private func receive(_ body: String) -> [String] {
        do {
            return try PostableAlert.read(Data(body.utf8)).map { alert in
                do {
                    let taken = try alert.received(at: Self.now, resolveTimeout: .seconds(300))
                    let start = taken.startsAt == Self.now ? "now" : "\(taken.startsAt)"
                    let end = taken.isEndAssumed ? "+\((taken.endsAt - Self.now).promQL)" : "\(taken.endsAt)"
                    return "\(taken.labels) \(start)…\(end)"
                } catch {
                    return "\(error)"
                }
            }
        } catch {
            return ["\(error.status.code)"]
        }
    }

    static let cases: [(body: String, taken: [String])] = [
        ("[]", []), ("null", []), ("[{\"labels\":{}}]", ["at least one label pair required"]),
        ("[{}]", ["422"]), ("{}", ["400"]), ("[", ["400"]), ("", ["422"]),
        (#"[{"labels":{"a":""}}]"#, ["at least one label pair required"]),
        (#"[{"labels":{"0a":"x"}}]"#, [#"invalid label set: invalid name "0a""#]),
        (#"[{"labels":{"a":1}}]"#, ["400"]), (#"[{"labels":{"a":"b"},"startsAt":"x"}]"#, ["400"]),
        (
            #"[{"labels":{"a":"b"},"startsAt":"2030-01-01T00:00:00Z","endsAt":"2029-01-01T00:00:00Z"}]"#,
            ["start time must be before end time"]
        ),
        (
            #"[{"labels":{"a":"b"},"endsAt":"2020-01-01T00:00:00Z"}]"#,
            [#"{a="b"} 2020-01-01T00:00:00.000Z…2020-01-01T00:00:00.000Z"#]
        ),
        (#"[{"labels":{"a":"b"},"annotations":{"0x":"b"}}]"#, [#"invalid annotations: invalid name "0x""#]),
        (#"[{"labels":{"a":"b"},"generatorURL":"not a url"}]"#, ["422"]),
        (#"[{"labels":{"a":"b"},"generatorURL":"","startsAt":null}]"#, [#"{a="b"} now…+5m"#]),
        (
            #"[{"labels":{"a":"b"},"startsAt":"","endsAt":""}]"#,
            [#"{a="b"} 1970-01-01T00:00:00.000Z…1970-01-01T00:00:00.000Z"#]
        ),
        (
            #"[{"labels":{"a":"b"},"startsAt":"0001-01-01T00:00:00.000Z","endsAt":"0001-01-01T00:00:00Z"}]"#,
            [#"{a="b"} now…+5m"#]
        ),
        (#"[{"labels":{"f":"b"},"startsAt":"2030-01-01T00:00:00Z"}]"#, ["start time must be before end time"]),
        (
            #"[{"labels":{"f":"b","e":""},"startsAt":"2026-01-01T02:00:00+02:00"}]"#,
            [#"{f="b"} 2026-01-01T00:00:00.000Z…+5m"#]
        ),
        (#"[{"labels":{"__name__":"b","a:b":"c"}}]"#, [#"invalid label set: invalid name "a:b""#]),
        (#"[{"labels":{"n":null}}]"#, ["at least one label pair required"]),
        (
            #"[{"labels":{"good":"b"}},{"labels":{"0a":"x"}},{"labels":{}}]"#,
            [#"{good="b"} now…+5m"#, #"invalid label set: invalid name "0a""#, "at least one label pair required"]
        ),
        (#"[{"labels":{"u":"b"},"unknown":1}]"#, [#"{u="b"} now…+5m"#]),
    ]

    @Test("bodies", arguments: cases)
    func bodies(_ body: String, _ taken: [String]) {
        #expect(receive(body) == taken, "\(body)")
    }

    @Test("times")
    func times() {
        for (text, milliseconds) in [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59.9999Z", 951_868_799_999),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000), ("9999-12-31T23:59:59.5Z", 253_402_300_799_500),
            ("2026-11-26 08:00:00", 1_795_680_000_000), ("2026-11-26t08:00:00.001-0330", 1_795_692_600_001),
        ] as [(String, Int64)] {
            #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds, "\(text)")
        }
        for text in [
            "", "2026", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+1", "-026-01-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "２026-01-01T00:00:00Z",
        ] { #expect(Timestamp(rfc3339: text) == nil, "\(text)") }
    }
}
