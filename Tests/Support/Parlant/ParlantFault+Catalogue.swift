extension ParlantFault {
    /// Troubles of the schema itself, on what is in a complete one.
    package static func catalogue(in schema: ParlantSchema) -> [ParlantFault] {
        [
            .missingTable(in: schema), .missingForeignKey(in: schema), .unvalidatedForeignKey(), .disabledTriggers(),
            .missingIndex(in: schema), .otherIndex(in: schema), .invalidIndex(), .invalidKnownIndex(in: schema),
            .duplicateIndex(), .unusedIndex(in: schema),
        ]
    }

    package static func missingTable(
        _ table: String = "parlant_term", in schema: ParlantSchema = ParlantSchema()
    ) -> ParlantFault {
        let names = schema.tables.map { "(\($0.name.literal))" }.joined(separator: ", ")
        return ParlantFault(
            "missing table", count: 1, inject: "DROP TABLE \(table.quoted) CASCADE;",
            rows: """
                SELECT name FROM (VALUES \(names)) known(name)
                WHERE NOT EXISTS (SELECT FROM pg_class WHERE relname = name AND relkind IN ('r', 'p')
                    AND relnamespace = quote_ident(current_schema())::regnamespace) ORDER BY name
                """)
    }

    package static func missingForeignKey(
        _ constraint: String = "parlant_event_session_id_fkey", in schema: ParlantSchema = ParlantSchema()
    ) -> ParlantFault {
        let known = schema.tables.flatMap { table in
            table.references.map { "(\(table.name.literal), \($0.column.literal), \($0.target.literal))" }
        }
        // A schema without foreign keys misses none.
        let values = known.isEmpty ? "(NULL, NULL, NULL)" : known.joined(separator: ", ")
        return ParlantFault(
            "missing foreign key", count: 1, inject: dropConstraint(constraint),
            rows: """
                SELECT t.relname, known.field, known.target FROM (VALUES \(values)) known(source, field, target)
                JOIN pg_class t ON t.relname = source AND t.relnamespace = quote_ident(current_schema())::regnamespace
                WHERE NOT EXISTS (SELECT FROM pg_constraint c JOIN pg_class o ON o.oid = confrelid
                    JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
                    WHERE conrelid = t.oid AND contype = 'f' AND attname = field AND o.relname = known.target)
                """)
    }

    /// A foreign key that only looks at new rows.
    package static func unvalidatedForeignKey(
        _ reference: ParlantTable.Reference = ParlantTable.event.references[1], in table: ParlantTable = .event
    ) -> ParlantFault {
        let made = table.definition(of: reference).dropLast() + " NOT VALID;"
        return ParlantFault(
            "foreign key NOT VALID", count: 1, inject: dropConstraint(table.constraint(of: reference)) + made,
            rows: """
                SELECT conname, conrelid::regclass FROM pg_constraint WHERE contype = 'f' AND NOT convalidated
                    AND connamespace = quote_ident(current_schema())::regnamespace ORDER BY conname
                """)
    }

    /// A foreign key that looks at no rows at all; PostgreSQL 18 has these.
    package static func unenforcedForeignKey(
        _ reference: ParlantTable.Reference = ParlantTable.event.references[1], in table: ParlantTable = .event
    ) -> ParlantFault {
        let made = table.definition(of: reference).dropLast() + " NOT ENFORCED;"
        return ParlantFault(
            "foreign key NOT ENFORCED", count: 1, brings: ["foreign key NOT VALID"],
            inject: dropConstraint(table.constraint(of: reference)) + made,
            rows: """
                SELECT conname, conrelid::regclass FROM pg_constraint c WHERE contype = 'f'
                    AND to_jsonb(c) ->> 'conenforced' = 'false' AND connamespace = quote_ident(current_schema())::regnamespace
                """)
    }

    /// All triggers of a table off, those of its foreign keys too: two for each key.
    package static func disabledTriggers(on table: ParlantTable = .event) -> ParlantFault {
        ParlantFault(
            "disabled triggers", count: table.references.count * 2,
            inject: "ALTER TABLE \(table.name.quoted) DISABLE TRIGGER ALL;",
            rows: """
                SELECT tgname, tgrelid::regclass, conname FROM pg_trigger t LEFT JOIN pg_constraint c
                    ON c.oid = tgconstraint JOIN pg_class r ON r.oid = tgrelid
                WHERE tgenabled = 'D' AND relnamespace = quote_ident(current_schema())::regnamespace ORDER BY tgname
                """)
    }

    /// Finds the table by the constraint, so that the caller need not.
    private static func dropConstraint(_ name: String) -> String {
        """
        DO $$ DECLARE source regclass; BEGIN
            SELECT conrelid INTO STRICT source FROM pg_constraint WHERE conname = \(name.literal)
                AND connamespace = quote_ident(current_schema())::regnamespace;
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', source, \(name.literal));
        END $$;

        """
    }
}
