/// A piece of an expression's text.
struct Token: Hashable {
    enum Kind: Hashable {
        /// A name, also one with colons; keywords are names until the grammar asks for them.
        case identifier(String)
        case number(Double)
        /// Milliseconds; a duration where a number may stand counts in seconds.
        case duration(Int64)
        case string(String)
        /// Operators and punctuation.
        case symbol(String)
        case end
    }

    let kind: Kind
    /// Where it begins, as an offset in characters.
    let offset: Int
    /// Where it ends.
    let end: Int

    /// How to call it in a message.
    var shown: String {
        switch kind {
        case .identifier(let name): "`\(name)`"
        case .number, .duration: "a number"
        case .string: "a string"
        case .symbol(let text): "`\(text)`"
        case .end: "the end"
        }
    }
}
