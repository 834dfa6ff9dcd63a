// Conditions of sources, and messages and changes that tell of them. SQLite cannot change a CHECK: outbox and change are
// copied into tables of the new form. Their numbers are never used again, so the sequences go along.
extension Schema {
    static let sourceConditionsName = "conditions of sources"

    static let sourceConditions = """
        CREATE TABLE condition (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE CHECK (length(id) = 20),
          source TEXT NOT NULL CHECK (source <> ''),
          condition TEXT NOT NULL CHECK (condition <> ''),
          since INTEGER NOT NULL,
          until INTEGER CHECK (until >= since),
          frame TEXT,
          detail TEXT NOT NULL
        ) STRICT;
        CREATE INDEX conditionOpen ON condition (sequence) WHERE until IS NULL;

        CREATE TABLE newOutbox (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          key TEXT NOT NULL UNIQUE,
          channel TEXT NOT NULL CHECK (channel <> ''),
          kind TEXT NOT NULL CHECK (kind IN ('start', 'end', 'each', 'began', 'over')),
          visit TEXT REFERENCES visit (id) ON DELETE CASCADE,
          detection TEXT,
          condition TEXT REFERENCES condition (id) ON DELETE CASCADE,
          state TEXT NOT NULL CHECK (state IN ('waiting', 'pending', 'delivered', 'expired', 'limited', 'failed')),
          attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
          next INTEGER,
          error TEXT,
          created INTEGER NOT NULL,
          lifetime INTEGER NOT NULL CHECK (lifetime >= 0),
          expires INTEGER,
          settled INTEGER,
          CHECK ((kind IN ('began', 'over')) = (condition IS NOT NULL)),
          CHECK ((condition IS NULL) = (visit IS NOT NULL)),
          CHECK ((kind IN ('start', 'each')) = (detection IS NOT NULL)),
          CHECK ((state = 'waiting') <= (kind = 'end')),
          CHECK ((state = 'waiting') = (expires IS NULL)),
          CHECK ((state = 'pending') = (next IS NOT NULL)),
          CHECK ((state IN ('waiting', 'pending')) = (settled IS NULL))
        ) STRICT;
        INSERT INTO newOutbox (id, key, channel, kind, visit, detection, state, attempts, next, error, created, lifetime,
            expires, settled)
          SELECT id, key, channel, kind, visit, detection, state, attempts, next, error, created, lifetime, expires,
            settled FROM outbox;
        DELETE FROM sqlite_sequence WHERE name = 'newOutbox';
        INSERT INTO sqlite_sequence (name, seq) SELECT 'newOutbox', seq FROM sqlite_sequence WHERE name = 'outbox';
        DROP TABLE outbox;
        ALTER TABLE newOutbox RENAME TO outbox;
        CREATE INDEX outboxDue ON outbox (channel, next) WHERE state = 'pending';
        CREATE INDEX outboxOfVisit ON outbox (visit);
        CREATE INDEX outboxOfCondition ON outbox (condition) WHERE condition IS NOT NULL;
        CREATE INDEX outboxSettled ON outbox (settled) WHERE settled IS NOT NULL;

        CREATE TABLE newChange (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          kind TEXT NOT NULL CHECK (kind <> ''),
          subject TEXT NOT NULL
        ) STRICT;
        INSERT INTO newChange SELECT * FROM change;
        DELETE FROM sqlite_sequence WHERE name = 'newChange';
        INSERT INTO sqlite_sequence (name, seq) SELECT 'newChange', seq FROM sqlite_sequence WHERE name = 'change';
        DROP TABLE change;
        ALTER TABLE newChange RENAME TO change;
        """
}
