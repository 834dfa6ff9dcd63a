import Store
import Vocabulary

/// What needs the owner, worst first: each says what, since when, what Rooster still does, and one next step.
enum Notes {
    /// The notes of a moment.
    static func of(_ data: NowData) -> [Flash] {
        let all =
            sources(data) + store(data) + disk(data) + model(data) + action(data) + settings(data) + late(data)
            + channels(data) + others(data)
        return all.filter { $0.tone == .fault } + all.filter { $0.tone == .warning } + all.filter { $0.tone == .plain }
    }

    private static func sources(_ data: NowData) -> [Flash] {
        data.status.sources.flatMap { source in
            let name = Words.capitalised(source.name)
            if source.state == .missing {
                let since = source.since.map { " since \(data.time.short($0, now: data.now))" } ?? ""
                return [
                    Flash(
                        .fault, .camera, "The directory of \(source.name) is missing\(since).",
                        Words.sentence(source.sentence ?? source.state.advice))
                ]
            }
            return source.conditions.filter(\.condition.isTrouble).map { condition in
                let since = data.time.short(condition.since, now: data.now)
                let advice = ApplianceStatus.Source.State(condition.condition).advice
                return Flash(
                    .fault, .camera, "\(name) \(condition.condition.word) since \(since).",
                    "\(Words.sentence(condition.detail)) \(advice)",
                    link: data.picture(of: condition).map { ("See it", $0) })
            }
        }
    }

    private static func store(_ data: NowData) -> [Flash] {
        guard let fault = data.health.fault else {
            guard data.health.lost > 0 else { return [] }
            return [
                Flash(
                    .warning, .alert, "\(Words.count(data.health.lost, "record", "records")) lost.",
                    "The disk was away too long.")
            ]
        }
        let since = data.time.short(fault.since, now: data.now)
        let waiting = "\(Words.count(data.health.waiting, "record waits", "records wait")) in memory."
        if fault.kind == .diskFull {
            return [
                Flash(
                    .fault, .alert, "Disk full since \(since).",
                    "Rooster still watches and acts, but keeps no new photos. \(waiting) Make room on it.")
            ]
        }
        return [
            Flash(
                .fault, .alert, "Records cannot be written since \(since).",
                "\(Words.sentence(fault.message)) Rooster still watches and acts. \(waiting)")
        ]
    }

    private static func disk(_ data: NowData) -> [Flash] {
        guard data.health.fault == nil else { return [] }
        if data.disk.size > 0, data.disk.free < data.status.limits.keepFree {
            return [
                Flash(
                    .warning, .alert, "Only \(Words.bytes(data.disk.free)) free on the disk.",
                    "The oldest unremarkable photos are removed. Corrected and fired ones are kept.")
            ]
        }
        guard data.budgetShare >= 0.98 else { return [] }
        return [
            Flash(
                .plain, .file, "The room for photos is used up.",
                "\(Words.bytes(data.status.limits.budget)) are allowed; the oldest unremarkable photos make room.")
        ]
    }

    private static func model(_ data: NowData) -> [Flash] {
        var notes = data.status.idleRules.map {
            Flash(.plain, .hold, "The rule '\($0.name)' is idle.", Words.sentence($0.reason))
        }
        if let trouble = data.status.model.trouble {
            notes.insert(Flash(.fault, .alert, "Trouble with the model.", Words.sentence(trouble)), at: 0)
        }
        return notes
    }

    private static func action(_ data: NowData) -> [Flash] {
        let failed = data.visits.compactMap { visit in
            [visit.fired, visit.best].compactMap { $0 }.first { [.failed, .timedOut].contains($0.action?.state) }
        }
        guard let detection = failed.first, data.now - detection.time < .seconds(86_400), let action = detection.action
        else { return [] }
        let deed = action.state == .timedOut ? "did not end in time" : "failed"
        return [
            Flash(
                .fault, .fire,
                "\(Words.capitalised(action.name)) \(deed) at \(data.time.short(detection.time, now: data.now)).",
                Words.sentence(action.reason ?? ""), link: ("See why", URLPath.of("detections", detection.id.rawValue)))
        ]
    }

    private static func settings(_ data: NowData) -> [Flash] {
        guard let fault = data.status.settings.fault else { return [] }
        return [
            Flash(
                .fault, .file, "The new settings were refused.",
                "\(Words.sentence(fault)) The old ones are in force; try rooster check.")
        ]
    }

    private static func late(_ data: NowData) -> [Flash] {
        guard let worst = data.deadlines.missed.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) })
        else { return [] }
        let causes = worst.value == data.missedCount ? "All" : "Most"
        return [
            Flash(
                .warning, .alert,
                "\(Words.count(data.missedCount, "photo", "photos")) answered late since yesterday.",
                "\(causes) \(worst.key.cause).")
        ]
    }

    private static func channels(_ data: NowData) -> [Flash] {
        data.status.channels.compactMap { channel in
            guard let trouble = channel.trouble else { return nil }
            let since = channel.since.map { " since \(data.time.short($0, now: data.now))" } ?? ""
            let count = data.outbox[channel.name]?[.pending] ?? 0
            let waiting = "\(Words.count(count, "message waits", "messages wait")) and will be sent in order."
            return Flash(
                .warning, .send, "\(Words.capitalised(channel.name)) unreachable\(since).",
                Words.sentence(trouble) + (count > 0 ? " " + waiting : ""))
        }
    }

    private static func others(_ data: NowData) -> [Flash] {
        data.status.troubles.map {
            Flash($0.isFault ? .fault : .plain, .alert, Words.sentence($0.title), Words.sentence($0.sentence))
        }
    }
}

extension ApplianceStatus.Source.State {
    /// After the camera's name.
    var word: String {
        switch self {
        case .well: "well"
        case .waiting: "waiting"
        case .missing: SourceCondition.missing.word
        case .silent: SourceCondition.silent.word
        case .frozen: SourceCondition.frozen.word
        case .truncated: SourceCondition.truncated.word
        case .blurred: SourceCondition.blurred.word
        case .bright: SourceCondition.bright.word
        case .wrongClock: SourceCondition.wrongClock.word
        case .dark: SourceCondition.dark.word
        }
    }

    fileprivate var advice: String {
        switch self {
        case .silent: "Check its power and its card."
        case .frozen: "The same photo comes again and again. Restart the camera."
        case .truncated: "Look at the camera's connection and its card; an upload that breaks off leaves half a photo."
        case .blurred: "Clean the lens, and see whether the camera was moved."
        case .bright: "The sun, or the camera's own lamp, shines into the lens: turn it a little."
        case .wrongClock: "Set the camera's clock. Rooster goes by when photos come, so nothing else is wrong."
        case .missing: "Rooster looks for it again and again and goes on when it is back."
        case .well, .waiting, .dark: ""
        }
    }
}
