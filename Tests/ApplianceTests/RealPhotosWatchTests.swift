import Foundation
import Imaging
import TestSupport
import Testing
import Vocabulary

@testable import Appliance

/// False alarms, counted on real photos: what no camera here is guilty of must not be said.
@Suite(.enabled(if: SharedData.has("data/sequence"))) struct RealPhotosWatchTests {
    private static let decoder = JPEGDecoder.self

    /// Figures of the photos of a folder, in the order of their names.
    private static func figures(_ folder: String) throws -> [PictureFigures] {
        let url = try #require(SharedData.url("data/\(folder)"))
        let names = (FileManager.default.enumerator(atPath: url.path)?.allObjects as? [String] ?? []).sorted()
        let decoder = JPEGDecoder()
        return try names.filter { $0.hasSuffix(".jpg") }.map { name in
            let bytes = try Data(contentsOf: url.appending(path: name))
            return PictureFigures(
                try bytes.withUnsafeBytes { try decoder.decode($0, regions: [Region.wholeFrame.box]) })
        }
    }

    /// Plays photos as a camera would send them, again and again for days, and says what was said of it. Cells get a
    /// number each time round: the same photo again is the test's doing.
    private static func play(_ photos: [PictureFigures], every seconds: Int, times: Int) -> [ConditionReport] {
        let start = Moment(monotonic: .seconds(1_000), wall: Instant(milliseconds: 1_795_262_400_000))
        var watch = SourceWatch("yard", lastArrival: start)
        var changes: [ConditionReport] = []
        var now = start
        for round in 0..<times {
            for (number, photo) in photos.enumerated() {
                now = Moment(monotonic: now.monotonic + .seconds(seconds), wall: now.wall + .seconds(seconds))
                var photo = photo
                photo.cells = photo.cells.map { $0.map { $0 &+ UInt64(round) } }
                let frame = FrameID(rawValue: "\(round)-\(number)")
                changes += watch.arrived(.init(frame: frame, at: now, isCut: false, dated: .zero))
                changes += watch.looked(at: photo, frame: frame, at: now)
                changes += watch.passed(now: now, silentAfter: .seconds(86_400), trouble: nil)
            }
        }
        return changes
    }

    @Test func aYardCameraOverDayAndNightRaisesNoAlarm() throws {
        let photos = try Self.figures("sequence")
        for seconds in [1, 15, 60, 900] {
            let changes = Self.play(photos, every: seconds, times: 20)
            print("sequence: \(photos.count * 20) frames, one every \(seconds) s: \(changes.count) changes")
            #expect(changes.isEmpty)
        }
        let sharpness = photos.map(\.sharpness).sorted()
        print("sequence: sharpness \(sharpness.first ?? 0) to \(sharpness.last ?? 0)")
        let same = zip(photos, photos.dropFirst()).count { $0.isSame(as: $1) == true }
        #expect(same == 0)
    }

    /// Not one camera but five hundred, which is worse than any: each photo another scene and another lens.
    @Test func fiveHundredPhotosOfAllKindsAreNeitherDarkNorBlindedNorFrozen() throws {
        let photos = try Self.figures("henhouse")
        let dark = photos.count { $0.brightest < 60 }
        let bright = photos.count { $0.darkest > 185 }
        let same = zip(photos, photos.dropFirst()).count { $0.isSame(as: $1) == true }
        let changes = Self.play(photos, every: 60, times: 10)
        print(
            "henhouse: \(photos.count) photos, \(dark) dark, \(bright) bright, \(same) the same as the one before; "
                + "played 10 times: \(changes.map { "\($0.condition)\($0.until == nil ? "" : " over")" })")
        #expect(dark == 0)
        #expect(bright == 0)
        #expect(same == 0)
    }
}
