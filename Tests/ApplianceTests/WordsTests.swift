import Testing

@testable import Appliance

struct WordsTests {
    @Test(arguments: [
        (0.0, 2, "0.00"), (-1.5, 0, "-2"), (2.5, 0, "2"), (1234.5678, 3, "1234.568"),
        (1e20, 1, "100000000000000000000.0"),
        (.infinity, 2, "inf"),
    ])
    func aNumberHasThePointOfNoCountry(value: Double, digits: Int, text: String) {
        #expect(Words.decimals(value, digits) == text)
    }
}
