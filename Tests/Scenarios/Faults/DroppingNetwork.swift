import Foundation
import Support

/// A network namespace for the agent with two wires out of it: one for the receiver and the API, and one for the
/// database, which can be cut so that packets vanish without a word.
final class DroppingNetwork: Sendable {
    private let name: String
    private let wire: String
    let receiverAddress: String
    let agentAddress: String
    let databaseAddress: String
    let agentDatabaseAddress: String

    static var isPossible: Bool {
        let name = "tocsin-trial-\(getpid())"
        guard getuid() == 0, (try? Subprocess.output("ip", ["netns", "add", name])) != nil else { return false }
        defer { _ = try? Subprocess.output("ip", ["netns", "del", name]) }
        let pair = ["link", "add", "tt\(getpid() % 100_000)", "type", "veth", "peer", "name", "peer", "netns", name]
        return (try? Subprocess.output("ip", pair)) != nil
    }

    init() throws {
        let number = Int.random(in: 1...250)
        name = "tocsin-\(getpid())-\(number)"
        wire = "td\(number)x\(getpid() % 10_000)"
        (receiverAddress, agentAddress) = ("10.231.\(number).1", "10.231.\(number).2")
        (databaseAddress, agentDatabaseAddress) = ("10.232.\(number).1", "10.232.\(number).2")
        try Self.ip("netns add \(name)")
        try Self.ip("-n \(name) link set lo up")
        let wires = [
            ("tr\(number)x\(getpid() % 10_000)", "receiver", receiverAddress, agentAddress),
            (wire, "database", databaseAddress, agentDatabaseAddress),
        ]
        for (outer, inner, here, there) in wires {
            try Self.ip("link add \(outer) type veth peer name \(inner) netns \(name)")
            try Self.ip("addr add \(here)/30 dev \(outer)")
            try Self.ip("link set \(outer) up")
            try Self.ip("-n \(name) addr add \(there)/30 dev \(inner)")
            try Self.ip("-n \(name) link set \(inner) up")
        }
    }

    /// The words that run a program inside.
    var run: [String] { ["ip", "netns", "exec", name] }

    /// Cuts or mends the wire to the database. An address that nobody has there any more, on a wire that is up, makes
    /// packets vanish: there is no answer and no error.
    func drop(_ drops: Bool) throws {
        if drops {
            try Self.ip("addr del \(databaseAddress)/30 dev \(wire)")
            // What the agent sends still has a neighbour to go to.
            try Self.ip("-n \(name) neigh replace \(databaseAddress) lladdr 02:00:00:00:00:01 dev database")
        } else {
            try Self.ip("addr add \(databaseAddress)/30 dev \(wire)")
            try Self.ip("-n \(name) neigh del \(databaseAddress) dev database")
        }
    }

    func remove() {
        // Its ends of the wires go with it, and with them ours.
        _ = try? Subprocess.output("ip", ["netns", "del", name])
    }

    private static func ip(_ words: String) throws {
        try Subprocess.output("ip", words.split(separator: " ").map(String.init))
    }
}
