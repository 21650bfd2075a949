/// What was expected against what was found, whatever the order.
struct Difference<Expected, Found> {
    /// What was expected and not found.
    private(set) var missing: [Expected] = []
    /// What was found and not expected.
    private(set) var unexpected: [Found]

    init(_ expected: [Expected], _ found: [Found], matches: (Expected, Found) -> Bool) {
        unexpected = found
        for one in expected {
            if let index = unexpected.firstIndex(where: { matches(one, $0) }) {
                unexpected.remove(at: index)
            } else {
                missing.append(one)
            }
        }
    }

    var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty }

    /// Lines with `-` before what was expected and `+` before what was found.
    func lines(expected: (Expected) -> [String], found: (Found) -> [String]) -> [String] {
        missing.flatMap { Self.marked("- ", expected($0)) } + unexpected.flatMap { Self.marked("+ ", found($0)) }
    }

    private static func marked(_ mark: String, _ lines: [String]) -> [String] {
        lines.enumerated().map { ($0 == 0 ? mark : "    ") + $1 }
    }
}
