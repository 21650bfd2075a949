/// A place in an expression's text: line and column, both from 1.
struct ExpressionPlace: Hashable, Sendable, CustomStringConvertible {
    let line: Int
    let column: Int

    /// - Parameter offset: in characters.
    init(offset: Int, in text: String) {
        var (line, column) = (1, 1)
        for character in text.prefix(offset) {
            if character.isNewline {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }

    var description: String { "\(line):\(column)" }
}
