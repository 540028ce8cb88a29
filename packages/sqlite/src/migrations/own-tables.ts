/**
 * Keys of programs and what was done by whom. Their names and columns are known to the records package, which reads
 * and writes them like collections.
 */
export const KEY_AND_AUDIT_TABLES = `
CREATE TABLE _davit_api_keys (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  hash TEXT NOT NULL,
  scopes TEXT NOT NULL,
  collectionRef TEXT NOT NULL,
  recordRef TEXT NOT NULL,
  created TEXT NOT NULL,
  updated TEXT NOT NULL,
  expires TEXT DEFAULT '' NOT NULL,
  lastUsed TEXT DEFAULT '' NOT NULL
);
CREATE UNIQUE INDEX _davit_api_keys_hash ON _davit_api_keys (hash);
CREATE INDEX _davit_api_keys_owner ON _davit_api_keys (collectionRef, recordRef);
CREATE TABLE _davit_audit (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  created TEXT NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  actorType TEXT NOT NULL,
  actorCollection TEXT NOT NULL,
  actorId TEXT NOT NULL,
  actorName TEXT NOT NULL,
  keyId TEXT NOT NULL,
  keyName TEXT NOT NULL,
  impersonatedBy TEXT NOT NULL,
  ip TEXT NOT NULL,
  collection TEXT NOT NULL,
  record TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE UNIQUE INDEX _davit_audit_id ON _davit_audit (id);
CREATE INDEX _davit_audit_created ON _davit_audit (created);
CREATE TRIGGER _davit_audit_no_change BEFORE UPDATE ON _davit_audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER _davit_audit_no_removal BEFORE DELETE ON _davit_audit
WHEN OLD.created > strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-1 day')
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;`;
