import Alerting
import PromQL

/// What one receiver knows of one target, and what it must hear.
struct ModelEar: Hashable, Sendable {
    struct Told: Hashable, Sendable {
        /// The target's episode by number.
        var episode: Int
        var level: Severity?
    }

    /// What decides whether it must hear something.
    struct Standing: Hashable, Sendable {
        var isOn = false
        var level: Severity?
        /// The route that leads to the receiver; nil where none does.
        var route: String?
        var isHeld = false
    }

    /// What the receiver believes; nil where it believes that all is well.
    var believed: Told?
    /// What the agent may take it to believe: also what it rejected.
    var claimed: Told?
    /// Whether a message may have arrived that the agent has no answer to, and that was rejected afterwards.
    var mayBelieve = false
    /// The last episode whose end it was told, by number.
    var endTold = -1
    /// The episodes that it has heard of.
    var heard: Set<Int> = []
    /// The episodes that it must hear of sooner or later.
    var due: Set<Int> = []
    /// The episode of which it heard because another receiver rejected it; nil without one.
    var taken: Int?
    /// How many messages had been decided when that was rejected: none of them can tell it.
    var takenAt = 0
    /// Whether the present episode has been routed here and not held from its beginning.
    var isClean = false
    /// Whether it was looked at so after `group_wait`.
    var isRipe = false
    /// The episodes that for some time were not held.
    var open: Set<Int> = []
    var standing = Standing()
    /// When its standing changed last, in seconds awake.
    var disturbedAt = 0
}

/// One alert in a message.
struct ModelPart: Hashable, Sendable {
    let target: ModelTarget
    let change: NotifiedAlert.Change
    let isFiring: Bool
    let told: ModelEar.Told
    /// The earlier episodes whose end it tells.
    let meanwhile: [Int]
    let omitted: Int
}
