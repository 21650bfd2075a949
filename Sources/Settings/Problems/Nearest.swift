/// Finds what somebody meant who mistyped a name.
package enum Nearest {
    /// The candidate nearest to `word`; nil where none is near enough to be likely.
    package static func to(_ word: String, among candidates: some Sequence<String>) -> String? {
        let folded = fold(word)
        let bound = max(1, folded.count / 3)
        var best: (distance: Int, shared: Int, candidate: String)?
        for candidate in candidates.sorted() {
            let other = fold(candidate)
            guard abs(other.count - folded.count) <= bound else { continue }
            let distance = distance(folded, other)
            guard distance <= bound else { continue }
            // Of two that are equally near, the one that begins alike for longer: what is missing is mostly the end.
            let shared = zip(folded, other).prefix { $0 == $1 }.count
            if best.map({ (distance, -shared) < ($0.distance, -$0.shared) }) ?? true {
                best = (distance, shared, candidate)
            }
        }
        return best?.candidate
    }

    /// «did you mean …?», or the list of what could have stood there.
    package static func remedy(_ word: String, among candidates: some Collection<String>, kind: String) -> String? {
        if let nearest = to(word, among: candidates) { return "did you mean `\(nearest)`?" }
        guard !candidates.isEmpty else { return nil }
        let known = candidates.sorted()
        let shown = known.prefix(24).map { "`\($0)`" }.joined(separator: ", ")
        return "\(kind): \(shown)" + (known.count > 24 ? " and \(known.count - 24) more" : "")
    }

    private static func fold(_ word: String) -> [Character] {
        Array(word.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " })
    }

    /// How many letters must be inserted, removed, replaced or swapped with their neighbour (optimal string alignment).
    static func distance(_ one: [Character], _ other: [Character]) -> Int {
        guard !one.isEmpty, !other.isEmpty else { return max(one.count, other.count) }
        var before: [Int] = []
        var last = Array(0...other.count)
        for row in 1...one.count {
            var current = [row]
            for column in 1...other.count {
                let same = one[row - 1] == other[column - 1]
                var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1))
                if row > 1, column > 1, one[row - 1] == other[column - 2], one[row - 2] == other[column - 1] {
                    cost = min(cost, before[column - 2] + 1)
                }
                current.append(cost)
            }
            before = last
            last = current
        }
        return last[other.count]
    }
}
