// RFC 2047: text beyond ASCII in a header as "encoded words", each at most 75 letters, separated by blanks that readers
// drop. Base64 ("B"): the letters of its alphabet pass every server.

import Foundation

/// A value for a header: as it is where it is plain ASCII, else as encoded words. Line breaks become blanks.
func headerValue(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ").trimmingCharacters(in: .whitespaces)
    let isPlain = line.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
    if isPlain && !line.contains("=?") { return line }
    // 75 letters less "=?UTF-8?B?" and "?=" are 63: 15 groups of 3 bytes
    let most = 45
    var words: [String] = []
    var word: [UInt8] = []
    for scalar in line.unicodeScalars {
        let bytes = Array(String(scalar).utf8)  // a letter is never split between words
        if word.count + bytes.count > most {
            words.append(encodedWord(word))
            word = []
        }
        word += bytes
    }
    if !word.isEmpty { words.append(encodedWord(word)) }
    return words.joined(separator: " ")
}

private func encodedWord(_ bytes: [UInt8]) -> String { "=?UTF-8?B?\(Data(bytes).base64EncodedString())?=" }
