import Yams

/// A line and a column in a file, both from 1.
struct Place: Hashable {
    let line: Int
    let column: Int

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(_ mark: Mark) {
        line = mark.line
        column = mark.column
    }

    /// The beginning of a file.
    static let start = Place(line: 1, column: 1)
}

extension Node {
    /// Where the node begins; nil for one that stands in no file.
    var place: Place? { mark.map(Place.init) }
}
