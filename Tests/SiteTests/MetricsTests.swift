import Store
import Testing
import Vocabulary

@testable import Site

@Suite struct MetricsTests {
    @Test func theScrapeIsReadByAStrictParser() async throws {
        let site = try SiteFixture()
        try await Sightings(site: site).add("jay", 1)
        let answer = try await site.ask(.get, "/metrics")
        #expect(answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        let page = PrometheusPage(answer.text)
        #expect(page.faults == [])
        #expect(page.value("rooster_frames_total", ["state": "recorded"]) == 12)
        #expect(page.value("rooster_frame_latency_seconds", ["quantile": "0.95"]) == 0.048)
        #expect(page.value("rooster_frame_latency_seconds_count") == 12)
        #expect(page.value("rooster_frame_latency_seconds_sum") == 0.4)
        #expect(page.value("rooster_stage_duration_seconds", ["stage": "infer", "quantile": "0.5"]) == 0.005)
        #expect(page.value("rooster_deadlines_missed_total", ["cause": "wait"]) == 1)
        #expect(page.value("rooster_actions_total", ["state": "done"]) == 1)
        #expect(page.value("rooster_outbox_messages", ["channel": "phone", "state": "pending"]) == 0)
        #expect(page.value("rooster_recorded_detections") == 1)
        #expect(page.value("rooster_resident_memory_bytes") == 40_000_000)
        #expect(page.value("rooster_start_timestamp_seconds") == 1_778_560_920)
        let digest = String(repeating: "ab", count: 32)
        #expect(
            page.value("rooster_model_info", ["name": "efficientnet-lite0", "version": "1", "sha256": digest]) == 1)
    }

    @Test func hostileNamesAreEscapedAsTheFormatSays() async throws {
        let site = try SiteFixture()
        let hostile = "a\"b\\c\nd{e}=,"
        site.controls.change {
            $0.sources[0].name = hostile
            $0.channels[0].name = hostile
        }
        let page = PrometheusPage(try await site.ask(.get, "/metrics").text)
        #expect(page.faults == [])
        #expect(page.value("rooster_source_frames_total", ["source": hostile]) == 12)
    }

    /// Ids, files and labels of pictures would make a new series each.
    @Test func noLabelGrowsWithWhatIsSeen() async throws {
        let site = try SiteFixture()
        let before = PrometheusPage(try await site.ask(.get, "/metrics").text).samples.count
        for number in 1...5 { try await Sightings(site: site).add("label \(number)", number, rule: "rule \(number)") }
        #expect(PrometheusPage(try await site.ask(.get, "/metrics").text).samples.count == before)
    }

    @Test func anApplianceThatAnsweredNothingYetHasNoQuantiles() async throws {
        let site = try SiteFixture()
        site.controls.change { $0.latency = .init() }
        let page = PrometheusPage(try await site.ask(.get, "/metrics").text)
        #expect(page.faults == [])
        #expect(page.value("rooster_frame_latency_seconds", ["quantile": "0.5"])?.isNaN == true)
        #expect(page.value("rooster_frame_latency_seconds_count") == 0)
    }
}
