/// The values of a series in the expanding notation: `0+10x5 _ stale`. They are made one by one as they are asked for,
/// so that a long notation takes no memory.
package struct SeriesValues: Hashable, Sendable {
    /// What a series brings at one step.
    package enum Value: Hashable, Sendable {
        case number(Double)
        /// Nothing.
        case missing
        /// The word that it has ended.
        case stale
        /// Nothing, since the round of its probe failed.
        case failed
    }

    /// A value that is repeated.
    struct Run: Hashable, Sendable {
        let value: Value
        /// What is added to a number from step to step.
        let step: Double
        let count: Int
    }

    let runs: [Run]

    /// How many there are.
    package var count: Int { runs.reduce(0) { $0 + $1.count } }

    var holdsFailure: Bool { runs.contains { $0.value == .failed } }
}

extension SeriesValues: Sequence {
    package struct Iterator: IteratorProtocol {
        private let runs: [Run]
        private var run = 0
        private var place = 0
        private var number = 0.0

        fileprivate init(_ runs: [Run]) {
            self.runs = runs
        }

        package mutating func next() -> Value? {
            while run < runs.count, place >= runs[run].count {
                run += 1
                place = 0
            }
            guard run < runs.count else { return nil }
            let present = runs[run]
            defer { place += 1 }
            guard case .number(let first) = present.value else { return present.value }
            // Added up step by step, as promtool does it: the last bits differ from first + step * n.
            number = place == 0 ? first : number + present.step
            return .number(number)
        }
    }

    package func makeIterator() -> Iterator { Iterator(runs) }
}
