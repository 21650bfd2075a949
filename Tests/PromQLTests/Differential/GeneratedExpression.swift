/// An expression as a tree of texts, which can be made smaller.
struct GeneratedExpression {
    enum Kind { case scalar, vector, matrix }

    indirect enum Part {
        case text(String)
        /// May be left out.
        case optional(String)
        case child(GeneratedExpression)
    }

    let kind: Kind
    var parts: [Part]

    init(_ kind: Kind, _ parts: [Part]) {
        self.kind = kind
        self.parts = parts
    }

    init(_ kind: Kind, _ text: String) {
        self.init(kind, [.text(text)])
    }

    var text: String {
        parts.map { part in
            switch part {
            case .text(let text), .optional(let text): text
            case .child(let child): child.text
            }
        }.joined()
    }

    /// The smallest of a kind.
    private static func smallest(_ kind: Kind) -> GeneratedExpression {
        switch kind {
        case .scalar: GeneratedExpression(.scalar, "2")
        case .vector: GeneratedExpression(.vector, "gauge")
        case .matrix: GeneratedExpression(.matrix, "gauge[5m]")
        }
    }

    /// Expressions of the same kind that are a step smaller.
    var smaller: [GeneratedExpression] {
        var all: [GeneratedExpression] = []
        for (place, part) in parts.enumerated() {
            switch part {
            case .text: break
            case .optional:
                var less = self
                less.parts.remove(at: place)
                all.append(less)
            case .child(let child):
                if child.kind == kind { all.append(child) }
                for other in child.smaller + [Self.smallest(child.kind)] where other.text != child.text {
                    var less = self
                    less.parts[place] = .child(other)
                    if less.text.count < text.count { all.append(less) }
                }
            }
        }
        return all.sorted { $0.text.count < $1.text.count }
    }
}
