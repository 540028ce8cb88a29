import { execFileSync } from 'node:child_process';
import { Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ListeningSockets } from './listening-sockets.ts';

const CLIENTS = 200;

/** Returns when so many have connected, with nothing taken meanwhile: this process stands still. */
function connectAtOnce(port: number): void {
  const program = `
    const { connect } = require('node:net');
    let open = 0;
    const count = () => ++open === ${CLIENTS} && process.exit();
    for (let i = 0; i < ${CLIENTS}; i++) connect(${port}, '127.0.0.1', count);`;
  execFileSync(process.execPath, ['-e', program]);
}

async function listening(server: Server, port = 0): Promise<ListeningSockets> {
  const sockets = new ListeningSockets(server);
  onTestFinished(() => void sockets.close());
  await sockets.open({ host: '127.0.0.1', port });
  return sockets;
}

test('takes clients who come at once in few turns of the event loop', async () => {
  let taken = 0;
  const sockets = await listening(new Server(() => void (taken += 1)));
  connectAtOnce(sockets.address!.port);
  let turns = 0;
  for (; taken < CLIENTS; turns++) await turn();
  expect(turns).toBeLessThan(CLIENTS / 2);
});

test('shares its address with nobody', async () => {
  const sockets = await listening(new Server());
  const again = listening(new Server(), sockets.address!.port);
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test.each(['0.0.0.0', '::'])('shares its address with nobody who listens on %s', async (host) => {
  const other = new ListeningSockets(new Server());
  onTestFinished(() => void other.close());
  await other.open({ host, port: 0 });
  const again = new ListeningSockets(new Server()).open({ host, port: other.address!.port });
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('loses no client who waits for it to start', async () => {
  const server = new Server();
  const listens = vi.spyOn(Server.prototype, 'listen');
  const first = await listening(new Server());
  const { port } = first.address!;
  await first.close();
  listens.mockClear();
  await listening(server, port);
  expect(listens.mock.calls).not.toContainEqual([expect.not.objectContaining({ reusePort: true })]);
  listens.mockRestore();
});

test('has its address to itself again when another has left it', async () => {
  const first = await listening(new Server());
  const { port } = first.address!;
  await first.close();
  const second = await listening(new Server(), port);
  expect(second.address).toEqual({ host: '127.0.0.1', port });
});
