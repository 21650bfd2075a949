/// Finds series by their labels: for each label's name its values, and for each value the series that have it.
struct SeriesIndex: Sendable {
    private var ids: [Labels: Int] = [:]
    private var postings: [String: [String: Set<Int>]] = [:]

    subscript(_ labels: Labels) -> Int? { ids[labels] }
    var count: Int { ids.count }
    /// All series, in no order.
    var all: some Collection<Int> { ids.values }

    mutating func insert(_ id: Int, _ labels: Labels) {
        ids[labels] = id
        for pair in labels.pairs { postings[pair.name, default: [:]][pair.value, default: []].insert(id) }
    }

    mutating func remove(_ labels: Labels) {
        guard let id = ids.removeValue(forKey: labels) else { return }
        for pair in labels.pairs {
            postings[pair.name]?[pair.value]?.remove(id)
            if postings[pair.name]?[pair.value]?.isEmpty == true { postings[pair.name]?[pair.value] = nil }
            if postings[pair.name]?.isEmpty == true { postings[pair.name] = nil }
        }
    }

    /// The names of all labels.
    var names: some Collection<String> { postings.keys }

    /// The values of one label.
    func values(of name: String) -> some Collection<String> { (postings[name] ?? [:]).keys }

    /// The series that may satisfy the matchers: each still has to be looked at.
    ///
    /// The matcher with the fewest series decides. One for an exact value is a look-up; one that leaves out the empty
    /// value is judged once for each value of its label, not once for each series. Where every matcher also takes the
    /// empty value, all series may.
    func candidates(_ matchers: [Matcher]) -> [Int] {
        var smallest: Set<Int>?
        for matcher in matchers where matcher.operation == .equal && !matcher.value.isEmpty {
            let ids = postings[matcher.name]?[matcher.value] ?? []
            if smallest.map({ ids.count < $0.count }) ?? true { smallest = ids }
        }
        if let smallest { return Array(smallest) }
        guard let matcher = matchers.first(where: { !$0.matches(value: "") }) else { return Array(ids.values) }
        return (postings[matcher.name] ?? [:]).reduce(into: []) { found, entry in
            if matcher.matches(value: entry.key) { found += entry.value }
        }
    }
}
