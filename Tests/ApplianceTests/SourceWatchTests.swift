import Imaging
import TestSupport
import Testing
import Vocabulary

@testable import Appliance

/// A camera that sends what a test says, and what was said about it.
private struct Camera {
    var watch = SourceWatch("nest", lastArrival: at(0))
    var clock = 0.0
    var number = 0
    var changes: [ConditionReport] = []
    var silentAfter: Duration? = .seconds(86_400)

    /// 2026-11-21 12:00 UTC and so many seconds.
    static func at(_ seconds: Double) -> Moment {
        Moment(
            monotonic: .seconds(1_000_000) + .milliseconds(Int64(seconds * 1e3)),
            wall: Instant(milliseconds: 1_795_262_400_000 + Int64(seconds * 1e3)))
    }

    var now: Moment { Camera.at(clock) }
    /// What goes on, as the record would have it: from the changes alone.
    var open: Set<SourceCondition> {
        changes.reduce(into: []) { open, change in
            if change.until == nil { open.insert(change.condition) } else { open.remove(change.condition) }
        }
    }

    mutating func send(
        _ figures: PictureFigures? = nil, every seconds: Double = 60, times: Int = 1, isCut: Bool = false,
        dated: Duration? = .zero, fresh: Bool = true
    ) {
        for _ in 0..<times {
            clock += seconds
            number += 1
            let frame = FrameID(rawValue: "frame\(number)")
            changes += watch.arrived(.init(frame: frame, at: now, isCut: isCut, dated: dated))
            if var figures {
                if fresh { figures.cells = figures.cells.map { $0.map { $0 &+ UInt64(number) } } }
                changes += watch.looked(at: figures, frame: frame, at: now)
            }
            tick()
        }
    }

    mutating func wait(_ seconds: Double) {
        clock += seconds
        tick()
    }

    mutating func tick(trouble: String? = nil) {
        changes += watch.passed(now: now, silentAfter: silentAfter, trouble: trouble)
    }
}

private let day = figures()
private func figures(darkest: Int = 30, brightest: Int = 220, sharpness: Double = 0.5) -> PictureFigures {
    PictureFigures(
        mean: Double(darkest + brightest) / 2, darkest: darkest, brightest: brightest, sharpness: sharpness, width: 455,
        height: 256, cells: (0..<64).map { UInt64($0) })
}

@Suite struct SourceWatchTests {
    @Test func aCameraThatSendsOrdinaryPicturesIsWell() {
        var camera = Camera()
        camera.send(day, every: 30, times: 3_000)
        #expect(camera.changes.isEmpty)
    }

    @Test func silenceBeginsWithTheLastPictureAndEndsWithTheNext() throws {
        var camera = Camera()
        camera.silentAfter = .seconds(600)
        camera.send(day, times: 3)
        camera.wait(599)
        #expect(camera.changes.isEmpty)
        camera.wait(1)
        let silence = try #require(camera.changes.first)
        #expect(silence.condition == .silent)
        #expect(silence.since == Camera.at(180).wall)
        camera.wait(10_000)
        #expect(camera.changes.count == 1)
        camera.send(day)
        #expect(camera.changes.count == 2)
        #expect(camera.changes.last?.until == camera.now.wall)
        #expect(camera.changes.last?.id == silence.id)
    }

    @Test func aMotionCameraMayBeQuietForHours() {
        var camera = Camera()
        camera.send(day, every: 8 * 3_600, times: 20)
        #expect(camera.changes.isEmpty)
    }

    @Test func withoutAnExpectationNobodyIsSilent() {
        var camera = Camera()
        camera.silentAfter = nil
        camera.send(day)
        camera.wait(1e7)
        #expect(camera.changes.isEmpty)
    }

    @Test func silenceGoesOnOverARestartWithItsSinceWhen() {
        let before = ConditionReport(
            source: "nest", condition: .silent, since: Camera.at(-7_200).wall, detail: "no picture")
        var camera = Camera()
        camera.silentAfter = .seconds(600)
        camera.watch = SourceWatch("nest", lastArrival: Camera.at(-7_200), open: [before])
        camera.wait(60)
        #expect(camera.changes.isEmpty)
        #expect(camera.watch.open[.silent]?.since == before.since)
        camera.send(day)
        #expect(camera.changes.map(\.id) == [before.id])
    }

