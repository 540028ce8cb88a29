import { get } from 'node:http';
import { localLookup } from '@davit/testkit';

/**
 * The trimmed body of a 200 over a connection of its own. A connection that began before a node knew the service
 * would lead nowhere for as long as it is tried, so that a pool must not hand it out again.
 */
export function getOnce(url: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { agent: false, timeout: 2_000, lookup: localLookup };
    const request = get(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve(response.statusCode === 200 ? body.trim() : undefined));
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 2 s')));
    request.on('error', reject);
  });
}
