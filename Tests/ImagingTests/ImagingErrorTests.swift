import Imaging
import Testing

@Test func theKindsHaveTheNamesThatProgramsReadInTheJSON() {
    let names = ["empty", "not_jpeg", "truncated", "corrupt", "unsupported", "too_large", "too_slow"]
    #expect(ImagingError.Kind.allCases.map(\.rawValue) == names)
}

@Test func emptyAndForeignFilesSayWhatTheyAre() {
    #expect(errorOfDecoding([]) == ImagingError(.empty, "is empty"))
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    #expect(errorOfDecoding(png) == ImagingError(.notJPEG, "is not a JPEG: it begins with 0x89 0x50 (a PNG)"))
    #expect(errorOfDecoding([0x00]) == ImagingError(.notJPEG, "is not a JPEG: it begins with 0x00"))
    #expect(errorOfDecoding([0xFF]) == ImagingError(.truncated, "ends inside the headers at byte 1"))
    #expect(errorOfDecoding([0xFF, 0xD8]) == ImagingError(.truncated, "ends inside the headers at byte 2"))
}

@Test func aFileWithoutTablesIsNotDecodedWithThoseOfTheOneBefore() throws {
    let decoder = JPEGDecoder()
    let patched = try Patched("baseline.jpg")
    _ = try decoder.decode(patched.bytes)
    let error = #expect(throws: ImagingError.self) { try decoder.decode(patched.without(0xDB)) }
    #expect(error?.kind == .corrupt)
}

@Test func twelveBitsAndLosslessCodingAreUnsupported() throws {
    var twelve = try Patched("baseline.jpg")
    let start = try #require(twelve.marker(0xC0...0xC0))
    var lossless = twelve
    twelve.bytes[start + 4] = 12
    #expect(
        errorOfDecoding(twelve.bytes)
            == ImagingError(.unsupported, "is a JPEG with 12 bits a sample, which is not decoded"))
    lossless.bytes[start + 1] = 0xC3
    #expect(
        errorOfDecoding(lossless.bytes)
            == ImagingError(.unsupported, "is a JPEG with lossless coding, which is not decoded"))
}
