package import Alerting
package import Delivery
import Drivers
import Foundation
package import Settings

extension Assembly {
    /// The channels of the settings by destination: one case for each kind.
    package func channels(of settings: AgentSettings) -> [Destination: any Channel] {
        var channels: [Destination: any Channel] = [:]
        for receiver in settings.receivers {
            for slack in receiver.slack { channels[slack.policy.destination] = channel(slack, settings) }
            for webhook in receiver.webhooks {
                channels[webhook.policy.destination] = WebhookChannel(
                    url: webhook.url, signingSecret: webhook.signingSecret, maxAlerts: webhook.maxAlerts,
                    options: options(webhook.http, webhook.timeout), context: context(settings, "UTC"),
                    transport: transport)
            }
            for email in receiver.emails { channels[email.policy.destination] = channel(email, settings) }
            for pagerDuty in receiver.pagerDuty {
                channels[pagerDuty.policy.destination] = PagerDutyChannel(
                    routingKey: pagerDuty.routingKey, url: pagerDuty.url ?? PagerDutyChannel.url,
                    options: options(pagerDuty.http, pagerDuty.timeout),
                    context: context(settings, pagerDuty.timeZone), transport: transport)
            }
            for discord in receiver.discord {
                channels[discord.policy.destination] = DiscordChannel(
                    webhookURL: discord.webhookURL, username: discord.username, avatarURL: discord.avatarURL,
                    options: options(discord.http, discord.timeout), context: context(settings, discord.timeZone),
                    transport: transport)
            }
            for teams in receiver.teams {
                channels[teams.policy.destination] = TeamsChannel(
                    webhookURL: teams.webhookURL, options: options(teams.http, teams.timeout),
                    context: context(settings, teams.timeZone), transport: transport)
            }
            for telegram in receiver.telegram {
                channels[telegram.policy.destination] = TelegramChannel(
                    url: telegram.url ?? TelegramChannel.url, token: telegram.token, chat: telegram.chat,
                    thread: telegram.thread.map(Int64.init), isSilent: telegram.isSilent,
                    options: options(telegram.http, telegram.timeout), context: context(settings, telegram.timeZone),
                    transport: transport)
            }
            for opsgenie in receiver.opsgenie { channels[opsgenie.policy.destination] = channel(opsgenie, settings) }
            for pushover in receiver.pushover { channels[pushover.policy.destination] = channel(pushover, settings) }
            for mattermost in receiver.mattermost {
                channels[mattermost.policy.destination] = MattermostChannel(
                    webhookURL: mattermost.webhookURL, channel: mattermost.channel, username: mattermost.username,
                    iconURL: mattermost.iconURL, iconEmoji: mattermost.iconEmoji,
                    options: options(mattermost.http, mattermost.timeout),
                    context: context(settings, mattermost.timeZone), transport: transport)
            }
        }
        return channels
    }

    private func channel(_ slack: SlackSettings, _ settings: AgentSettings) -> any Channel {
        let options = options(slack.http, slack.timeout)
        let context = context(settings, slack.timeZone)
        // A bot without a channel is refused where the settings are read.
        if slack.isBot, let name = slack.channel {
            return SlackBotChannel(
                url: slack.apiURL.exposed, channel: name, username: slack.username, options: options, context: context,
                transport: transport)
        }
        return SlackChannel(
            webhookURL: slack.apiURL, channel: slack.channel, username: slack.username, options: options,
            context: context, transport: transport)
    }

    private func channel(_ email: EmailSettings, _ settings: AgentSettings) -> EmailChannel {
        let security: MailRequest.Security
        switch email.security {
        case .startTLS: security = .startTLS
        case .tls: security = .tls
        case .none: security = .none
        }
        return EmailChannel(
            server: MailServer(
                host: email.host, port: email.port, security: security, username: email.username,
                password: email.password, hello: email.hello, tls: tls(email.tls), timeout: email.timeout),
            from: MailAddress(name: email.from.name, address: email.from.address),
            to: email.to.map { MailAddress(name: $0.name, address: $0.address) }, headers: email.headers,
            context: context(settings, email.timeZone), transport: transport)
    }

    private func channel(_ opsgenie: OpsgenieSettings, _ settings: AgentSettings) -> OpsgenieChannel {
        let responders = opsgenie.responders.map {
            OpsgenieFields.Responder(kind: $0.kind, id: $0.id, name: $0.name, username: $0.username)
        }
        return OpsgenieChannel(
            apiKey: opsgenie.apiKey, url: opsgenie.url ?? OpsgenieChannel.url,
            fields: OpsgenieFields(
                source: opsgenie.source, tags: opsgenie.tags, note: opsgenie.note, priority: opsgenie.priority,
                responders: responders, updatesAlerts: opsgenie.updatesAlerts),
            options: options(opsgenie.http, opsgenie.timeout), context: context(settings, opsgenie.timeZone),
            transport: transport)
    }

    private func channel(_ pushover: PushoverSettings, _ settings: AgentSettings) -> PushoverChannel {
        PushoverChannel(
            token: pushover.token, user: pushover.userKey, url: pushover.url ?? PushoverChannel.url,
            fields: PushoverFields(
                priority: pushover.priority, retry: pushover.retry, expire: pushover.expire, device: pushover.device,
                sound: pushover.sound, timeToLive: pushover.timeToLive, link: pushover.link,
                linkTitle: pushover.linkTitle), options: options(pushover.http, pushover.timeout),
            context: context(settings, pushover.timeZone), transport: transport)
    }

    private func context(_ settings: AgentSettings, _ timeZone: String) -> ChannelContext {
        ChannelContext(
            externalURL: settings.server.externalURL, timeZone: TimeZone(identifier: timeZone) ?? .gmt,
            version: version, hostName: hostName, links: settings.server.links)
    }

    private func options(_ http: HTTPClientSettings, _ timeout: Duration) -> HTTPOptions {
        HTTPOptions(
            headers: http.headers,
            login: http.basicAuth.map { HTTPOptions.Login(user: $0.username, password: $0.password) },
            authorization: http.authorization.map {
                HTTPOptions.Authorization(type: $0.type, credentials: $0.credentials)
            }, tls: tls(http.tls), proxy: http.proxyURL, timeout: timeout)
    }

    private func tls(_ tls: TLSClientSettings) -> TLSOptions {
        TLSOptions(
            caFile: tls.caFile, certFile: tls.certFile, keyFile: tls.keyFile, serverName: tls.serverName,
            insecureSkipVerify: tls.insecureSkipVerify)
    }
}