    @Test func nightIsDarkAndNoTrouble() {
        var camera = Camera()
        camera.send(day, times: 60)
        camera.send(figures(darkest: 0, brightest: 12), times: 600)
        #expect(camera.changes.map(\.condition) == [.dark])
        #expect(camera.changes.first?.since == Camera.at(61 * 60).wall)
        #expect(!SourceCondition.dark.isTrouble)
        camera.send(day, times: 5)
        #expect(camera.open.isEmpty)
    }

    @Test func aPassingShadowIsNotTheNight() {
        var camera = Camera()
        for _ in 0..<50 {
            camera.send(day, every: 10, times: 3)
            camera.send(figures(darkest: 0, brightest: 12), every: 10, times: 2)
        }
        #expect(camera.changes.isEmpty)
    }

    @Test func twilightBetweenTheThresholdsChangesNothing() {
        var camera = Camera()
        for _ in 0..<100 {
            camera.send(figures(darkest: 0, brightest: 50), every: 60)
            camera.send(figures(darkest: 0, brightest: 58), every: 60)
        }
        #expect(camera.changes.isEmpty)
    }

    @Test func aGlareIsTroubleOnlyWhenItLasts() {
        var camera = Camera()
        camera.send(figures(darkest: 230, brightest: 255), times: 9)
        camera.send(day, times: 20)
        #expect(camera.changes.isEmpty)
        camera.send(figures(darkest: 230, brightest: 255), times: 12)
        #expect(camera.open == [.bright])
    }

    @Test func theSamePictureForTenMinutesIsFrozen() throws {
        var camera = Camera()
        camera.send(day, times: 30)
        camera.send(day, times: 9, fresh: false)
        #expect(camera.changes.isEmpty)
        camera.send(day, times: 4, fresh: false)
        #expect(camera.open == [.frozen])
        #expect(camera.changes.first?.frame != nil)
        camera.send(day, times: 2)
        #expect(camera.open.isEmpty)
    }

    @Test func aDateWrittenIntoAFrozenPictureDoesNotHideIt() {
        var camera = Camera()
        for number in 0..<20 {
            var picture = day
            picture.cells[63] = UInt64(1_000 + number)  // the clock in the corner goes on
            camera.send(picture, fresh: false)
        }
        #expect(camera.open == [.frozen])
    }

    @Test func oneFileCopiedAgainAndAgainAtOnceIsNotFrozen() {
        var camera = Camera()
        camera.send(day, every: 0.5, times: 200, fresh: false)
        #expect(camera.changes.isEmpty)
    }

    @Test func theNightIsNeverFrozen() {
        var camera = Camera()
        camera.send(figures(darkest: 0, brightest: 3), times: 600, fresh: false)
        #expect(camera.open == [.dark])
    }

    @Test func aLensOutOfFocusIsBlurredByThisCamerasOwnMeasure() throws {
        var camera = Camera()
        camera.send(figures(sharpness: -4), every: 60, times: 400)  // a soft camera is as it is
        #expect(camera.changes.isEmpty)
        camera.send(figures(sharpness: -7), every: 60, times: 29)
        #expect(camera.changes.isEmpty)
        camera.send(figures(sharpness: -7), every: 60, times: 5)
        #expect(camera.open == [.blurred])
        camera.send(figures(sharpness: -4), every: 60, times: 10)
        #expect(camera.open.isEmpty)
    }

    @Test func aCameraThatWasTurnedToSomethingSmoothIsBelievedAfterSomeDays() {
        var camera = Camera()
        camera.send(figures(sharpness: 0.5), every: 600, times: 300)
        camera.send(figures(sharpness: -3), every: 600, times: 144 * 7)
        #expect(camera.open.isEmpty)
        #expect(camera.changes.map(\.condition) == [.blurred, .blurred])
    }

    @Test func whatWasLearnedSurvivesARestart() {
        var camera = Camera()
        camera.send(day, every: 60, times: 400)
        camera.watch = SourceWatch("nest", lastArrival: camera.now, baseline: camera.watch.baseline)
        camera.send(figures(sharpness: -5), every: 60, times: 40)
        #expect(camera.open == [.blurred])
    }

    @Test func cutFilesAreToldFromAQuarterOfTheLatest() {
        var camera = Camera()
        for number in 1...200 { camera.send(isCut: number % 6 == 0) }
        #expect(camera.changes.isEmpty)
        camera.send(times: 3, isCut: true)
        #expect(camera.open == [.truncated])
        camera.send(times: 25)
        #expect(camera.open.isEmpty)
    }

