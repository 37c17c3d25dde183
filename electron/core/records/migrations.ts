/**
 * Each entry takes the file from the version of its index to the next; `user_version` counts those
 * that were applied. Entries are never edited once released, only appended.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE uploads (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    upload_id TEXT NOT NULL UNIQUE,
    destination_id TEXT NOT NULL,
    source_id TEXT,
    path TEXT,
    relative_path TEXT NOT NULL,
    modified_at_ms REAL NOT NULL,
    byte_length INTEGER NOT NULL,
    name TEXT NOT NULL,
    folder TEXT NOT NULL,
    key TEXT NOT NULL,
    content_type TEXT NOT NULL,
    token TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('waiting', 'paused', 'failed', 'done', 'cancelled')),
    failure TEXT,
    etag TEXT,
    finished_at_ms REAL,
    store_is_clean INTEGER NOT NULL DEFAULT 1,
    plan_mode TEXT CHECK (plan_mode IN ('single', 'multipart')),
    part_bytes INTEGER,
    begun_at_ms REAL,
    store_upload_id TEXT,
    recorded_bytes INTEGER NOT NULL DEFAULT 0,
    link_url TEXT,
    link_created_at_ms REAL,
    link_expires_at_ms REAL,
    is_listed INTEGER NOT NULL DEFAULT 1,
    created_at_ms REAL NOT NULL
  ) STRICT;
  CREATE INDEX uploads_by_key ON uploads (destination_id, key)
    WHERE phase IN ('waiting', 'paused', 'failed');
  CREATE INDEX uploads_by_fingerprint ON uploads (byte_length, modified_at_ms)
    WHERE phase IN ('waiting', 'paused', 'failed');
  CREATE INDEX uploads_by_source ON uploads (source_id) WHERE source_id IS NOT NULL;
  CREATE INDEX uploads_by_link ON uploads (link_url) WHERE link_url IS NOT NULL;
  CREATE INDEX uploads_to_clean ON uploads (destination_id)
    WHERE phase = 'cancelled' AND store_is_clean = 0;
  CREATE TABLE parts (
    position INTEGER NOT NULL REFERENCES uploads (position) ON DELETE CASCADE,
    part_number INTEGER NOT NULL,
    byte_length INTEGER NOT NULL,
    etag TEXT NOT NULL,
    PRIMARY KEY (position, part_number)
  ) STRICT, WITHOUT ROWID;
  `,
  // Checksums and proofs. A receipt without a checksum comes from a version of Ferry without
  // checksums; a part without either was announced with two different checksums, so it is unknown
  // which one arrived.
  `
  ALTER TABLE uploads ADD COLUMN checksum_algorithm TEXT;
  ALTER TABLE uploads ADD COLUMN is_checked INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE uploads ADD COLUMN proof TEXT;
  ALTER TABLE uploads ADD COLUMN changed_at_ms REAL;
  ALTER TABLE uploads ADD COLUMN differing_count INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE summed_parts (
    position INTEGER NOT NULL REFERENCES uploads (position) ON DELETE CASCADE,
    part_number INTEGER NOT NULL,
    byte_length INTEGER NOT NULL,
    etag TEXT,
    checksum TEXT,
    PRIMARY KEY (position, part_number)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO summed_parts (position, part_number, byte_length, etag)
    SELECT position, part_number, byte_length, etag FROM parts;
  DROP TABLE parts;
  ALTER TABLE summed_parts RENAME TO parts;
  CREATE INDEX uploads_by_store_upload ON uploads (store_upload_id)
    WHERE store_upload_id IS NOT NULL;
  `,
  // The key template of an upload, the user's decision about an existing object with its key, and
  // the encryption that the store named. Null for uploads from a version of Ferry without rules.
  `
  ALTER TABLE uploads ADD COLUMN key_template TEXT;
  ALTER TABLE uploads ADD COLUMN wanted_key TEXT;
  ALTER TABLE uploads ADD COLUMN hash8 TEXT;
  ALTER TABLE uploads ADD COLUMN stated_type TEXT;
  ALTER TABLE uploads ADD COLUMN conflict_decision TEXT
    CHECK (conflict_decision IN ('keep-both', 'replace', 'skip'));
  ALTER TABLE uploads ADD COLUMN guard TEXT CHECK (guard IN ('condition', 'look', 'none'));
  ALTER TABLE uploads ADD COLUMN encryption TEXT;
  ALTER TABLE uploads ADD COLUMN cancel_why TEXT CHECK (cancel_why IN ('person', 'exists'));
  `,
  // The encoding that was detected in a text's bytes; null where nobody has looked.
  `
  ALTER TABLE uploads ADD COLUMN text_encoding TEXT;
  `,
  // When the store was last asked for the whole object without an answer that settled it. Null:
  // never, or settled.
  `
  ALTER TABLE uploads ADD COLUMN completing_at_ms REAL;
  `,
  // Files are recognised by their relative path first: thousands with one length and time are
  // common.
  `
  DROP INDEX uploads_by_fingerprint;
  CREATE INDEX uploads_by_place ON uploads (destination_id, relative_path)
    WHERE phase IN ('waiting', 'paused', 'failed');
  `,
  // The bucket in which the upload began: a destination can be edited. Null: the upload has not
  // begun, or began in a version of Ferry that did not record the bucket.
  `
  ALTER TABLE uploads ADD COLUMN place_endpoint TEXT;
  ALTER TABLE uploads ADD COLUMN place_bucket TEXT;
  ALTER TABLE uploads ADD COLUMN place_region TEXT;
  ALTER TABLE uploads ADD COLUMN place_keys TEXT;
  `,
  // Earlier versions of Ferry took every change time as proof that nobody wrote to the file.
  `
  UPDATE uploads SET changed_at_ms = NULL;
  `,
  // One table each for uploads, their sources, their transfers to a store, parts, and links. An
  // upload has a row in `transfers` from its first preparation on. Links store their upload's ID
  // without a foreign key, since they outlive it.
  `
  ALTER TABLE uploads RENAME TO former_uploads;
  CREATE TABLE uploads (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    upload_id TEXT NOT NULL UNIQUE,
    destination_id TEXT NOT NULL,
    byte_length INTEGER NOT NULL,
    name TEXT NOT NULL,
    folder TEXT NOT NULL,
    key TEXT NOT NULL,
    key_template TEXT,
    wanted_key TEXT,
    guard TEXT CHECK (guard IN ('condition', 'look', 'none')),
    conflict_decision TEXT CHECK (conflict_decision IN ('keep-both', 'replace', 'skip')),
    content_type TEXT NOT NULL,
    token TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('waiting', 'paused', 'failed', 'done', 'cancelled')),
    failure TEXT,
    etag TEXT,
    proof TEXT,
    finished_at_ms REAL,
    cancel_why TEXT CHECK (cancel_why IN ('person', 'exists')),
    store_is_clean INTEGER NOT NULL DEFAULT 1,
    recorded_bytes INTEGER NOT NULL DEFAULT 0,
    is_listed INTEGER NOT NULL DEFAULT 1,
    created_at_ms REAL NOT NULL
  ) STRICT;
  INSERT INTO uploads (position, upload_id, destination_id, byte_length, name, folder, key,
      key_template, wanted_key, guard, conflict_decision, content_type, token, phase, failure, etag,
      proof, finished_at_ms, cancel_why, store_is_clean, recorded_bytes, is_listed, created_at_ms)
    SELECT position, upload_id, destination_id, byte_length, name, folder, key,
      key_template, wanted_key, guard, conflict_decision, content_type, token, phase, failure, etag,
      proof, finished_at_ms, cancel_why, store_is_clean, recorded_bytes, is_listed, created_at_ms
    FROM former_uploads;
  DELETE FROM sqlite_sequence WHERE name = 'uploads';
  INSERT INTO sqlite_sequence (name, seq)
    SELECT 'uploads', seq FROM sqlite_sequence WHERE name = 'former_uploads';
  CREATE TABLE sources (
    position INTEGER PRIMARY KEY
      REFERENCES uploads (position) ON DELETE CASCADE ON UPDATE CASCADE,
    source_id TEXT,
    path TEXT,
    relative_path TEXT NOT NULL,
    modified_at_ms REAL NOT NULL,
    changed_at_ms REAL,
    hash8 TEXT,
    stated_type TEXT,
    text_encoding TEXT
  ) STRICT;
  INSERT INTO sources (position, source_id, path, relative_path, modified_at_ms, changed_at_ms,
      hash8, stated_type, text_encoding)
    SELECT position, source_id, path, relative_path, modified_at_ms, changed_at_ms,
      hash8, stated_type, text_encoding
    FROM former_uploads;
  CREATE TABLE transfers (
    position INTEGER PRIMARY KEY
      REFERENCES uploads (position) ON DELETE CASCADE ON UPDATE CASCADE,
    plan_mode TEXT NOT NULL CHECK (plan_mode IN ('single', 'multipart')),
    part_bytes INTEGER,
    checksum_algorithm TEXT,
    is_checked INTEGER NOT NULL DEFAULT 0,
    target_endpoint TEXT,
    target_bucket TEXT,
    target_region TEXT,
    target_keys TEXT,
    begun_at_ms REAL,
    store_upload_id TEXT,
    encryption TEXT,
    completing_at_ms REAL,
    differing_count INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  INSERT INTO transfers (position, plan_mode, part_bytes, checksum_algorithm, is_checked,
      target_endpoint, target_bucket, target_region, target_keys, begun_at_ms, store_upload_id,
      encryption, completing_at_ms, differing_count)
    SELECT position, plan_mode, part_bytes, checksum_algorithm, is_checked,
      place_endpoint, place_bucket, place_region, place_keys, begun_at_ms, store_upload_id,
      encryption, completing_at_ms, differing_count
    FROM former_uploads WHERE plan_mode IS NOT NULL;
  CREATE TABLE links (
    link_id INTEGER PRIMARY KEY AUTOINCREMENT,
    upload_id TEXT NOT NULL,
    destination_id TEXT NOT NULL,
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    created_at_ms REAL NOT NULL,
    expires_at_ms REAL NOT NULL
  ) STRICT;
  INSERT INTO links (upload_id, destination_id, key, url, created_at_ms, expires_at_ms)
    SELECT upload_id, destination_id, key, link_url, link_created_at_ms, link_expires_at_ms
    FROM former_uploads
    WHERE link_url IS NOT NULL AND link_created_at_ms IS NOT NULL
      AND link_expires_at_ms IS NOT NULL
    ORDER BY position;
  CREATE TABLE new_parts (
    position INTEGER NOT NULL REFERENCES uploads (position) ON DELETE CASCADE,
    part_number INTEGER NOT NULL,
    byte_length INTEGER NOT NULL,
    etag TEXT,
    checksum TEXT,
    PRIMARY KEY (position, part_number)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_parts (position, part_number, byte_length, etag, checksum)
    SELECT position, part_number, byte_length, etag, checksum FROM parts;
  DROP TABLE parts;
  ALTER TABLE new_parts RENAME TO parts;
  DROP TABLE former_uploads;
  CREATE INDEX uploads_by_key ON uploads (destination_id, key)
    WHERE phase IN ('waiting', 'paused', 'failed');
  CREATE INDEX uploads_to_clean ON uploads (destination_id)
    WHERE phase = 'cancelled' AND store_is_clean = 0;
  CREATE INDEX sources_by_ticket ON sources (source_id) WHERE source_id IS NOT NULL;
  CREATE INDEX sources_by_file ON sources (relative_path, modified_at_ms);
  CREATE INDEX transfers_by_store_upload ON transfers (store_upload_id)
    WHERE store_upload_id IS NOT NULL;
  CREATE INDEX links_by_upload ON links (upload_id);
  CREATE INDEX links_by_url ON links (url);
  CREATE INDEX links_by_creation ON links (created_at_ms);
  `,
]
