/// Wakes a loop that waits: any number of calls before it looks count as one.
package struct Wake: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    package init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Makes the waiting loop look, now or as soon as it waits again.
    package func call() {
        continuation.yield()
    }

    /// Ends the loop's waiting for good.
    package func finish() {
        continuation.finish()
    }

    /// The calls, for the one loop that waits on them.
    package var calls: AsyncStream<Void> { stream }
}
