import Testing

@testable import Imaging

func thumbnail(of jpeg: [UInt8], longestSide: Int) throws(ImagingError) -> [UInt8] {
    try withBytes(jpeg) { (bytes) throws(ImagingError) in
        try thumbnail(of: bytes, longestSide: longestSide, quality: 80)
    }
}

@Test(arguments: [1, 17, 160, 480, 700])
func aThumbnailHasTheLongestSideAskedFor(longestSide: Int) throws {
    let small = try JPEGDecoder().decode(try thumbnail(of: try fixture("daisy.jpg"), longestSide: longestSide))
    #expect(small.fullWidth == longestSide)
    #expect(small.fullHeight == max(1, Int((Double(longestSide) * 0.75).rounded())))
    #expect(small.warnings.isEmpty)
}

@Test func aThumbnailShowsThePicture() throws {
    let jpeg = try fixture("daisy.jpg")
    let decoder = JPEGDecoder()
    let small = try decoder.decode(try thumbnail(of: jpeg, longestSide: 320))
    let large = try decoder.decode(jpeg)
    #expect(
        difference(try small.input(look(width: 40, height: 30)), try large.input(look(width: 40, height: 30))).mean < 3)
}

@Test func aThumbnailIsUprightAndWithoutMetadata() throws {
    let jpeg = try Patched("daisy.jpg").opening(with: EXIFBlock(orientation: 6).segment)
    let thumb = try thumbnail(of: jpeg, longestSide: 100)
    let small = try JPEGDecoder().decode(thumb)
    #expect((small.fullWidth, small.fullHeight, small.orientation.exif) == (75, 100, 1))
    let markers = (0..<thumb.count - 1).filter { thumb[$0] == 0xFF }.map { thumb[$0 + 1] }
    #expect(!markers.contains(0xE1) && !markers.contains(0xFE))
    let shape = look(width: 30, height: 40)
    #expect(difference(try small.input(shape), try JPEGDecoder().decode(jpeg).input(shape)).mean < 4)
}

@Test func aSmallPictureIsNotEnlarged() throws {
    let small = try JPEGDecoder().decode(try thumbnail(of: try fixture("odd.jpg"), longestSide: 480))
    #expect((small.fullWidth, small.fullHeight) == (17, 33))
    #expect(throws: ImagingError(.empty, "is empty")) { try thumbnail(of: [], longestSide: 100) }
}
