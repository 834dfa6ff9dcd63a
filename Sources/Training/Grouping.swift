import Foundation
import Models
import Vocabulary

/// Photos that may show the same scene: regions of one file, those of one source and clock hour, and those that look alike.
///
/// Frames of one camera a second apart are nearly the same picture. If one teaches and the other judges, a head that
/// knows nothing but the background seems perfect.
struct Grouping {
    /// Of each photo; numbered from 0 in the order of the photos.
    let groups: [Int]
    /// Why figures over these groups may be better than life; nil: nothing speaks for it.
    let optimistic: String?
    /// Photos that look alike and have different labels: places.
    let disagreements: [(Int, Int)]

    /// Difference hashes at most so far apart, and cosine above: the same picture, scaled or compressed again.
    private static let (mostBits, leastCosine) = (4, Float(0.6))
    /// Above this cosine it is the same scene, whatever the hashes say.
    private static let sameCosine: Float = 0.97

    /// A photo as far as grouping goes.
    struct Photo {
        var path: String
        var label: Int
        var hash: UInt64
        /// When it was taken, by EXIF.
        var taken: Instant?
        /// When its file was changed.
        var modified: Instant?
    }

    /// - Parameter embeddings: a row a photo, of length 1.
    init(_ photos: [Photo], embeddings: Matrix) {
        var union = UnionFind(photos.count)
        let (hours, words) = Self.hours(photos)
        // Regions of one file are one moment; "\0" is in no path.
        let occasions: [[String?]] = [photos.map { "\0\($0.path)" }, hours]
        var first: [String: Int] = [:]
        for (place, occasion) in occasions.flatMap({ $0.enumerated() }) {
            guard let occasion else { continue }
            if let other = first[occasion] { union.join(place, other) } else { first[occasion] = place }
        }
        var disagreements: [(Int, Int)] = []
        for (left, right) in Self.alike(photos, embeddings) {
            union.join(left, right)
            if photos[left].label != photos[right].label { disagreements.append((left, right)) }
        }
        groups = union.numbers
        optimistic = words
        self.disagreements = disagreements
    }

    /// Source and clock hour of each photo; nil where nothing says when it was taken.
    private static func hours(_ photos: [Photo]) -> ([String?], String?) {
        var hours = photos.map { photo -> String? in
            let (source, time) = NameTime.read(photo.path)
            return (photo.taken ?? time).map { "\(source) \($0.milliseconds / 3_600_000)" }
        }
        let timeless = hours.indices.filter { hours[$0] == nil }
        guard !timeless.isEmpty else { return (hours, nil) }
        // The files' own times, unless most of them fall into one hour: then they say when the photos were copied.
        let modified = timeless.map { photos[$0].modified.map { $0.milliseconds / 3_600_000 } }
        let largest = Dictionary(grouping: modified, by: \.self).values.map(\.count).max() ?? 0
        if largest * 2 <= timeless.count {
            for (place, hour) in zip(timeless, modified) { hours[place] = hour.map { "file \($0)" } }
            return (hours, nil)
        }
        let share = timeless.count == photos.count ? "The photos do" : "\(timeless.count) of \(photos.count) photos do"
        return (
            hours,
            "\(share) not say when they were taken, so that photos of one visit may have been on both sides: "
                + "expect less on new days"
        )
    }

    /// Pairs of photos that look alike.
    private static func alike(_ photos: [Photo], _ embeddings: Matrix) -> [(Int, Int)] {
        var pairs: [(Int, Int)] = []
        let block = 256
        for top in stride(from: 0, to: photos.count, by: block) {
            let rows = Array(top..<min(top + block, photos.count))
            let columns = Array(0..<min(top + block, photos.count))
            // The block is what is packed anew: there are fewer of it.
            let products = embeddings.rows(columns).multiplied(by: Panels(transposing: embeddings.rows(rows)))
            products.values.withUnsafeBufferPointer { products in
                for column in columns {
                    for row in max(top, column + 1)..<columns.count {
                        let cosine = products[column * rows.count + row - top]
                        guard cosine > leastCosine else { continue }
                        let bits = (photos[row].hash ^ photos[column].hash).nonzeroBitCount
                        if cosine > sameCosine || bits <= mostBits { pairs.append((column, row)) }
                    }
                }
            }
        }
        return pairs
    }
}

/// The time that a file's name tells: `nest-2026-05-12_07-42-00.jpg`, `20260512_074200_17.jpg`.
enum NameTime {
    /// - Returns: what stands before the time, with the folders below the label, and the time (as if it were UTC).
    static func read(_ path: String) -> (source: String, time: Instant?) {
        let folders = path.split(separator: "/").dropFirst().dropLast().joined(separator: "/")
        let name = Array(URL(filePath: path).deletingPathExtension().lastPathComponent.utf8)
        for start in name.indices where isDigit(name[start]) && (start == 0 || !isDigit(name[start - 1])) {
            guard let (digits, _) = digits(name, from: start, count: 14) ?? digits(name, from: start, count: 10),
                let time = time(digits)
            else { continue }
            return ("\(folders) \(String(decoding: name[..<start], as: UTF8.self))", time)
        }
        return (folders, nil)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Digits with single separators between them.
    private static func digits(_ name: [UInt8], from start: Int, count: Int) -> ([UInt8], Int)? {
        var (digits, place, gap) = ([UInt8](), start, 0)
        while place < name.count, digits.count < count {
            if isDigit(name[place]) {
                digits.append(name[place])
                gap = 0
            } else {
                gap += 1
                if gap > 1 || !"-_. T:h".utf8.contains(name[place]) { return nil }
            }
            place += 1
        }
        return digits.count == count ? (digits, place) : nil
    }

    /// Year to hour at least; minutes and seconds where there are.
    private static func time(_ digits: [UInt8]) -> Instant? {
        let text = String(decoding: digits, as: UTF8.self)
        guard let year = Int(text.prefix(4)), (1990...2100).contains(year) else { return nil }
        let padded = text + String(repeating: "0", count: 14 - text.count)
        let parts = [4, 2, 2, 2, 2, 2].reduce(into: (rest: padded[...], parts: [Substring]())) { state, length in
            state.parts.append(state.rest.prefix(length))
            state.rest = state.rest.dropFirst(length)
        }.parts
        return Instant(
            "\(parts[0])-\(parts[1])-\(parts[2])T\(parts[3]):\(parts[4]):\(parts[5])Z")
    }
}

/// Sets that grow together (Tarjan 1975).
struct UnionFind {
    private var parents: [Int]

    init(_ count: Int) { parents = Array(0..<count) }

    /// Makes one set of the sets of two members.
    mutating func join(_ a: Int, _ b: Int) {
        let (left, right) = (root(a), root(b))
        parents[max(left, right)] = min(left, right)
    }

    /// The number of each member's set, counted from 0 in order of first members.
    var numbers: [Int] {
        var copy = self
        var known: [Int: Int] = [:]
        return parents.indices.map { member in
            let root = copy.root(member)
            let number = known[root] ?? known.count
            known[root] = number
            return number
        }
    }

    private mutating func root(_ member: Int) -> Int {
        var member = member
        while parents[member] != member {
            parents[member] = parents[parents[member]]
            member = parents[member]
        }
        return member
    }
}
