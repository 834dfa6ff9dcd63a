import GRDB

// The record's tables. SQLite keeps the invariants (STRICT, CHECK, UNIQUE, foreign keys): no code path, no older Rooster
// and no repair by hand can store what makes no sense. Times are milliseconds since 1970, durations milliseconds.
//
//     frame 1-* answer        what each version said of each region, as compact probabilities (CompactProbabilities)
//     frame 1-* detection     what rules saw; immutable once written
//     detection 1-0..1 action how its action went on
//     visit *  detection      by id: a visit is made by its first detection and extended by the others
//     frame 1-* correction    what a person saw in a region
//     condition               how it was with a source's camera, and when
//     outbox                  messages to channels, of a visit or of a condition
//     audit                   what people changed: who, what, old and new
//     change                  what changed, numbered, for /events: the newest ones
//     counter                 sums that triggers keep, so that no page has to count a million rows
//
// Migrations are append only: a shipped one is never edited.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 the record") { try $0.execute(sql: first) }
        migrator.registerMigration("changes that people made") { try $0.execute(sql: audit) }
        migrator.registerMigration("a sample of frames for labelling") { try $0.execute(sql: sample) }
        migrator.registerMigration("sums of whole blocks") { try $0.execute(sql: blocks) }
        migrator.registerMigration(sourceConditionsName) { try $0.execute(sql: sourceConditions) }
        migrator.registerMigration("what answers are made of") { try $0.execute(sql: provenance) }
        return migrator
    }

    /// What it takes to give an answer again, bit for bit: the SHA-256 of the picture, the digest of the version (a name
    /// may be used again for another one), and a fingerprint of all probabilities.
    private static let provenance = """
        ALTER TABLE frame ADD COLUMN content TEXT CHECK (length(content) = 64);
        ALTER TABLE answer ADD COLUMN fingerprint INTEGER;
        CREATE TABLE versions (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL CHECK (name LIKE '%_/_%'),
          labels TEXT NOT NULL,
          digest TEXT NOT NULL DEFAULT '',
          UNIQUE (name, digest, labels)
        ) STRICT;
        INSERT INTO versions (id, name, labels) SELECT id, name, labels FROM model;
        DROP TABLE model;
        ALTER TABLE versions RENAME TO model;
        """

    private static let audit = """
        CREATE TABLE audit (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          time INTEGER NOT NULL,
          way TEXT NOT NULL CHECK (way <> ''),
          address TEXT,
          token INTEGER NOT NULL CHECK (token IN (0, 1)),
          deed TEXT NOT NULL CHECK (deed <> ''),
          subject TEXT,
          before TEXT,
          after TEXT
        ) STRICT;
        CREATE INDEX auditByTime ON audit (time);
        """

    /// `sample`: the hour or quarter of an hour that the frame stands for (RecordWriter+Sample.swift). Retention takes the
    /// others first: its indices leave the sample out.
    private static let sample = """
        ALTER TABLE frame ADD COLUMN sample INTEGER;
        CREATE INDEX frameInSample ON frame (source, worth, sample) WHERE sample IS NOT NULL;
        DROP INDEX frameWithPicture;
        DROP INDEX frameWithThumbnail;
        CREATE INDEX frameWithPicture ON frame (worth, time) WHERE pictureBytes IS NOT NULL AND sample IS NULL;
        CREATE INDEX frameWithThumbnail ON frame (worth, time) WHERE thumbnailBytes IS NOT NULL AND sample IS NULL;
        """

    /// The sums of files are what the disk gives for them (``Disk/allocated(_:)``); the columns keep their sizes.
    private static let blocks = """
        DROP TRIGGER frameRemoved;
        DROP TRIGGER pictureChanged;
        DROP TRIGGER thumbnailChanged;
        CREATE TRIGGER frameRemoved AFTER DELETE ON frame BEGIN
          UPDATE counter SET value = value - 1 WHERE name = OLD.state;
          UPDATE counter SET value = value - (OLD.pictureBytes + 4095) / 4096 * 4096
            WHERE name = 'pictures' AND OLD.pictureBytes > 0;
          UPDATE counter SET value = value - (OLD.thumbnailBytes + 4095) / 4096 * 4096
            WHERE name = 'thumbnails' AND OLD.thumbnailBytes > 0;
        END;
        CREATE TRIGGER pictureChanged AFTER UPDATE OF pictureBytes ON frame BEGIN
          UPDATE counter SET value = value + (ifnull(NEW.pictureBytes, 0) + 4095) / 4096 * 4096
            - (ifnull(OLD.pictureBytes, 0) + 4095) / 4096 * 4096 WHERE name = 'pictures';
        END;
        CREATE TRIGGER thumbnailChanged AFTER UPDATE OF thumbnailBytes ON frame BEGIN
          UPDATE counter SET value = value + (ifnull(NEW.thumbnailBytes, 0) + 4095) / 4096 * 4096
            - (ifnull(OLD.thumbnailBytes, 0) + 4095) / 4096 * 4096 WHERE name = 'thumbnails';
        END;
        UPDATE counter SET value = (SELECT ifnull(sum((pictureBytes + 4095) / 4096 * 4096), 0) FROM frame)
          WHERE name = 'pictures';
        UPDATE counter SET value = (SELECT ifnull(sum((thumbnailBytes + 4095) / 4096 * 4096), 0) FROM frame)
          WHERE name = 'thumbnails';
        """

    private static let first = """
        CREATE TABLE model (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL CHECK (name LIKE '%_/_%'),
          labels TEXT NOT NULL,
          UNIQUE (name, labels)
        ) STRICT;

        CREATE TABLE frame (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE CHECK (length(id) = 20),
          source TEXT NOT NULL CHECK (source <> ''),
          path TEXT NOT NULL CHECK (path <> ''),
          device INTEGER,
          inode INTEGER,
          file TEXT,
          size INTEGER NOT NULL CHECK (size >= 0),
          modified INTEGER NOT NULL,
          time INTEGER NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('recorded', 'quarantined', 'noted')),
          reason TEXT,
          late INTEGER NOT NULL CHECK (late IN (0, 1)),
          deadline REAL NOT NULL CHECK (deadline >= 0),
          latency REAL CHECK (latency >= 0),
          missed TEXT CHECK (missed <> ''),
          timings TEXT NOT NULL,
          model INTEGER REFERENCES model (id),
          nearMisses TEXT CHECK (nearMisses <> ''),
          worth INTEGER NOT NULL CHECK (worth BETWEEN 0 AND 3),
          gone INTEGER,
          picture TEXT NOT NULL DEFAULT 'none' CHECK (picture IN ('none', 'kept', 'withheld', 'removed')),
          pictureBytes INTEGER CHECK (pictureBytes >= 0),
          thumbnailBytes INTEGER CHECK (thumbnailBytes >= 0),
          CHECK ((state = 'quarantined') <= (reason IS NOT NULL)),
          CHECK ((device IS NULL) = (inode IS NULL)),
          CHECK ((inode IS NULL) <> (file IS NULL)),
          CHECK ((picture = 'kept') = (pictureBytes IS NOT NULL))
        ) STRICT;
        CREATE INDEX frameByTime ON frame (time, state, missed);
        CREATE INDEX frameBySource ON frame (source);
        CREATE INDEX frameInOrder ON frame (source) WHERE late = 0 AND state = 'recorded';
        CREATE INDEX quarantineByInode ON frame (source, inode) WHERE state = 'quarantined';
        CREATE INDEX quarantineByPath ON frame (source, path) WHERE state = 'quarantined';
        CREATE INDEX frameWithPicture ON frame (worth, time) WHERE pictureBytes IS NOT NULL;
        CREATE INDEX frameWithThumbnail ON frame (worth, time) WHERE thumbnailBytes IS NOT NULL;

        CREATE TABLE answer (
          frame INTEGER NOT NULL REFERENCES frame (sequence) ON DELETE CASCADE,
          region TEXT NOT NULL CHECK (region <> ''),
          role TEXT NOT NULL CHECK (role IN ('production', 'previous', 'shadow', 'baseline', 'fallback')),
          place INTEGER NOT NULL CHECK (place >= 0),
          box TEXT,
          model INTEGER NOT NULL REFERENCES model (id),
          unknown REAL CHECK (unknown BETWEEN 0 AND 1),
          threshold REAL,
          probabilities BLOB NOT NULL CHECK (length(probabilities) % 4 = 0),
          PRIMARY KEY (frame, region, role)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE visit (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE CHECK (length(id) = 20),
          label TEXT NOT NULL CHECK (label <> ''),
          source TEXT NOT NULL CHECK (source <> ''),
          region TEXT NOT NULL CHECK (region <> ''),
          started INTEGER NOT NULL,
          last INTEGER NOT NULL CHECK (last >= started),
          ended INTEGER,
          changed INTEGER NOT NULL,
          count INTEGER NOT NULL CHECK (count > 0),
          best TEXT NOT NULL,
          bestProbability REAL NOT NULL,
          bestTime INTEGER NOT NULL,
          fired TEXT,
          firedTime INTEGER,
          CHECK ((fired IS NULL) = (firedTime IS NULL))
        ) STRICT;
        CREATE INDEX visitByLast ON visit (last);
        CREATE INDEX visitOpen ON visit (sequence) WHERE ended IS NULL;

        CREATE TABLE outcome (
          visit TEXT NOT NULL REFERENCES visit (id) ON DELETE CASCADE,
          state TEXT NOT NULL,
          clause TEXT NOT NULL,
          count INTEGER NOT NULL CHECK (count >= 0),
          PRIMARY KEY (visit, state, clause)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE detection (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE CHECK (length(id) = 20),
          frame INTEGER NOT NULL REFERENCES frame (sequence) ON DELETE CASCADE,
          visit TEXT NOT NULL REFERENCES visit (id),
          time INTEGER NOT NULL,
          source TEXT NOT NULL CHECK (source <> ''),
          region TEXT NOT NULL CHECK (region <> ''),
          rule TEXT NOT NULL CHECK (rule <> ''),
          label TEXT NOT NULL CHECK (label <> ''),
          probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1),
          model TEXT NOT NULL CHECK (model LIKE '%_/_%'),
          labels TEXT NOT NULL,
          trace TEXT NOT NULL,
          heldBack TEXT,
          superseded INTEGER NOT NULL CHECK (superseded IN (0, 1)),
          UNIQUE (frame, rule, region)
        ) STRICT;
        CREATE INDEX detectionByVisit ON detection (visit);
        CREATE INDEX detectionByTime ON detection (time);
        CREATE INDEX detectionByLabel ON detection (label);
        CREATE INDEX detectionByRule ON detection (rule);
        CREATE INDEX detectionBySource ON detection (source);

        CREATE TABLE action (
          detection INTEGER PRIMARY KEY REFERENCES detection (sequence) ON DELETE CASCADE,
          name TEXT NOT NULL CHECK (name <> ''),
          state TEXT NOT NULL CHECK (state IN
            ('queued', 'started', 'done', 'failed', 'timed_out', 'held_back', 'expired', 'dry_run')),
          clause TEXT NOT NULL DEFAULT '',
          started INTEGER,
          duration REAL CHECK (duration >= 0),
          exit INTEGER,
          reason TEXT,
          output TEXT
        ) STRICT;
        CREATE INDEX actionStarted ON action (started) WHERE started IS NOT NULL;

        CREATE TABLE correction (
          frame INTEGER NOT NULL REFERENCES frame (sequence) ON DELETE CASCADE,
          region TEXT NOT NULL CHECK (region <> ''),
          label TEXT NOT NULL CHECK (label <> ''),
          at INTEGER NOT NULL,
          PRIMARY KEY (frame, region)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE outbox (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          key TEXT NOT NULL UNIQUE,
          channel TEXT NOT NULL CHECK (channel <> ''),
          kind TEXT NOT NULL CHECK (kind IN ('start', 'end', 'each')),
          visit TEXT NOT NULL REFERENCES visit (id) ON DELETE CASCADE,
          detection TEXT,
          state TEXT NOT NULL CHECK (state IN ('waiting', 'pending', 'delivered', 'expired', 'limited', 'failed')),
          attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
          next INTEGER,
          error TEXT,
          created INTEGER NOT NULL,
          lifetime INTEGER NOT NULL CHECK (lifetime >= 0),
          expires INTEGER,
          settled INTEGER,
          CHECK ((kind = 'end') = (detection IS NULL)),
          CHECK ((state = 'waiting') <= (kind = 'end')),
          CHECK ((state = 'waiting') = (expires IS NULL)),
          CHECK ((state = 'pending') = (next IS NOT NULL)),
          CHECK ((state IN ('waiting', 'pending')) = (settled IS NULL))
        ) STRICT;
        CREATE INDEX outboxDue ON outbox (channel, next) WHERE state = 'pending';
        CREATE INDEX outboxOfVisit ON outbox (visit);
        CREATE INDEX outboxSettled ON outbox (settled) WHERE settled IS NOT NULL;

        CREATE TABLE armed (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          armed INTEGER NOT NULL CHECK (armed IN (0, 1)),
          since INTEGER NOT NULL,
          until INTEGER,
          CHECK (until IS NULL OR armed = 0)
        ) STRICT;

        CREATE TABLE note (
          name TEXT PRIMARY KEY CHECK (name <> ''),
          text TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE change (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          kind TEXT NOT NULL CHECK (kind IN ('frame', 'detection', 'visit', 'armed')),
          subject TEXT NOT NULL
        ) STRICT;
        -- A record that takes the place of a damaged one does not begin at 1 again: a reader of /events that comes back
        -- with a number of the old one must find out that it missed something. The clock only gives the first number.
        INSERT INTO sqlite_sequence (name, seq)
          VALUES ('change', max(0, (CAST(strftime('%s', 'now') AS INTEGER) - 1767225600) * 16));

        CREATE TABLE counter (
          name TEXT PRIMARY KEY,
          value INTEGER NOT NULL CHECK (value >= 0)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO counter VALUES ('recorded', 0), ('quarantined', 0), ('noted', 0), ('detections', 0), ('visits', 0),
          ('pictures', 0), ('thumbnails', 0);

        CREATE TRIGGER frameAdded AFTER INSERT ON frame BEGIN
          UPDATE counter SET value = value + 1 WHERE name = NEW.state;
        END;
        CREATE TRIGGER frameRemoved AFTER DELETE ON frame BEGIN
          UPDATE counter SET value = value - 1 WHERE name = OLD.state;
          UPDATE counter SET value = value - OLD.pictureBytes WHERE name = 'pictures' AND OLD.pictureBytes > 0;
          UPDATE counter SET value = value - OLD.thumbnailBytes WHERE name = 'thumbnails' AND OLD.thumbnailBytes > 0;
        END;
        CREATE TRIGGER frameStateChanged AFTER UPDATE OF state ON frame WHEN NEW.state <> OLD.state BEGIN
          UPDATE counter SET value = value - 1 WHERE name = OLD.state;
          UPDATE counter SET value = value + 1 WHERE name = NEW.state;
        END;
        CREATE TRIGGER pictureChanged AFTER UPDATE OF pictureBytes ON frame BEGIN
          UPDATE counter SET value = value + ifnull(NEW.pictureBytes, 0) - ifnull(OLD.pictureBytes, 0)
            WHERE name = 'pictures';
        END;
        CREATE TRIGGER thumbnailChanged AFTER UPDATE OF thumbnailBytes ON frame BEGIN
          UPDATE counter SET value = value + ifnull(NEW.thumbnailBytes, 0) - ifnull(OLD.thumbnailBytes, 0)
            WHERE name = 'thumbnails';
        END;
        CREATE TRIGGER detectionAdded AFTER INSERT ON detection BEGIN
          UPDATE counter SET value = value + 1 WHERE name = 'detections';
        END;
        CREATE TRIGGER detectionRemoved AFTER DELETE ON detection BEGIN
          UPDATE counter SET value = value - 1 WHERE name = 'detections';
        END;
        CREATE TRIGGER visitAdded AFTER INSERT ON visit BEGIN
          UPDATE counter SET value = value + 1 WHERE name = 'visits';
        END;
        CREATE TRIGGER visitRemoved AFTER DELETE ON visit BEGIN
          UPDATE counter SET value = value - 1 WHERE name = 'visits';
        END;
        """
}
