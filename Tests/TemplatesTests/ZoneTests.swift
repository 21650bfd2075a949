import Foundation
import Templates
import Testing

/// Zone files beside Foundation's reading of them.
@Suite("Zones")
struct ZoneTests {
    @Test(
        "offsets as Foundation has them, in past and future",
        arguments: [
            "Europe/Paris", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia",
            "Africa/Casablanca", "Europe/Dublin", "Asia/Tehran", "America/St_Johns", "UTC",
        ])
    func offsets(name: String) throws {
        let zone = try #require(RuleSamples.environment.zone(name), "no zone files here")
        let judge = try #require(TimeZone(identifier: name))
        let template = try Template(notification: "{{ .StartsAt.Format \"-0700\" }}")
        for number in 0..<400 {
            // From 1971 to 2036, at odd hours.
            let seconds = Int64(31_536_000) + Int64(number) * 5_123_457
            let alert = TemplateAlert(
                isFiring: true, labels: [:], startsAt: TemplateTime(seconds: seconds, zone: zone))
            let text = try template.expand(alert.value, environment: RuleSamples.environment)
            let offset = judge.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
            let size = abs(offset) / 60
            let wanted =
                (offset < 0 ? "-" : "+")
                + "\(size / 60 < 10 ? "0" : "")\(size / 60)\(size % 60 < 10 ? "0" : "")\(size % 60)"
            #expect(text == wanted, "\(name) at \(seconds)")
        }
    }

    @Test("what is no zone file is refused")
    func damaged() throws {
        #expect(TemplateZone(name: "x", file: []) == nil)
        #expect(TemplateZone(name: "x", file: Array("TZif2".utf8)) == nil)
        let file = try #require(try? Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Europe/Paris")))
        let bytes = Array(file)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            _ = TemplateZone(name: "x", file: Array(bytes.prefix(length)))
        }
        var random = SeededRandom(seed: 7)
        for _ in 0..<2_000 {
            var damaged = bytes
            for _ in 0..<3 {
                damaged[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            let zone = TemplateZone(name: "x", file: damaged)
            let time = TemplateTime(seconds: Int64(truncatingIfNeeded: random.next()), zone: zone ?? .utc)
            let alert = TemplateAlert(isFiring: true, labels: [:], startsAt: time)
            _ = try? Template(notification: "{{ .StartsAt }}{{ .StartsAt.AddDate 1 1 1 }}").expand(
                alert.value, environment: RuleSamples.environment)
        }
    }
}
