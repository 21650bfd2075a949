import Foundation
import Hummingbird

/// Reads bodies, within a size and a time: a client that sends one byte now and then must not hold anything for long.
enum TimedBody {
    enum Outcome: Sendable {
        case whole(Data)
        case tooLarge
        case tooSlow
    }

    /// - Parameter time: how long the whole body may take.
    static func collect(_ body: RequestBody, upTo limit: Int, within time: Duration) async -> Outcome {
        await withTaskGroup(of: Outcome.self) { group in
            group.addTask {
                do {
                    return .whole(Data((try await body.collect(upTo: limit)).readableBytesView))
                } catch {
                    return .tooLarge
                }
            }
            group.addTask {
                do {
                    try await Task.sleep(for: time)
                    return .tooSlow
                } catch {
                    return .tooLarge
                }
            }
            let first = await group.next() ?? .tooSlow
            group.cancelAll()
            return first
        }
    }
}
