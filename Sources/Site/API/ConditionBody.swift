import Store
import Vocabulary

/// How it is, or was, with a source, as programs read it.
struct ConditionBody: Encodable {
    let report: ConditionReport

    init(_ report: ConditionReport) { self.report = report }

    private enum Key: String, CodingKey { case id, source, state, since, until, sentence, frame, picture, trouble }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(report.id, forKey: .id)
        try container.encode(report.source, forKey: .source)
        try container.encode(report.condition, forKey: .state)
        try container.encode(report.condition.isTrouble, forKey: .trouble)
        try container.encode(report.since, forKey: .since)
        try container.encode(report.until, forKey: .until)
        try container.encode(Words.sentence(report.detail), forKey: .sentence)
        try container.encode(report.frame, forKey: .frame)
        try container.encode(report.frame?.picturePath, forKey: .picture)
    }
}
