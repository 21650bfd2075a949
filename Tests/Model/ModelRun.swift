import History

/// One life of the agent beside the model.
struct ModelRun {
    /// What went wrong.
    struct Failure: CustomStringConvertible {
        /// The steps up to the one at which it showed.
        let steps: [ModelStep]
        let faults: [String]
        /// How many steps there were before they were cut down.
        var cutFrom: Int?

        func says(_ complaint: String) -> Bool {
            complaint.isEmpty || faults.contains { $0.contains(complaint) }
        }

        var description: String {
            let list = steps.map { "  \($0)" }.joined(separator: "\n")
            let size = cutFrom.map { " (of \($0))" } ?? ""
            return "\(faults.joined(separator: "\n"))\nafter these \(steps.count) steps\(size):\n\(list)"
        }
    }

    /// Makes a store that is empty.
    var store: @Sendable () async throws -> any HistoryStore = { MemoryHistory() }
    /// Changes what can be seen, to prove that the model notices; nil for none.
    var lie: ModelLie?

    /// - Returns: the first thing that is wrong; nil where all is right.
    func failure(of steps: [ModelStep]) async throws -> Failure? {
        let store = try await store()
        var world = try ModelWorld(store: store)
        var model = PipelineModel()
        var liar = lie.map(ModelLiar.init)
        for (index, step) in steps.enumerated() {
            for part in step.parts {
                let isSeen = liar?.lets(part) ?? true
                var observations = isSeen ? try await world.apply(part) : []
                liar?.change(&observations)
                model.apply(part, observations)
                guard model.faults.isEmpty else {
                    await store.close()
                    return Failure(steps: Array(steps.prefix(index + 1)), faults: model.faults)
                }
            }
        }
        await store.close()
        return nil
    }

    /// Leaves out of a failing list what is not needed for it to fail: halves first, then ever smaller pieces, then
    /// single steps, until none can go (delta debugging).
    ///
    /// - Parameters:
    ///   - most: how many lists are tried at most.
    ///   - complaint: what a shorter list must still fail with; empty for anything.
    func cut(_ failure: Failure, most: Int = 3_000, complaint: String = "") async throws -> Failure {
        var best = failure
        var tries = 0
        var size = max(1, best.steps.count / 2)
        while tries < most {
            var hasShrunk = false
            var start = 0
            while start < best.steps.count, tries < most {
                var shorter = best.steps
                shorter.removeSubrange(start..<min(start + size, shorter.count))
                tries += 1
                if let found = try await self.failure(of: shorter), found.says(complaint) {
                    best = found
                    hasShrunk = true
                } else {
                    start += size
                }
            }
            if size == 1 && !hasShrunk { break }
            size = hasShrunk ? min(size, max(1, best.steps.count / 2)) : max(1, size / 2)
        }
        best.cutFrom = failure.steps.count
        return best
    }
}
