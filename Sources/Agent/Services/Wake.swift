import Synchronization

/// Wakes a loop that waits: any number of calls before it looks count as one.
package final class Wake: Sendable {
    private struct State {
        var isCalled = false
        var isFinished = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// Makes the waiting loop look, now or as soon as it waits again.
    package func call() {
        state.withLock { state in
            state.isCalled = true
            defer { state.waiting = nil }
            return state.waiting
        }?.resume()
    }

    /// Ends the loop's waiting for good.
    package func finish() {
        state.withLock { $0.isFinished = true }
        call()
    }

    package var isFinished: Bool { state.withLock { $0.isFinished } }

    /// Waits for a call, but no longer than a time. For the one loop that waits.
    package func wait(atMost time: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForCall() }
            group.addTask {
                try? await Task.sleep(for: time)
                self.resumeWaiting()
            }
            await group.next()
            group.cancelAll()
            resumeWaiting()
        }
        state.withLock { $0.isCalled = false }
    }

    private func waitForCall() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    // A task that was cancelled before it came here would never be resumed.
                    if state.isCalled || state.isFinished || Task.isCancelled { return true }
                    state.waiting = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            resumeWaiting()
        }
    }

    private func resumeWaiting() {
        state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }?.resume()
    }
}
