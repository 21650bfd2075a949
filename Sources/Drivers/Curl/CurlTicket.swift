import Synchronization

/// Stands for one transfer between its caller's task and the thread that serves it.
final class CurlTicket: Sendable {
    /// Why the transfer is to be given up.
    enum Wish: UInt8, Sendable {
        case goOn
        case cancel
        case shutdown
    }

    private let state = Atomic<UInt8>(Wish.goOn.rawValue)

    /// What is wished; only ever leaves `goOn`.
    var wish: Wish { Wish(rawValue: state.load(ordering: .acquiring)) ?? .cancel }

    /// Asks to give up; the first wish stands.
    func give(_ wish: Wish) {
        _ = state.compareExchange(
            expected: Wish.goOn.rawValue, desired: wish.rawValue, ordering: .acquiringAndReleasing)
    }

    /// How the transfer ends by the wish; nil while none is given.
    var end: TransferReport.End? {
        switch wish {
        case .goOn: nil
        case .cancel: .cancelled
        case .shutdown: .shutdown
        }
    }
}
