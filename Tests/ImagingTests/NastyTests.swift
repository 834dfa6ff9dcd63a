import Foundation
import TestSupport
import Testing

@testable import Imaging

/// One row of the manifest of malformed and odd files.
struct Nasty: CustomTestStringConvertible, Sendable {
    var file: String
    var expect: String
    var testDescription: String { file }

    static let all: [Nasty] = {
        guard let url = SharedData.url("data/nasty/manifest.csv"),
            let table = try? String(contentsOf: url, encoding: .utf8)
        else { return [] }
        return table.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
            // The second field may hold commas in quotes; the third is one of three words.
            let expect = ["ok", "error", "either"].first { line.contains(",\($0),") && firstWord(line) == $0 }
            return expect.map { Nasty(file: String(line.prefix { $0 != "," }), expect: $0) }
        }
    }()

    private static func firstWord(_ line: Substring) -> String? {
        line.split(separator: ",").map(String.init).first { ["ok", "error", "either"].contains($0) }
    }
}

@Test(.enabled(if: SharedData.has("data/nasty")))
func everyRowOfTheManifestIsRead() { #expect(Nasty.all.count == 197) }

/// As the manifest expects; within 3 s of CPU time each, whatever the machine's load.
@Test(.enabled(if: SharedData.has("data/nasty")), arguments: Nasty.all)
func everyNastyFileGivesAPictureOrATypedErrorAsItsManifestExpects(nasty: Nasty) throws {
    let folder = try #require(SharedData.url("data/nasty"))
    let jpeg = [UInt8](try Data(contentsOf: folder.appending(path: nasty.file)))
    let start = cpuTime()
    let error = errorOfDecoding(jpeg)
    _ = try? thumbnail(of: jpeg, longestSide: 160)
    #expect(cpuTime() - start < 6, "twice decoded")
    switch nasty.expect {
    case "ok": #expect(error == nil)
    case "error": #expect(error != nil)
    default: break
    }
}
