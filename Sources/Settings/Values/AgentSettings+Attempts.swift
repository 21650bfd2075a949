extension AgentSettings {
    /// The longest that an attempt to deliver to any receiver may take.
    package var longestAttempt: Duration {
        let all = receivers.flatMap {
            $0.slack.map(\.timeout) + $0.webhooks.map(\.timeout) + $0.emails.map(\.timeout)
        }
        return all.max() ?? .zero
    }
}
