import Foundation
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    @Suite struct ActionDocumentTests {
        let now = Moment(monotonic: .seconds(100), wall: Instant(milliseconds: 0))

        func document(_ label: String = "jay", isTest: Bool = false, picture: String? = "/p.jpg") -> ActionDocument {
            ActionDocument(
                due("sprinkler", label: label, picture: picture, now: now, isTest: isTest), now: .milliseconds(100_016))
        }

        @Test func environmentHoldsTheThirteenVariablesOfTheDesign() {
            let id = due("sprinkler", now: now).detection.id.rawValue
            let variables = document().environment.map { "\($0.name)=\($0.value)" }
            #expect(
                variables == [
                    "ROOSTER_DETECTION=\(id)", "ROOSTER_VISIT=\(id)", "ROOSTER_RULE=jay on the eggs",
                    "ROOSTER_SOURCE=nest", "ROOSTER_REGION=left box", "ROOSTER_LABEL=jay", "ROOSTER_PROBABILITY=0.97",
                    "ROOSTER_TIME=2026-05-12T07:42:00.084Z", "ROOSTER_PICTURE=/p.jpg",
                    "ROOSTER_MODEL=efficientnet-lite0/1", "ROOSTER_DEADLINE_LEFT_MS=900", "ROOSTER_ACTION=sprinkler",
                    "ROOSTER_TEST=",
                ])
            #expect(document(isTest: true).environment.last?.value == "1")
        }

        @Test func documentHoldsTheFieldsOfTheDesign() {
            let id = due("sprinkler", now: now).detection.id.rawValue
            #expect(
                document().json == """
                    {"schema":1,"detection":"\(id)","visit":"\(id)","rule":"jay on the eggs","source":"nest",\
                    "region":"left box","label":"jay","probability":0.97,\
                    "labels":[{"label":"jay","index":17,"probability":0.97}],"time":"2026-05-12T07:42:00.084Z",\
                    "picture":"/p.jpg","model":"efficientnet-lite0/1","deadline_left_ms":900,"action":"sprinkler",\
                    "test":false}
                    """)
            #expect(document(isTest: true, picture: nil).json.contains("\"picture\":null"))
            #expect(document(isTest: true, picture: nil).json.hasSuffix("\"test\":true}"))
        }

        @Test(arguments: ["a\"b", "back\\slash", "line\nbreak", "tab\t", "\u{1}\u{1F}", "Häher 🐦", ""])
        func anyLabelMakesAValidDocument(label: String) throws {
            let parsed = try JSONSerialization.jsonObject(with: Data(document(label).json.utf8)) as? [String: Any]
            #expect(parsed?["label"] as? String == label)
        }

        @Test func placeholdersAreFilledOnceAndOtherBracesStay() {
            let all = "{label} {probability} {source} {region} {rule} {picture} {detection}"
            let id = due("sprinkler", now: now).detection.id.rawValue
            #expect(document().filled(all) == "jay 0.97 nest left box jay on the eggs /p.jpg \(id)")
            #expect(document("{rule}").filled("{label}") == "{rule}")
            #expect(document().filled("{on}{\"a\":{label}}{") == "{on}{\"a\":jay}{")
            #expect(document().filled("{{label}}") == "{jay}")
            #expect(document().filled("no braces") == "no braces")
        }

        @Test func valuesAreWrittenAsTheirPlaceAsksFor() {
            let odd = document("a b/ü\"&?")
            #expect(odd.filled("{label}", as: .address) == "a%20b%2F%C3%BC%22%26%3F")
            #expect(odd.filled("\"{label}\"", as: .json) == "\"a b/ü\\\"&?\"")
        }
    }
}
