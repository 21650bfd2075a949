/// A month or a day of the week: a number that prints as its name.
package struct TemplateCalendar: Sendable, Hashable {
    let isMonth: Bool
    /// A month from 1, a day from 0 for Sunday.
    let number: Int64

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    var name: String {
        let names = isMonth ? Self.months : Self.days
        let place = Int(number) - (isMonth ? 1 : 0)
        return names.indices.contains(place) ? names[place] : ""
    }
}
