import Alerting
import Foundation
import PromQL
import Testing

@testable import Delivery

@Suite("Links under which an alert is acknowledged")
struct ActionLinksTests {
    private let links = ActionLinks(secret: Secret("a secret of the settings"), lifetime: .seconds(3_600))
    private let alert = AlertID(labels: ["alertname": "High", "pool": "web"])

    /// The parts of a link as a server gets them.
    private func parts(_ target: String) throws -> (alert: String, until: String, sign: String) {
        let url = try #require(URLComponents(string: target))
        func value(_ name: String) throws -> String {
            try #require(url.queryItems?.first { $0.name == name }?.value)
        }
        return (String(url.path.dropFirst("/act/".count)), try value("until"), try value("sign"))
    }

    @Test("a link counts for its alert and its time")
    func verdicts() throws {
        let (id, until, sign) = try parts(links.target(alert, at: Samples.now))
        #expect(id == "\(alert)" && sign.count == 32)
        func verdict(_ id: String, _ until: String, _ sign: String, after: Duration = .zero) -> ActionLinks.Verdict {
            links.verdict(alert: id, until: until, signature: sign, at: Samples.now + after)
        }
        #expect(verdict(id, until, sign) == .valid)
        #expect(verdict(id, until, sign, after: .seconds(3_600)) == .valid)
        #expect(verdict(id, until, sign, after: .seconds(3_601)) == .expired)
        // Whatever is changed, also to gain time, is not ours any more.
        let later = "\((Int64(until) ?? 0) + 86_400)"
        let other = "\(AlertID(labels: ["alertname": "High", "pool": "api"]))"
        for (id, until, sign) in [
            (other, until, sign), (id, later, sign), (id, until, String(sign.dropLast())), (id, until, ""),
            (id, "", sign), (id, until, String(sign.reversed())), (id, "\(until) ", sign),
        ] {
            #expect(verdict(id, until, sign) == .wrong, "\(id) \(until) \(sign)")
        }
        let stranger = ActionLinks(secret: Secret("another secret, as long"), lifetime: .seconds(3_600))
        #expect(stranger.verdict(alert: id, until: until, signature: sign, at: Samples.now) == .wrong)
    }

    @Test("an alert that fires has it, each attempt the same; nothing is signed without a secret")
    func messages() throws {
        let context = ChannelContext(
            externalURL: "https://tocsin.example/", timeZone: .gmt, version: "0.1.0", hostName: "agent", links: links)
        let firing = Samples.alert()
        let target = "https://tocsin.example" + links.target(firing.id, at: Samples.now)
        let wording = AlertWording(firing, at: Samples.now, context: context)
        #expect(wording.actionURL == target)
        let over = Samples.alert(.resolved, firing: false)
        #expect(AlertWording(over, at: Samples.now, context: context).actionURL == nil)
        #expect(AlertWording(firing, at: Samples.now, context: Samples.context()).actionURL == nil)
        let nowhere = ChannelContext(
            externalURL: nil, timeZone: .gmt, version: "0.1.0", hostName: "agent", links: links)
        #expect(AlertWording(firing, at: Samples.now, context: nowhere).actionURL == nil)
    }
}
