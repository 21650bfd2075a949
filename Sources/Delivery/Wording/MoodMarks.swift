import Alerting

extension AlertWording.Mood {
    /// A coloured dot that stands before a headline.
    var emoji: String {
        switch self {
        case .level(.critical): "🔴"
        case .level(.error): "🟠"
        case .level(.warning), .firing: "🟡"
        case .level(.info): "🔵"
        case .over: "🟢"
        }
    }

    /// The same as a number, red first: `0xD92D20`.
    var color: Int64 {
        switch self {
        case .level(.critical): 0xD9_2D20
        case .level(.error): 0xE8_590C
        case .level(.warning), .firing: 0xE0_A800
        case .level(.info): 0x2F_6FDE
        case .over: 0x2E_9E5B
        }
    }

    /// As the web writes it: `#d92d20`.
    var hexColor: String {
        let digits = String(color, radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }
}
