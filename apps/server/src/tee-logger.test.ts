import type { Logger } from '@davit/domain';
import { expect, test } from 'vitest';
import { teeLogger } from './tee-logger.ts';

test('warnings and errors reach the log that superusers read, once there is one', () => {
  const printed: string[] = [];
  const plain: Logger = { log: (_level, message) => void printed.push(message), with: () => plain };
  const { logger, attach } = teeLogger(plain);
  const kept: unknown[] = [];
  logger.log('error', 'too early');
  attach({ add: (entry) => void kept.push(entry) });
  logger.log('info', 'not worth it');
  const error = new Error('refused', { cause: new Error('inner') });
  logger.with({ job: 'mail' }).log('warn', 'not sent', { error, size: 5n });
  expect(printed).toEqual(['too early', 'not worth it', 'not sent']);
  expect(kept).toEqual([
    { level: 4, message: 'not sent', data: { job: 'mail', error: 'refused', size: '5' } },
  ]);
});
