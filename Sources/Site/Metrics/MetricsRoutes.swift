import HTTPTypes
import Hummingbird
import Store
import Vocabulary

/// `/metrics`, `/healthz`, `/readyz`: for programs that watch over Rooster.
struct MetricsRoutes {
    let site: SiteParts
    let listeners: Listeners

    /// Adds the three routes.
    func add(to router: Router<SiteContext>) {
        router.get("/healthz") { _, _ in Response.text("alive\n", type: "text/plain; charset=utf-8") }
        router.get("/readyz") { _, _ in
            if let reason = await site.controls.status().unready { throw SiteError(.serviceUnavailable, reason) }
            // A frame would be answered in time, and that is what is asked; what fails beside it is said.
            let fault = site.store.health.fault.map { "but \($0.message)\n" } ?? ""
            return Response.text("ready\n\(fault)", type: "text/plain; charset=utf-8")
        }
        router.get("/metrics") { _, _ in
            let text = Metrics(
                status: await site.controls.status(), disk: try await site.store.diskFigures(),
                counts: try await site.store.counts(), health: site.store.health, listeners: listeners.count,
                now: site.now()
            ).text
            return Response.text(text, type: PrometheusText.contentType)
        }
    }
}

/// All figures under their names.
struct Metrics {
    let status: ApplianceStatus
    let disk: DiskFigures
    let counts: RecordCounts
    let health: StoreHealth
    let listeners: Int
    let now: Instant

    /// The page of a scrape.
    var text: String {
        var page = PrometheusText()
        about(&page)
        frames(&page)
        latency(&page)
        actions(&page)
        storage(&page)
        return page.text
    }

    private func about(_ page: inout PrometheusText) {
        let build = status.build
        page.add(
            "rooster_build_info", .gauge, "The Rooster that runs.",
            [
                .init(
                    1, ("version", build.version), ("commit", build.commit),
                    ("instruction_set", build.instructionSet))
            ])
        page.add(
            "rooster_model_info", .gauge, "The model version that answers.",
            [
                .init(
                    1, ("name", status.model.id.name), ("version", status.model.id.version),
                    ("sha256", status.model.digest))
            ])
        page.add(
            "rooster_model_role_info", .gauge, "The loaded model versions, by role.",
            [
                .init(
                    1, ("role", ModelRole.production.rawValue), ("name", status.model.id.name),
                    ("version", status.model.id.version), ("sha256", status.model.digest))
            ]
                + status.otherModels.roles.map {
                    .init(
                        1, ("role", $0.role.rawValue), ("name", $0.id.name), ("version", $0.id.version),
                        ("sha256", $0.digest))
                })
        page.add(
            "rooster_model_trouble", .gauge, "1 if another version than production answers.",
            status.model.trouble == nil ? 0 : 1)
        page.add(
            "rooster_shadow_frames_total", .counter,
            "Frames since the start for shadow and baseline on a network of their own: answered, or skipped for lack of time.",
            [("answered", status.otherModels.answered), ("skipped", status.otherModels.skipped)].map {
                .init(Double($0.1), ("outcome", $0.0))
            })
        page.add("rooster_start_timestamp_seconds", .gauge, "When Rooster was started.", seconds(status.started))
        page.add("rooster_ready", .gauge, "1 if a frame would be answered in time.", status.unready == nil ? 1 : 0)
        page.add("rooster_armed", .gauge, "1 if rules may set off actions.", status.armed.isArmed(at: now) ? 1 : 0)
        page.add("rooster_resident_memory_bytes", .gauge, "Memory of the process.", Double(status.resident))
        page.add("rooster_event_listeners", .gauge, "Readers of /events.", Double(listeners))
        page.add(
            "rooster_settings_valid", .gauge, "0 if the settings file was changed to something that was refused.",
            status.settings.fault == nil ? 1 : 0)
        page.add("rooster_idle_rules", .gauge, "Rules whose labels production lacks.", Double(status.idleRules.count))
    }

    private func frames(_ page: inout PrometheusText) {
        page.add(
            "rooster_frames_total", .counter, "Frames since the start, by what became of them.",
            [FrameItem.State.recorded, .quarantined, .noted].map {
                .init(Double(status.counts.frames[$0] ?? 0), ("state", $0.rawValue))
            })
        page.add(
            "rooster_frames_late_total", .counter, "Frames decided after a newer one of their source.",
            Double(status.counts.late))
        page.add("rooster_backlog_frames", .gauge, "Frames that wait to be decided.", Double(status.backlog))
        page.add(
            "rooster_source_state", .gauge, "1 for each state a source is in.",
            status.sources.flatMap { source in
                ApplianceStatus.Source.State.allCases.map {
                    .init(states(of: source).contains($0) ? 1 : 0, ("source", source.name), ("state", $0.rawValue))
                }
            })
        page.add(
            "rooster_source_state_since_timestamp_seconds", .gauge, "Since when a source is in a state.",
            status.sources.flatMap { source in
                source.conditions.map {
                    .init(seconds($0.since), ("source", source.name), ("state", $0.condition.rawValue))
                }
            })
        page.add(
            "rooster_source_frames_total", .counter, "Frames of a source since the start.",
            status.sources.map { .init(Double($0.frames), ("source", $0.name)) })
        page.add(
            "rooster_source_newest_frame_timestamp_seconds", .gauge, "When the newest frame of a source came.",
            status.sources.compactMap { source in
                source.newest.map { .init(seconds($0), ("source", source.name)) }
            })
        page.add(
            "rooster_detections_total", .counter, "What rules saw since the start.", Double(status.counts.detections))
        page.add(
            "rooster_near_misses_total", .counter, "Probabilities nearly reached since the start.",
            Double(status.counts.nearMisses))
    }

