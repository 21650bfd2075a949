/// What the settings say of every alert that is made in Opsgenie.
package struct OpsgenieFields: Sendable {
    /// Who is told.
    package struct Responder: Sendable {
        /// `team`, `user`, `escalation` or `schedule`.
        package let kind: String
        /// Nil where a name says who it is.
        package let id: String?
        /// Nil where an id or a user's name says who it is.
        package let name: String?
        /// A user's address; nil for others.
        package let username: String?

        package init(kind: String, id: String?, name: String?, username: String?) {
            self.kind = kind
            self.id = id
            self.name = name
            self.username = username
        }
    }

    /// Where alerts are said to come from; nil means the agent and its host.
    package let source: String?
    package let tags: [String]
    /// A note that each alert gets when it is made; nil for none.
    package let note: String?
    /// `P1` to `P5`; nil lets the level decide.
    package let priority: String?
    package let responders: [Responder]
    /// Whether message and description of an open alert follow the group.
    package let updatesAlerts: Bool

    package init(
        source: String? = nil, tags: [String] = [], note: String? = nil, priority: String? = nil,
        responders: [Responder] = [], updatesAlerts: Bool = false
    ) {
        self.source = source
        self.tags = tags
        self.note = note
        self.priority = priority
        self.responders = responders
        self.updatesAlerts = updatesAlerts
    }
}
