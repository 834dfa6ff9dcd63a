import Testing
import Vocabulary

@testable import Appliance

@Suite struct AgesTests {
    private static let day = Duration.seconds(86_400)
    private static let today = Instant(milliseconds: 1_700_000_000_000)

    private func moment(_ monotonic: Duration, _ wall: Duration) -> Moment {
        Moment(monotonic: monotonic, wall: Self.today + wall)
    }

    @Test(arguments: [Duration.seconds(3_650 * 86_400), .seconds(-20_000 * 86_400), .seconds(7_200)])
    func afterAStepOfTheClockAgesAreNotBelievedForADay(step: Duration) {
        var ages = Ages(seen: nil, now: moment(.zero, .zero))
        ages.note(moment(.seconds(1), .seconds(1)))
        #expect(ages.step == nil)
        ages.note(moment(.seconds(2), .seconds(2) + step))
        #expect(ages.step == step)
        ages.note(moment(Self.day, Self.day + step))
        #expect(ages.step == step)
        ages.note(moment(Self.day + .seconds(2), Self.day + .seconds(2) + step))
        #expect(ages.step == nil)
    }

    @Test func aClockThatIsDisciplinedIsBelieved() {
        var ages = Ages(seen: nil, now: moment(.zero, .zero))
        for second in 1...1_000 { ages.note(moment(.seconds(second), .milliseconds(second * 1_001))) }
        #expect(ages.step == nil)
    }

    @Test func aStartIsDoubtedWhereItsClockWentBackOrYearsAhead() {
        let seen = Self.today
        #expect(Ages(seen: seen, now: moment(.zero, .seconds(60))).step == nil)
        #expect(Ages(seen: seen, now: moment(.zero, Self.day * 6)).step == nil)
        #expect(Ages(seen: seen, now: moment(.zero, Self.day * 300)).step == Self.day * 300)
        #expect(Ages(seen: seen, now: moment(.zero, .zero - Self.day)).step == .zero - Self.day)
        #expect(Ages(seen: nil, now: moment(.zero, Self.day * 300)).step == nil)
    }
}