    private func latency(_ page: inout PrometheusText) {
        page.add(
            "rooster_frame_latency_seconds", .summary, "File complete to action started, or to the decision.",
            summary(status.latency))
        page.add(
            "rooster_stage_duration_seconds", .summary, "How long each stage of a frame's path took.",
            Stage.allCases.flatMap { stage in
                status.stages[stage].map { summary($0, ("stage", stage.rawValue)) } ?? []
            })
        page.add(
            "rooster_deadlines_missed_total", .counter, "Deadlines missed since the start, by what cost the time.",
            Stage.allCases.map { .init(Double(status.missed[$0] ?? 0), ("cause", $0.rawValue)) })
        page.add(
            "rooster_source_deadline_seconds", .gauge, "What the settings allow a frame of a source.",
            status.sources.map { .init($0.deadline.seconds, ("source", $0.name)) })
    }

    private func actions(_ page: inout PrometheusText) {
        page.add(
            "rooster_actions_total", .counter, "Actions since the start, by how they ended.",
            ActionState.allCases.map { .init(Double(status.counts.actions[$0] ?? 0), ("state", $0.rawValue)) })
        page.add(
            "rooster_intents_unwritten_total", .counter, "Actions started although their intent could not be written.",
            Double(status.counts.intentsUnwritten))
        page.add(
            "rooster_outbox_messages", .gauge, "Messages on record, by channel and state.",
            status.channels.flatMap { channel in
                OutboxItem.State.allCases.map {
                    .init(
                        Double(counts.outbox[channel.name]?[$0] ?? 0), ("channel", channel.name), ("state", $0.rawValue)
                    )
                }
            })
        page.add(
            "rooster_channel_up", .gauge, "0 if a channel is in trouble.",
            status.channels.map { .init($0.trouble == nil ? 1 : 0, ("channel", $0.name)) })
    }

    private func storage(_ page: inout PrometheusText) {
        page.add(
            "rooster_storage_bytes", .gauge, "What Rooster keeps.",
            [("pictures", disk.pictures), ("thumbnails", disk.thumbnails), ("database", disk.database)].map {
                .init(Double($0.1), ("kind", $0.0))
            })
        page.add("rooster_storage_budget_bytes", .gauge, "What it may keep.", Double(status.limits.budget))
        page.add("rooster_disk_free_bytes", .gauge, "What programs may still write.", Double(disk.free))
        page.add("rooster_disk_size_bytes", .gauge, "The size of the file system.", Double(disk.size))
        page.add("rooster_store_well", .gauge, "0 if records do not reach the disk.", health.isWell ? 1 : 0)
        page.add("rooster_store_waiting_writes", .gauge, "Writes that wait in memory.", Double(health.waiting))
        page.add("rooster_store_lost_writes_total", .counter, "Writes given up since the start.", Double(health.lost))
        page.add(
            "rooster_recorded_frames", .gauge, "Frames on record, by state.",
            [FrameItem.State.recorded, .quarantined, .noted].map {
                .init(Double(counts.frames[$0] ?? 0), ("state", $0.rawValue))
            })
        page.add("rooster_recorded_detections", .gauge, "Detections on record.", Double(counts.detections))
        page.add("rooster_recorded_visits", .gauge, "Visits on record.", Double(counts.visits))
    }

    private func states(of source: ApplianceStatus.Source) -> Set<ApplianceStatus.Source.State> {
        Set(source.conditions.map { .init($0.condition) } + [source.state])
    }

    private func summary(_ latency: ApplianceStatus.Latency, _ labels: (String, String)...) -> [PrometheusText.Sample] {
        var samples: [PrometheusText.Sample] = []
        for (quantile, value) in [
            ("0.5", latency.p50), ("0.95", latency.p95), ("0.99", latency.p99), ("1", latency.most),
        ] {
            var sample = PrometheusText.Sample(latency.count > 0 ? value.seconds : .nan)
            sample.labels = labels + [("quantile", quantile)]
            samples.append(sample)
        }
        for (suffix, value) in [("_sum", latency.sum.seconds), ("_count", Double(latency.count))] {
            var sample = PrometheusText.Sample(value, suffix: suffix)
            sample.labels = labels
            samples.append(sample)
        }
        return samples
    }

    private func seconds(_ instant: Instant) -> Double { Double(instant.milliseconds) / 1e3 }
}
