/// One table as data, from which its definition is written and against which a real one can be held.
package struct ParlantTable: Sendable {
    package struct Column: Sendable {
        package let name: String
        package let type: String
        package let isRequired: Bool
        /// As SQL; nil for none.
        package let `default`: String?

        init(_ name: String, _ type: String, isRequired: Bool = false, default: String? = nil) {
            self.name = name
            self.type = type
            self.isRequired = isRequired
            self.default = `default`
        }
    }

    /// A foreign key, always of one column to the other table's `id`.
    package struct Reference: Sendable, Hashable {
        package enum Action: String, Sendable {
            case cascade = "CASCADE"
            case setNull = "SET NULL"
        }

        package let column: String
        package let target: String
        package let onDelete: Action

        init(_ column: String, to target: String, onDelete: Action) {
            self.column = column
            self.target = target
            self.onDelete = onDelete
        }
    }

    package struct Index: Sendable, Hashable {
        package let name: String
        package let columns: [String]
        /// As the server writes it, parentheses and all; nil for none.
        package let predicate: String?
        package let isUnique: Bool

        init(_ name: String, _ columns: [String], where predicate: String? = nil, isUnique: Bool = false) {
            self.name = name
            self.columns = columns
            self.predicate = predicate
            self.isUnique = isUnique
        }
    }

    package let name: String
    package internal(set) var columns: [Column]
    package internal(set) var references: [Reference]
    /// All but that of the primary key, which is always `id`.
    package internal(set) var indexes: [Index]

    init(_ name: String, columns: [Column], references: [Reference] = [], indexes: [Index] = []) {
        self.name = name
        self.columns = columns
        self.references = references
        self.indexes = indexes
    }

    /// Whether it is the extension's, not the host application's.
    package var isParlant: Bool { name.hasPrefix("parlant_") }

    /// The name that the schema gives a foreign key.
    package func constraint(of reference: Reference) -> String { "\(name)_\(reference.column)_fkey" }

    // MARK: As SQL

    /// Without foreign keys and indexes.
    package var definition: String {
        let lines = columns.map { column in
            [
                column.name.quoted, column.type, column.name == "id" ? "PRIMARY KEY" : nil,
                column.isRequired ? "NOT NULL" : nil, column.default.map { "DEFAULT \($0)" },
            ].compactMap(\.self).joined(separator: " ")
        }
        return "CREATE TABLE \(name.quoted) (\n    \(lines.joined(separator: ",\n    "))\n);"
    }

    package func definition(of index: Index) -> String {
        let columns = index.columns.map(\.quoted).joined(separator: ", ")
        let unique = index.isUnique ? "UNIQUE " : ""
        let predicate = index.predicate.map { " WHERE \($0)" } ?? ""
        return "CREATE \(unique)INDEX \(index.name.quoted) ON \(name.quoted) (\(columns))\(predicate);"
    }

    package func definition(of reference: Reference) -> String {
        "ALTER TABLE \(name.quoted) ADD CONSTRAINT \(constraint(of: reference).quoted) "
            + "FOREIGN KEY (\(reference.column.quoted)) REFERENCES \(reference.target.quoted) (id) "
            + "ON DELETE \(reference.onDelete.rawValue);"
    }
}

extension String {
    /// As an SQL identifier.
    package var quoted: String { "\"" + replacing("\"", with: "\"\"") + "\"" }

    /// As an SQL string.
    package var literal: String { "'" + replacing("'", with: "''") + "'" }
}
