import Alerting
import Settings
import Testing

@Suite struct WrongSettingsTests {
    @Test(
        "Each mistake gets one message with place, reason and remedy",
        arguments: WrongSettings.basics + WrongSettings.probes + WrongSettings.routes)
    func settingsInGeneral(_ wrong: Wrong) {
        check(wrong)
    }

    @Test("Each mistake in intervals and inhibition gets one message", arguments: WrongHolds.all)
    func holds(_ wrong: Wrong) {
        check(wrong)
    }

    @Test(
        "Each mistake in receivers gets one message with place, reason and remedy", arguments: WrongSettings.receivers)
    func theReceivers(_ wrong: Wrong) {
        check(wrong)
    }

    private func check(_ wrong: Wrong) {
        let found = problems(wrong.settings, environment: ["URL": "postgresql://db/main"])
        let shown = found.map(\.description).joined(separator: "\n")
        #expect(found.count == 1, "\(shown)")
        #expect(
            found.contains { wrong.matches($0) },
            "expected \(wrong.location): \(wrong.message) / \(wrong.remedy)\n\(shown)")
    }
}
