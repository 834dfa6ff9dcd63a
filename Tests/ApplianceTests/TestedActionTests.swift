import Testing

@testable import Appliance

struct TestedActionTests {
    private func tested(_ fields: String) throws -> TestedAction {
        try TestedAction(answer: "{\"name\":\"lamp\",\(fields)}")
    }

    @Test func whatHappenedIsSaidWithTheLastThatWasPrinted() throws {
        let done = try tested(#""state":"done","exit":0,"duration_ms":12.3,"output":"on\n","reason":null"#)
        #expect(done.description.hasPrefix("lamp is done (exit 0, 12"))
        #expect(done.description.hasSuffix("\non"))
        #expect(!done.isFailure)
    }

    @Test(arguments: [
        (
            #""state":"failed","exit":3,"reason":"exit status 3","output":"no valve""#, "lamp failed: exit status 3",
            true
        ),
        (#""state":"failed","reason":"no such file""#, "lamp failed: no such file", true),
        (
            #""state":"started","reason":"still running after 20 s""#, "lamp was started: still running after 20 s",
            false
        ),
        (#""state":"held_back","reason":"busy: 1 of 1 at once run already""#, "lamp was not started: busy", true),
        (#""state":"dry_run","reason":"dry_run is set: nothing was done""#, "lamp would have been started", false),
        (#""state":"timed_out","reason":"ran longer than 10 s""#, "lamp took too long: ran longer than 10 s", true),
    ])
    func failuresAreToldFromTheRest(answer: String, words: String, fails: Bool) throws {
        let action = try tested(answer)
        #expect(action.description.hasPrefix(words))
        #expect(action.isFailure == fails)
    }
}
