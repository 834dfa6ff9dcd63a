import TestSupport
import Testing
import Vocabulary

@testable import Imaging

@Test(arguments: ["baseline", "progressive", "arithmetic", "restarts"])
func everyCodingOfTheSamePictureDecodesToNearlyTheSame(name: String) throws {
    let decoder = JPEGDecoder()
    let reference = try decoder.decode(try fixture("baseline.jpg")).input(look(width: 80, height: 60))
    let picture = try decoder.decode(try fixture("\(name).jpg"))
    #expect((picture.width, picture.height, picture.isTruncated) == (320, 240, false))
    #expect(picture.warnings.isEmpty)
    #expect(difference(try picture.input(look(width: 80, height: 60)), reference).mean < 2)
}

@Test func greyPicturesHaveThreeEqualChannels() throws {
    let values = try JPEGDecoder().decode(try fixture("grey.jpg")).input(look(width: 40, height: 30))
    #expect(values[..<1200] == values[1200..<2400])
    #expect(values[..<1200] == values[2400...])
}

@Test func theScaleIsTheSmallestThatLeavesEnoughForEveryRegion() throws {
    let (decoder, jpeg) = (JPEGDecoder(), try fixture("daisy.jpg"))  // 1024x768
    func size(_ minimumSide: Int, _ regions: [Box] = [whole]) throws -> [Int] {
        let picture = try decoder.decode(jpeg, regions: regions, minimumSide: minimumSide)
        #expect((picture.fullWidth, picture.fullHeight) == (1024, 768))
        return [picture.width, picture.height]
    }
    #expect(try size(1) == [128, 96])
    #expect(try size(96) == [128, 96])
    #expect(try size(97) == [256, 192])
    #expect(try size(256) == [512, 384])
    #expect(try size(385) == [1024, 768])
    #expect(try size(100_000) == [1024, 768])
    #expect(try size(96, [Box(x: 0, y: 0, width: 0.5, height: 0.5)]) == [256, 192])
    #expect(try size(96, [whole, Box(x: 0.5, y: 0.5, width: 0.125, height: 0.4)]) == [1024, 768])
    #expect(try size(96, []) == [128, 96])
}

@Test func onlyTheUnionOfTheRegionsIsKept() throws {
    let picture = try JPEGDecoder().decode(
        try fixture("daisy.jpg"),
        regions: [Box(x: 0.25, y: 0.25, width: 0.25, height: 0.25), Box(x: 0.5, y: 0.5, width: 0.25, height: 0.25)],
        minimumSide: 100)
    #expect((picture.width, picture.height) == (1024, 768))
    #expect((picture.window.width, picture.window.height) == (512, 384))
    #expect(throws: ImagingError.self) { try picture.input(region: whole) }
    #expect(throws: ImagingError.self) { try picture.thumbnail(longestSide: 10, quality: 80) }
}

@Test func aRegionGivesTheSameWhicheverOthersWereDecoded() throws {
    let (decoder, jpeg) = (JPEGDecoder(), try fixture("daisy.jpg"))
    let part = Box(x: 0.31, y: 0.42, width: 0.37, height: 0.29)
    let alone = try decoder.decode(jpeg, regions: [part], minimumSide: fullScale).input(region: part)
    let among = try decoder.decode(jpeg, regions: [whole, part], minimumSide: fullScale).input(region: part)
    #expect(alone == among)
}

@Test(arguments: [
    Box(x: .nan, y: 0, width: 1, height: 1), Box(x: 0, y: 0, width: 0, height: 1),
    Box(x: 0, y: -0.5, width: 1, height: 1),
    Box(x: 0, y: 0, width: .infinity, height: 1), Box(x: 1, y: 0, width: 1, height: 1),
])
func aRegionThatIsNoPartOfAPictureIsRefused(box: Box) throws {
    let jpeg = try fixture("odd.jpg")
    let error = #expect(throws: ImagingError.self) { try JPEGDecoder().decode(jpeg, regions: [box]) }
    #expect(error?.kind == .unsupported)
}

@Test func whatFollowsThePictureIsNotLookedAt() throws {
    let (decoder, jpeg) = (JPEGDecoder(), try fixture("baseline.jpg"))
    let alone = try decoder.decode(jpeg).input()
    for tail in [[UInt8](repeating: 0, count: 5000), try fixture("odd.jpg"), [0xFF, 0xDA, 0xFF]] {
        let picture = try decoder.decode(jpeg + tail)
        #expect(picture.warnings.isEmpty)
        #expect(try picture.input() == alone)
    }
}

@Test func aMissingEndMarkerCostsNothingWhereAllRowsAreThere() throws {
    let picture = try JPEGDecoder().decode(try fixture("baseline.jpg").dropLast(2))
    #expect(!picture.isTruncated)
}

@Test func memoryIsUsedAgainOnceThePictureIsGone() throws {
    let (decoder, jpeg) = (JPEGDecoder(), try fixture("daisy.jpg"))
    var places = Set<UnsafeMutableRawPointer?>()
    var held: [Picture] = []
    for _ in 0..<50 {
        held.append(try decoder.decode(jpeg))
        if held.count == 3 { held.removeFirst() }  // as one in the network and one in the mailbox
        places.insert(held.last?.pixels.bytes.baseAddress)
    }
    #expect(places.count <= 3)
}

@Test func aPictureHeldElsewhereIsNotWrittenOver() async throws {
    let (decoder, daisy) = (JPEGDecoder(), try fixture("daisy.jpg"))
    let picture = try decoder.decode(daisy)
    let expected = try picture.input()
    let reader = Task.detached { try (0..<10).map { _ in try picture.input() } }
    for _ in 0..<20 { _ = try decoder.decode(daisy) }
    #expect(try await reader.value.allSatisfy { $0 == expected })
}

@Test func theHeadersAloneGiveTheUprightSize() throws {
    func size(_ jpeg: [UInt8]) throws(ImagingError) -> Dimensions {
        try withBytes(jpeg) { (bytes) throws(ImagingError) in try dimensions(of: bytes) }
    }
    let turned = try size(try Patched("daisy.jpg").opening(with: EXIFBlock(orientation: 6).segment))
    #expect((turned.width, turned.height, turned.orientation.exif) == (768, 1024, 6))
    let forged = try size(try Patched("baseline.jpg").saying(width: 65500, height: 65000))
    #expect((forged.width, forged.height) == (65500, 65000))
    let cut = try fixture("baseline.jpg")
    #expect(throws: ImagingError(.truncated, "ends inside the headers at byte 100")) { try size(Array(cut[..<100])) }
    #expect(throws: ImagingError(.empty, "is empty")) { try size([]) }
}
