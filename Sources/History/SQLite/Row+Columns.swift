import GRDB

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Columns as what they should be, or nil: in a damaged file they may hold anything, and GRDB's own subscripts stop the
/// process there.
///
/// Not inlined: Swift 6.3.1's optimizer fails on what becomes of GRDB's conversions in a caller that has many.
extension Row {
    @inline(never)
    func text(_ column: String) -> String? {
        String.fromDatabaseValue(self[column])
    }

    @inline(never)
    func integer(_ column: String) -> Int64? {
        Int64.fromDatabaseValue(self[column])
    }

    /// NaN, which SQLite keeps as null, is written as a text.
    @inline(never)
    func number(_ column: String) -> Double? {
        text(column) == "NaN" ? .nan : Double.fromDatabaseValue(self[column])
    }

    /// Empty where there are none.
    @inline(never)
    func bytes(_ column: String) -> [UInt8] {
        Data.fromDatabaseValue(self[column]).map { [UInt8]($0) } ?? []
    }
}
