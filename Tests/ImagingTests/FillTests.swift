import Foundation
import Testing
import Vocabulary

@testable import Imaging

/// One row of golden.csv: what Pillow made of a photo (make_golden.py).
struct Golden: CustomTestStringConvertible, Sendable {
    var file: String
    var region: Box
    var specification: InputSpecification
    var step: Int
    var offset: Int
    var testDescription: String {
        "\(file) \(region) \(specification.width)x\(specification.height) \(specification.resample)"
    }

    static let all: [Golden] = {
        guard let table = try? fixture("golden.csv") else { return [] }
        return String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: ",").map(String.init)
            let numbers = fields.compactMap(Double.init)
            guard fields.count == 11, numbers.count == 9, let resample = Resample(rawValue: fields[8]) else {
                return nil
            }
            return Golden(
                file: fields[0], region: Box(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3]),
                specification: InputSpecification(
                    width: Int(numbers[4]), height: Int(numbers[5]), cropFraction: numbers[6], resample: resample,
                    offset: 0,
                    scale: 1),
                step: Int(numbers[7]), offset: Int(numbers[8]))
        }
    }()

    /// The values in the file, in the order channel, row, column.
    func expected(_ data: [UInt8]) -> [Float] {
        let rows = (specification.height + step - 1) / step, columns = (specification.width + step - 1) / step
        return (0..<3 * rows * columns).map {
            Float(Int(data[offset + 2 * $0]) | Int(data[offset + 2 * $0 + 1]) << 8) / 256
        }
    }

    /// The same values of a filled input.
    func sampled(_ values: [Float]) -> [Float] {
        let (width, height) = (specification.width, specification.height)
        var picked: [Float] = []
        for channel in 0..<3 {
            for row in stride(from: 0, to: height, by: step) {
                for column in stride(from: 0, to: width, by: step) {
                    picked.append(values[(channel * height + row) * width + column])
                }
            }
        }
        return picked
    }
}

@Test func theGoldenTableIsRead() { #expect(Golden.all.count == 16) }

/// The full-size decode is libjpeg-turbo's in both; what is left is rounding: golden.bin has steps of 1/256.
@Test(arguments: Golden.all)
func cropAndResizeAgreeWithPillow(golden: Golden) throws {
    let picture = try JPEGDecoder().decode(try fixture(golden.file), regions: [golden.region], minimumSide: fullScale)
    let values = golden.sampled(try picture.input(golden.specification, region: golden.region))
    let off = difference(values, golden.expected(try fixture("golden.bin")))
    #expect(off.most < 0.01, "mean \(off.mean), most \(off.most)")
}

/// The stock input at the scale the daemon uses, against the same from the full-size picture.
@Test func aScaledDecodeStaysNearTheFullOne() throws {
    let (decoder, jpeg) = (JPEGDecoder(), try fixture("daisy.jpg"))
    let full = try decoder.decode(jpeg, minimumSide: fullScale).input()
    let scaled = try decoder.decode(jpeg).input()
    #expect(difference(scaled, full).mean < 2.0 / 128)
}

@Test func theStockInputIsNormalisedPlanarRGB() throws {
    let picture = try JPEGDecoder().decode(try fixture("hopper_none.jpg"))
    let values = try picture.input()
    var specification = InputSpecification()
    (specification.offset, specification.scale) = (0, 1)
    let plain = try picture.input(specification)
    #expect(zip(values, plain).allSatisfy { abs($0 - ($1 - 127) / 128) < 1e-6 })
    #expect(plain.allSatisfy { (0...255).contains($0) })
}

@Test(arguments: ["hopper_none.jpg", "hopper_6.jpg"])
func otherLayoutsAndOrdersHoldTheSameValues(name: String) throws {
    let picture = try JPEGDecoder().decode(try fixture(name))
    var specification = InputSpecification(width: 20, height: 12)
    let planes = try picture.input(specification)
    specification.channelOrder = .bgr
    let reversed = try picture.input(specification)
    #expect(planes[..<240] == reversed[480...] && planes[240..<480] == reversed[240..<480])
    specification.layout = .interleaved
    let pixels = try picture.input(specification)
    let gathered = (0..<3).flatMap { channel in (0..<240).map { pixels[3 * $0 + channel] } }
    #expect(gathered == reversed)
}

@Test func aSpecificationThatMakesNoSenseIsRefused() throws {
    let picture = try JPEGDecoder().decode(try fixture("odd.jpg"))
    let faults: [(inout InputSpecification) -> Void] = [
        { $0.width = 0 }, { $0.height = 1 << 40 }, { $0.cropFraction = 0 }, { $0.cropFraction = .nan },
        { $0.cropFraction = 1.5 }, { $0.scale = 0 }, { $0.scale = .init(.leastNonzeroMagnitude) },
        { $0.offset = .init(.infinity) },
    ]
    for spoil in faults {
        var specification = InputSpecification()
        spoil(&specification)
        var values = [Float](repeating: 0, count: 3 * 224 * 224)
        let error = #expect(throws: ImagingError.self) {
            try values.withUnsafeMutableBufferPointer { try picture.fill($0, region: whole, as: specification) }
        }
        #expect(error?.kind == .unsupported)
    }
    var short = [Float](repeating: 0, count: 10)
    #expect(throws: ImagingError.self) {
        try short.withUnsafeMutableBufferPointer { try picture.fill($0, region: whole, as: .init()) }
    }
}

@Test func theSpecificationIsReadFromAManifestsJSON() throws {
    let json = #"""
        {"width": 96, "height": 64, "crop_fraction": 1, "resample": "box", "offset": 0, "scale": 255,
         "channel_order": "bgr", "layout": "interleaved"}
        """#
    let specification = try JSONDecoder().decode(InputSpecification.self, from: Data(json.utf8))
    #expect(
        specification
            == InputSpecification(
                width: 96, height: 64, cropFraction: 1, resample: .box, offset: 0, scale: 255, channelOrder: .bgr,
                layout: .interleaved))
}

/// What a network does not see need not be decoded: its input is the same to the last bit, and nothing else is there.
@Test(arguments: ["daisy", "plain_422", "odd", "hopper_6", "progressive"], Resample.allCases)
func theCropAloneGivesTheSameInput(name: String, resample: Resample) throws {
    let (decoder, jpeg) = (JPEGDecoder(), try fixture("\(name).jpg"))
    for (width, height) in [(24, 24), (31, 17), (200, 200)] {
        let specification = InputSpecification(
            width: width, height: height, cropFraction: 0.6, resample: resample, layout: .interleaved)
        for region in [whole, Box(x: 0.1, y: 0.4, width: 0.7, height: 0.55)] {
            for minimumSide in [8, 30, fullScale] {
                let everything = try decoder.decode(jpeg, regions: [region], minimumSide: minimumSide)
                let crop = try withBytes(jpeg) { (bytes) throws(ImagingError) in
                    try decoder.decode(bytes, regions: [region], minimumSide: minimumSide, for: specification)
                }
                #expect(everything.window.contains(crop.window) && crop.eighths == everything.eighths)
                let expected = try everything.input(specification, region: region)
                #expect(try crop.input(specification, region: region) == expected, "\(specification) \(region)")
                guard crop.window != everything.window else { continue }
                #expect(throws: ImagingError.self) { try crop.thumbnail(longestSide: 10, quality: 80) }
            }
        }
    }
}
