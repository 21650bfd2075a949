import Alerting
import Drivers
import PromQL
import Support
import Testing

@testable import Delivery

/// A channel together with the stand-in that it speaks to.
struct ServiceBench {
    enum Service: String, CaseIterable, Sendable {
        case pagerDuty, discord, slack, teams, telegram, opsgenie, pushover, mattermost
    }

    let channel: any Channel
    let receiver: HTTPReceiver
    let transport: CurlTransport
    let refusals: @Sendable () -> [String]

    init(_ service: Service, transport: CurlTransport = CurlTransport()) throws {
        self.transport = transport
        let options = HTTPOptions(proxy: Secret(""), timeout: .seconds(5))
        let context = Samples.context()
        switch service {
        case .pagerDuty:
            let stand = PagerDutyStandIn()
            receiver = try HTTPReceiver { stand.answer($0) }
            refusals = { stand.now.refusals }
            channel = PagerDutyChannel(
                routingKey: Secret(PagerDutyStandIn.key), url: "\(receiver.url)/v2/enqueue", options: options,
                context: context, transport: transport)
        case .discord:
            let stand = DiscordStandIn()
            receiver = try HTTPReceiver { stand.answer($0) }
            refusals = { stand.refusals }
            channel = DiscordChannel(
                webhookURL: Secret(receiver.url + DiscordStandIn.path), username: "tocsin", avatarURL: nil,
                options: options, context: context, transport: transport)
        case .slack:
            let stand = SlackStandIn()
            receiver = try HTTPReceiver { stand.answer($0) }
            refusals = { [] }
            channel = SlackBotChannel(
                url: "\(receiver.url)/api/chat.postMessage", channel: "#ops", username: nil,
                options: HTTPOptions(authorization: .init(credentials: Secret(SlackStandIn.token)), proxy: Secret("")),
                context: context, transport: transport)
        case .teams:
            let stand = TeamsStandIn()
            receiver = try HTTPReceiver { stand.answer($0) }
            refusals = { stand.refusals }
            channel = TeamsChannel(
                webhookURL: Secret(receiver.url + TeamsStandIn.path), options: options, context: context,
                transport: transport)
        case .telegram:
            let stand = TelegramStandIn()
            receiver = try HTTPReceiver { stand.answer($0) }
            refusals = { [] }
            channel = TelegramChannel(
                url: receiver.url, token: Secret(TelegramStandIn.token), chat: "\(TelegramStandIn.chat)", thread: nil,
                isSilent: false, options: options, context: context, transport: transport)
        case .opsgenie:
            let stand = OpsgenieStandIn()
            receiver = try HTTPReceiver { stand.answer($0) }
            refusals = { stand.now.refusals }
            channel = OpsgenieChannel(
                apiKey: Secret(OpsgenieStandIn.key), url: receiver.url,
                fields: OpsgenieFields(tags: ["db"], updatesAlerts: true), options: options, context: context,
                transport: transport)
        case .pushover:
            let stand = PushoverStandIn()
            receiver = try HTTPReceiver { stand.answer($0) }
            refusals = { stand.now.refusals }
            channel = PushoverChannel(
                token: Secret(PushoverStandIn.token), user: Secret(PushoverStandIn.user),
                url: "\(receiver.url)/1/messages.json", fields: PushoverFields(priority: 2), options: options,
                context: context, transport: transport)
        case .mattermost:
            let stand = MattermostStandIn()
            receiver = try HTTPReceiver { stand.answer($0) }
            refusals = { stand.refusals }
            channel = MattermostChannel(
                webhookURL: Secret(receiver.url + MattermostStandIn.path), channel: "town-square", username: "tocsin",
                iconURL: nil, iconEmoji: nil, options: options, context: context, transport: transport)
        }
    }
}

@Suite("Every service takes every message", .timeLimit(.minutes(1)))
struct ServiceContractTests {
    @Test("nothing is refused by the service's own rules", arguments: ServiceBench.Service.allCases)
    func contract(service: ServiceBench.Service) async throws {
        let bench = try ServiceBench(service)
        defer { bench.receiver.stop() }
        for (name, notification) in Samples.all.sorted(by: { $0.key < $1.key }) {
            var message = notification
            for reference in [nil, "C0OPS 1795428314.001000 #ops"] as [String?] {
                message.reference = reference
                let outcome = await bench.channel.deliver(message, key: "k-\(name)", attempt: 1, now: Samples.now)
                guard case .delivered = outcome else {
                    Issue.record("\(service), \(name): \(outcome) \(bench.refusals().prefix(5))")
                    continue
                }
            }
        }
        await bench.transport.shutdown()
    }

    @Test("the same message under one key has the same bytes each time", arguments: ServiceBench.Service.allCases)
    func stable(service: ServiceBench.Service) async throws {
        let bench = try ServiceBench(service)
        defer { bench.receiver.stop() }
        for attempt in 1...2 {
            _ = await bench.channel.deliver(
                Samples.mixed, key: "k", attempt: attempt, now: Samples.now + .seconds(attempt))
        }
        let requests = bench.receiver.requests
        try #require(requests.count == 2)
        #expect(requests[0].body == requests[1].body)
        await bench.transport.shutdown()
    }

    @Test("no text of an alert becomes a command, a link or a mention", arguments: ServiceBench.Service.allCases)
    func nasty(service: ServiceBench.Service) async throws {
        let bench = try ServiceBench(service)
        defer { bench.receiver.stop() }
        _ = await bench.channel.deliver(Samples.nasty, key: "k", attempt: 1, now: Samples.now)
        let request = try #require(bench.receiver.requests.first)
        let walk = try JSONWalk(request.body)
        for text in walk.strings {
            #expect(!text.contains("\u{202E}") && !text.contains("\u{7}"))
            switch service {
            case .slack: #expect(!text.contains("<!"))
            case .telegram: #expect(!text.contains("<script") && !text.contains("href=\"javascript"))
            case .discord: #expect(!text.contains("](javascript") && !text.contains("[click"))
            case .opsgenie: #expect(!text.contains("<script") && !text.contains("</td") && !text.contains("<!"))
            case .mattermost: #expect(!text.contains("<") && !text.contains("@here") && !text.contains("](javascript"))
            case .pagerDuty, .teams, .pushover: break
            }
        }
        if service == .discord {
            #expect((walk.root["allowed_mentions"] as? [String: [String]])?["parse"] == [])
        }
        let links = walk.all("Action.OpenUrl").compactMap { $0["url"] as? String }
        #expect(links.allSatisfy { $0.hasPrefix("https://tocsin.example/") })
        await bench.transport.shutdown()
    }

    @Test(
        "a service that is gone is tried again, and one that hangs may have got it",
        arguments: ServiceBench.Service.allCases)
    func gone(service: ServiceBench.Service) async throws {
        let bench = try ServiceBench(service)
        bench.receiver.stop()
        guard
            case .retry(_, nil, false) = await bench.channel.deliver(
                Samples.raised, key: "k", attempt: 1, now: Samples.now)
        else {
            Issue.record("\(service) is not tried again")
            return
        }
        await bench.transport.shutdown()
    }
}
