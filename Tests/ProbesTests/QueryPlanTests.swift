import Testing

@testable import Probes

/// Which tables a plan reads whole.
@Suite("Query plan")
struct QueryPlanTests {
    @Test("sequential scans are found wherever they stand, others are none")
    func nested() {
        let plan = """
            [{"Plan": {"Node Type": "Limit", "Plans": [
                {"Node Type": "Sort", "Plans": [
                    {"Node Type": "Hash Join", "Plans": [
                        {"Node Type": "Index Scan", "Relation Name": "parlant_agent", "Index Name": "x"},
                        {"Node Type": "Hash", "Plans": [
                            {"Node Type": "Seq Scan", "Parallel Aware": true, "Relation Name": "parlant_session"}]}]}]},
                {"Node Type": "Bitmap Heap Scan", "Relation Name": "parlant_event"},
                {"Node Type": "Seq Scan", "Relation Name": "workspace", "Subplan Name": "SubPlan 1"}]}}]
            """
        #expect(QueryPlan.tablesReadWhole(plan) == ["parlant_session", "workspace"])
    }

    @Test("what is no plan reads nothing", arguments: ["", "Seq Scan on parlant_event", "[]", "{", "null", "[1]"])
    func none(text: String) {
        #expect(QueryPlan.tablesReadWhole(text) == [])
    }
}
