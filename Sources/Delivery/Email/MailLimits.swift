/// How much of each text a mail shows, in characters. Some readers cut off an HTML part at about 100 KB.
enum MailLimits {
    /// So many alerts are told in full, if they fit; the next ones by a line, the rest by their number.
    static let fullAlerts = 15
    static let listedAlerts = 50
    static let listedTitle = 120
    static let description = 1_500
    static let fact = 400
    static let labels = 1_000
    static let annotations = 6
    static let evidence = 2_500
    static let evidenceRows = 20
    /// What the alerts that are told in full may take together, in bytes.
    static let htmlBytes = 40_000
    static let plainBytes = 15_000

    static func title(_ text: String) -> String { SafeText.shortened(text, to: 300) }

    /// The first alerts as drawn, as many as fit; one at least.
    static func fitting(_ alerts: [AlertWording], within bytes: Int, _ draw: (AlertWording) -> String) -> [String] {
        var drawn: [String] = []
        var used = 0
        for alert in alerts.prefix(fullAlerts) {
            let text = draw(alert)
            used += text.utf8.count
            if used > bytes, !drawn.isEmpty { break }
            drawn.append(text)
        }
        return drawn
    }
}
