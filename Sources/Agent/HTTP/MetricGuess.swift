import PromQL

/// Guesses which metric a selector meant that has never found a series.
struct MetricGuess {
    private let known: [String]
    private let exact: Set<String>
    private var guessed: [String: String?] = [:]

    /// Guessing compares a name with every other; of more names none are guessed.
    private static let mostGuesses = 100

    /// - Parameter present: the metrics in the window; those that the probes may bring are known as well.
    init(present: [String]) {
        exact = MetricCatalog.names.union(present)
        known = exact.sorted()
    }

    /// The known metric that a name is nearest to; nil where the name is known itself, or none is near.
    mutating func metric(meantBy matchers: [Matcher]) -> String? {
        let name = matchers.first { $0.name == Labels.metricName && $0.operation == .equal }?.value
        guard let name, !exact.contains(name) else { return nil }
        if let before = guessed[name] { return before }
        guard guessed.count < Self.mostGuesses else { return nil }
        let guess = Nearest.of(name, in: known)
        guessed[name] = .some(guess)
        return guess
    }
}
