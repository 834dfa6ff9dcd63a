import Vocabulary

/// The claims of one source, the newest on top: a binary heap.
struct ClaimHeap: Sendable {
    /// What is newer: completed later, or put in later.
    struct Age: Comparable, Sendable {
        var completed: Duration
        var sequence: UInt64

        static func < (left: Age, right: Age) -> Bool {
            left.completed == right.completed ? left.sequence < right.sequence : left.completed < right.completed
        }
    }

    private var entries: [(age: Age, claim: Claim)] = []

    var count: Int { entries.count }
    var newest: Age? { entries.first?.age }

    /// In no order.
    var all: [(age: Age, claim: Claim)] { entries }

    /// - Complexity: O(log n).
    mutating func insert(_ claim: Claim, age: Age) {
        entries.append((age, claim))
        siftUp(entries.count - 1)
    }

    /// - Complexity: O(log n).
    mutating func removeNewest() -> (age: Age, claim: Claim)? {
        entries.isEmpty ? nil : remove(at: 0)
    }

    /// - Complexity: O(n): only a full backlog asks.
    mutating func removeOldest() -> Claim? {
        let firstLeaf = entries.count / 2
        guard let oldest = (firstLeaf..<entries.count).min(by: { entries[$0].age < entries[$1].age }) else {
            return nil
        }
        return remove(at: oldest).claim
    }

    private mutating func remove(at index: Int) -> (age: Age, claim: Claim) {
        entries.swapAt(index, entries.count - 1)
        let removed = entries.removeLast()
        if index < entries.count {
            siftDown(index)
            siftUp(index)
        }
        return removed
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            if entries[index].age < entries[parent].age { return }
            entries.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var newest = index
            for child in [2 * index + 1, 2 * index + 2] where child < entries.count {
                if entries[newest].age < entries[child].age { newest = child }
            }
            if newest == index { return }
            entries.swapAt(index, newest)
            index = newest
        }
    }
}
