package import Alerting
package import Delivery
import ServiceLifecycle
import Synchronization

/// Sends what the engine hands out, each message in a task of its own, and reports how it ended.
package struct DeliveryService: Service {
    private let engine: EngineService
    private let channels: ChannelDirectory
    private let clock: AgentClock

    package init(engine: EngineService, channels: ChannelDirectory, clock: AgentClock) {
        self.engine = engine
        self.channels = channels
        self.clock = clock
    }

    /// Runs until the engine has handed out its last message and each has ended.
    package func run() async throws {
        await withDiscardingTaskGroup { group in
            for await row in engine.outgoing {
                group.addTask { await send(row) }
            }
        }
        // The engine, which is told to stop before this service, ends the stream. A service that ends before it is told
        // itself counts as failed, so wait for the word.
        try? await gracefulShutdown()
    }

    private func send(_ row: OutboxRow) async {
        let began = ContinuousClock.now
        let outcome: DeliveryOutcome
        if let channel = channels.channel(for: row.group.destination) {
            outcome = await channel.deliver(
                row.notification, key: row.key, attempt: row.attempts, now: clock.now)
        } else {
            outcome = .rejected(reason: "the receiver \(row.group.destination) is not in the settings")
        }
        await engine.settle(row, outcome, latency: ContinuousClock.now - began)
    }
}

/// The channels by destination; a reload replaces them.
package final class ChannelDirectory: Sendable {
    private let channels: Mutex<[Destination: any Channel]>

    package init(_ channels: [Destination: any Channel]) {
        self.channels = Mutex(channels)
    }

    /// The channel that a destination stands for; nil where the settings have none.
    package func channel(for destination: Destination) -> (any Channel)? {
        channels.withLock { $0[destination] }
    }

    /// Takes over the channels of other settings. Messages under way end with the old ones.
    package func replace(with new: [Destination: any Channel]) {
        channels.withLock { $0 = new }
    }
}
