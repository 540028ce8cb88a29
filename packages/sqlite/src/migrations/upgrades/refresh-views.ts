import type { Collection, Field } from '@davit/domain';
import { Collections } from '../../collections.ts';
import type { Upgrade } from './upgrade.ts';

/** The fields of views follow from those of tables, by today's rules. One whose query cannot be read stays as it is. */
export function refreshViews({ db, stamp, viewFields }: Upgrade): void {
  if (!viewFields) return;
  const all = new Collections(db).load();
  const known = new Map(
    all.flatMap((item) => [[item.id, item] as const, [item.name.toLowerCase(), item] as const]),
  );
  const find = (name: string): Collection | undefined => known.get(name.toLowerCase());
  const update = db.prepare('UPDATE _collections SET fields = ?, updated = ? WHERE id = ?');
  for (const { id, type, options } of all) {
    const { viewQuery } = options;
    if (type !== 'view' || typeof viewQuery !== 'string') continue;
    const fields = read(() => viewFields(viewQuery, find));
    if (fields) update.run(JSON.stringify(fields), stamp, id);
  }
}

function read(fields: () => Field[]): Field[] | undefined {
  try {
    return fields();
  } catch {
    return undefined;
  }
}
