import type { MeasuredHasher } from '@davit/auth';
import type { MetricSource } from '@davit/http';
import type { OpenPlatform } from '@davit/platform';
import type { Maintenance, Records } from '@davit/records';
import type { SqliteDatabase } from '@davit/sqlite';
import type { MeasuredMailer } from './measured-mailer.ts';

export interface Measured {
  records: Records;
  database: SqliteDatabase;
  hasher: MeasuredHasher;
  mailer: MeasuredMailer;
  rollouts: Pick<OpenPlatform, 'queue'>;
  maintenance: Maintenance;
}

const BACKUPS_READ_MS = 60_000;

/** What the parts of the server tell about themselves. */
export function metricSources(parts: Measured): MetricSource[] {
  const { records, database, hasher, mailer, rollouts, maintenance } = parts;
  const newest = newestBackup(maintenance);
  return [
    counter('davit_sqlite_writes_total', 'Operations written.', () => database.stats().writes),
    counter(
      'davit_sqlite_commits_total',
      'Transactions committed.',
      () => database.stats().commits,
    ),
    gauge('davit_sqlite_write_queue', 'Writes waiting.', () => database.stats().writeQueue),
    gauge('davit_sqlite_readers', 'Reader threads running.', () => database.stats().readers),
    gauge(
      'davit_sqlite_readers_busy',
      'Reader threads at work.',
      () => database.stats().readersBusy,
    ),
    gauge(
      'davit_sqlite_read_queue',
      'Reads waiting for a thread.',
      () => database.stats().readQueue,
    ),
    gauge(
      'davit_realtime_clients',
      'Open realtime streams.',
      () => records.realtime.clients().length,
    ),
    gauge(
      'davit_rollout_queue_depth',
      'Deployments waiting to be synced.',
      () => rollouts.queue().depth,
    ),
    gauge(
      'davit_rollout_queue_delayed',
      'Deployments to be tried again.',
      () => rollouts.queue().delayed,
    ),
    counter('davit_rollout_syncs_total', 'Deployments synced.', () => rollouts.queue().done),
    gauge(
      'davit_password_hashes_running',
      'Hashes being worked out.',
      () => hasher.stats().running,
    ),
    gauge(
      'davit_password_hashes_waiting',
      'Hashes waiting for a place.',
      () => hasher.stats().waiting,
    ),
    counter('davit_password_hashes_total', 'Hashes worked out.', () => hasher.stats().done),
    counter(
      'davit_password_hashes_refused_total',
      'Answered with 429.',
      () => hasher.stats().refused,
    ),
    gauge('davit_mails_waiting', 'Mails on their way out.', () => mailer.stats().waiting),
    counter('davit_mails_sent_total', 'Mails a server has taken.', () => mailer.stats().sent),
    counter('davit_mails_failed_total', 'Mails given up.', () => mailer.stats().failed),
    gauge('davit_backup_running', 'Whether one is being made or restored.', () =>
      maintenance.backups.active === undefined ? 0 : 1,
    ),
    gauge('davit_backup_newest_timestamp_seconds', 'When the newest was made; 0: none.', newest),
  ];
}

/** The store may be far away: it is asked once a minute at most. */
function newestBackup({ backups }: Maintenance): () => Promise<number> {
  let known = { at: -Infinity, value: 0 };
  return async () => {
    if (Date.now() - known.at < BACKUPS_READ_MS) return known.value;
    const files = await backups.list().catch(() => []);
    known = { at: Date.now(), value: Math.max(0, ...files.map((file) => file.modified)) / 1000 };
    return known.value;
  };
}

function gauge(name: string, help: string, read: MetricSource['read']): MetricSource {
  return { name, help, read, type: 'gauge' };
}

function counter(name: string, help: string, read: MetricSource['read']): MetricSource {
  return { name, help, read, type: 'counter' };
}