    @Test func aBurstThatBreaksOffIsOneLostConnection() {
        var camera = Camera()
        camera.send(every: 0.2, times: 50, isCut: true)
        #expect(camera.changes.isEmpty)
        camera.send(every: 0.2, times: 100)
        camera.send(every: 90, times: 1, isCut: true)
        #expect(camera.changes.isEmpty)
    }

    @Test(arguments: [-56 * 365 * 86_400.0, 20 * 365 * 86_400.0])
    func aCameraWhoseClockWasNeverSetIsToldOnce(offset: Double) {
        var camera = Camera()
        camera.send(times: 30, dated: .seconds(Int64(offset)))
        #expect(camera.changes.map(\.condition) == [.wrongClock])
        camera.send(times: 2, dated: .seconds(3_600))
        #expect(camera.open.isEmpty)
    }

    @Test func oldPicturesThatAreCopiedAreNoWrongClock() {
        var camera = Camera()
        for number in 0..<200 { camera.send(every: 30, dated: .seconds(-86_400 * (400 - number))) }
        #expect(camera.changes.isEmpty)
    }

    @Test func anotherTimeZoneIsNoWrongClock() {
        var camera = Camera()
        camera.send(times: 100, dated: .seconds(14 * 3_600))
        #expect(camera.changes.isEmpty)
    }

    @Test func aDirectoryThatIsAwayForAMinuteIsMissing() {
        var camera = Camera()
        camera.tick(trouble: "/capture is not there")
        camera.clock += 59
        camera.tick(trouble: "/capture is not there")
        #expect(camera.changes.isEmpty)
        camera.clock += 1
        camera.tick(trouble: "/capture is not there")
        #expect(camera.open == [.missing])
        camera.wait(1)
        #expect(camera.open.isEmpty)
    }

    @Test func aSourceThatLeftTheSettingsIsWellAgainForTheRecord() {
        var camera = Camera()
        camera.send(figures(darkest: 0, brightest: 12), times: 10)
        camera.changes += camera.watch.dismissed(at: camera.now.wall)
        #expect(camera.open.isEmpty)
    }

    /// Whatever a camera sends, in whatever order: begin and end take turns, ends fit their beginnings, nothing ends
    /// before it began, and nothing but silence changes its mind more often than its patience allows.
    @Test(arguments: UInt64(0)..<100)
    func conditionsBeginAndEndInTurnWhateverComes(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var camera = Camera()
        camera.silentAfter = .seconds(Int64.random(in: 60...7_200, using: &random))
        let datings: [Duration?] = [nil, .zero, .seconds(-9_999_999)]
        for _ in 0..<500 {
            let picture = figures(
                darkest: .random(in: 0...255, using: &random), brightest: .random(in: 0...255, using: &random),
                sharpness: .random(in: -9...3, using: &random))
            camera.send(
                picture, every: .random(in: -20...900, using: &random), times: .random(in: 1...12, using: &random),
                isCut: .random(using: &random),
                dated: datings[.random(in: 0..<3, using: &random)],
                fresh: .random(using: &random))
            if Int.random(in: 0..<10, using: &random) == 0 { camera.wait(.random(in: 0...20_000, using: &random)) }
        }
        var open: [SourceCondition: ConditionReport] = [:]
        for change in camera.changes {
            if let until = change.until {
                let began = open.removeValue(forKey: change.condition)
                #expect(began?.id == change.id)
                #expect(until >= change.since)
            } else {
                #expect(open.updateValue(change, forKey: change.condition) == nil)
            }
        }
        #expect(open == camera.watch.open)
    }
}

@Suite struct SystemClockTests {
    private let clock = SystemClock(newestOnRecord: Camera.at(0).wall, started: Camera.at(0).monotonic)

    @Test func aBoardThatStartsIn1970SaysSo() throws {
        let start = Moment(monotonic: .seconds(40), wall: Instant(milliseconds: 40_000))
        #expect(try #require(clock.trouble(at: start)).contains("1970-01-01"))
    }

    @Test func aBoardThatStartsBehindItsRecordSaysSoForADay() {
        #expect(clock.trouble(at: Camera.at(-500)) == nil)
        #expect(clock.trouble(at: Camera.at(-3_600)) != nil)
        let later = Moment(monotonic: Camera.at(90_000).monotonic, wall: Camera.at(-3_600).wall)
        #expect(clock.trouble(at: later) == nil)
    }

    @Test func aRightClockIsNotMentioned() {
        #expect(clock.trouble(at: Camera.at(86_400)) == nil)
    }
}
