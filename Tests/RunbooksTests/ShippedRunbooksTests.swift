import Diagnoses
import Mending
import Runbooks
import Testing

extension OnPostgres {
    @Suite struct ShippedRunbooksTests {
        @Test func `Every shipped runbook is right`() throws {
            let shelf = try ShippedRunbooks.shelf()
            #expect(shelf.runbooks.count > 15)
            #expect(shelf.problems.map(\.description) == [])
            for runbook in shelf.runbooks { #expect(runbook.title != runbook.name, "\(runbook.name) has no heading") }
        }

        /// What a parameter is given where the runbook needs one.
        private static let values = [
            "session": MendingFixture.id(10), "pid": "999999", "workspace": "acme", "owner": "ada",
        ]

        @Test func `On a healthy database every diagnosis runs, and no remedy finds anything`() async throws {
            let fixture = try MendingFixture()
            for runbook in try ShippedRunbooks.shelf().runbooks {
                let required = runbook.diagnoses.flatMap(\.parameters).filter { !$0.isOptional }
                let findings = try await fixture.mender.diagnose(
                    runbook, values: Self.values.filter { value in required.contains { $0.name == value.key } })
                for finding in findings {
                    #expect(finding.failure == nil, "\(runbook.name), line \(finding.line)")
                }
                for remedy in runbook.remedies {
                    let values = Self.values.filter { value in
                        remedy.parameters.contains { $0.name == value.key && !$0.isOptional }
                    }
                    let plan = try await fixture.mender.plan(remedy, of: runbook, values: values)
                    #expect(plan.count == 0, "\(runbook.name) \(remedy.name): \(plan.examples)")
                }
            }
        }

        @Test func `The role of Deploy may read all that any diagnosis asks`() async throws {
            let fixture = try MendingFixture(reader: "tocsin", writer: nil)
            var count = 0
            for runbook in try ShippedRunbooks.shelf().runbooks {
                let required = runbook.diagnoses.flatMap(\.parameters).filter { !$0.isOptional }
                let values = Self.values.filter { value in required.contains { $0.name == value.key } }
                for finding in try await fixture.mender.diagnose(runbook, values: values) {
                    count += 1
                    #expect(finding.failure == nil, "\(runbook.name), line \(finding.line)")
                }
            }
            #expect(count > 40)
        }

        /// Diagnoses that must be empty when nothing is wrong.
        @Test(arguments: [
            "journey-states", "journey-transitions", "event-order", "knowledge-base-access", "missing-workspace",
            "missing-indexes", "schema-missing",
        ])
        func `A diagnosis of a trouble finds none on a healthy database`(_ name: String) async throws {
            let fixture = try MendingFixture()
            let runbook = try #require(try ShippedRunbooks.shelf().runbook(name))
            for finding in try await fixture.mender.diagnose(runbook, values: [:])
            where finding.name != "present"
                && finding.table?.columns != ["database", "looked_in", "role", "is_standby"]
            {
                #expect(finding.table?.rows == [], "line \(finding.line)")
            }
        }
    }
}
