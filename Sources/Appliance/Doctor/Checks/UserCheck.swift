import Glibc

extension Check {
    /// Whose rights the other checks try.
    static let user = Check(name: "user") { examination in
        let user = examination.user
        let origin =
            switch user.origin {
            case .record: "it owns the record"
            case .unit: "rooster.service says so"
            case .asker: "you; nothing says otherwise"
            case .standIn(let name): name
            }
        guard user.counts else {
            return [
                .note(
                    "Rooster runs as \(origin); what follows is seen with the rights of \(user.name)",
                    mend: "sudo rooster doctor tries that user's own.")
            ]
        }
        if user.id == 0 {
            return [
                .note(
                    "Rooster runs as root (\(origin))",
                    mend: "It needs no such rights: give it a user of its own, as the README's unit does.")
            ]
        }
        return [.ok("Rooster runs as \(user.name) (\(origin))")]
    }
}
