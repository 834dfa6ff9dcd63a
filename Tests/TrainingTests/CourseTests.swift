import Foundation
import Models
import TestSupport
import Testing
import Vocabulary

@testable import Training

struct CourseTests {
    /// Both halves of a file have its label, digest and path: their order in a set was their order in the lesson, and the
    /// digest of the version another one each time.
    @Test func partsOfAFileAreTaughtInTheOrderOfTheirPlaces() throws {
        let lesson = Lessons.made(labels: 2, each: 24, width: 1280, spread: 0.5, seed: 1)
        let halves = [Box(x: 0, y: 0, width: 0.5, height: 1), Box(x: 0.5, y: 0, width: 0.5, height: 1)]
        let photos = lesson.labels.indices.map { place in
            let path = "\(lesson.labels[place])/\(place / 4).jpg"
            let values = (0..<1280).map { lesson.features[place, $0] * lesson.features[place, $0] }
            return Course.Photo(
                photo: LabelledPhoto(
                    file: path, path: path, label: "\(lesson.labels[place])", region: halves[place / 2 % 2]),
                facts: PhotoFacts(digest: path, embedding: values, hash: UInt64(place), taken: nil), modified: nil)
        }
        let stock = try Registry(directories: [SharedData.repository.appending(path: "models").path])
            .version(Registry.stock)
        let outcomes = try [photos, photos.reversed()].map {
            try Course(parent: stock, name: "halves", tool: "a test")
                .teach($0, settings: Lessons.settings(.between), created: Instant(milliseconds: 0))
        }
        let taught = outcomes[0].draft.photos
        #expect(taught.count == 48)
        #expect(taught.enumerated().allSatisfy { $1.region == halves[$0 % 2] })
        #expect(taught == outcomes[1].draft.photos)
        #expect(outcomes[0].draft.head == outcomes[1].draft.head)
    }
}
