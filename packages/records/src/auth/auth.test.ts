import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  aRequest,
  aSuperuser,
  aUser,
  openTestRecords,
  withBody,
  type TestRecords,
} from '../open-records.fixture.ts';
import type { AuthResponse, Records } from '../index.ts';

let opened: TestRecords;
let records: Records;

beforeEach(async () => {
  opened = await openTestRecords();
  records = opened.records;
});
afterEach(() => opened[Symbol.asyncDispose]());

async function signIn(password = 'correct horse'): Promise<AuthResponse> {
  const body = { identity: 'ann@example.com', password };
  const answer = await records.auth.signInWithPassword('users', body, withBody(body));
  return answer as AuthResponse;
}

test('signs in with the right password and knows the token again', async () => {
  const { record } = await aUser(records, 'ann');
  const answer = await signIn();
  expect(answer.record).toMatchObject({ id: record.id, email: 'ann@example.com', name: 'ann' });
  expect(answer.record).not.toHaveProperty('tokenKey');
  expect(answer.record).not.toHaveProperty('password');
  const auth = await records.auth.authenticate(answer.token);
  expect(auth).toMatchObject({ superuser: false, record: { id: record.id } });
});

test('answers alike to a wrong password and an unknown name', async () => {
  await aUser(records, 'ann');
  const failure = { code: 'invalid', message: 'Failed to authenticate.' };
  await expect(signIn('wrong')).rejects.toMatchObject(failure);
  await records.remove('users', (await records.find('users'))[0]!.id);
  await expect(signIn()).rejects.toMatchObject(failure);
});

test('ends all tokens with a new password', async () => {
  const { record } = await aUser(records, 'ann');
  const { token } = await signIn();
  expect(await records.auth.authenticate(token)).toBeDefined();
  await records.save('users', { id: record.id, name: 'Ann' });
  expect((await records.auth.authenticate(token))?.record.name).toBe('Ann');
  await records.save('users', { id: record.id, password: 'another horse' });
  expect(await records.auth.authenticate(token)).toBeUndefined();
});

test('ends tokens with the secret of their collection', async () => {
  await aUser(records, 'ann');
  const { token } = await signIn();
  expect(await records.auth.authenticate(token)).toBeDefined();
  await records.collections.update('users', { authRule: 'verified = true' });
  expect(await records.auth.authenticate(token)).toBeUndefined();
  await expect(signIn()).rejects.toMatchObject({ code: 'forbidden' });
});

test('lets a user change the own password only with the old one', async () => {
  const auth = await aUser(records, 'ann');
  const change = { password: 'another horse', passwordConfirm: 'another horse' };
  const update = (body: Record<string, string>): Promise<unknown> =>
    records.update('users', auth.record.id, withBody(body, auth));
  await expect(update(change)).rejects.toMatchObject({
    data: { oldPassword: { code: 'validation_required' } },
  });
  await expect(update({ ...change, oldPassword: 'wrong' })).rejects.toMatchObject({
    data: { oldPassword: { code: 'validation_invalid_old_password' } },
  });
  await update({ ...change, oldPassword: 'correct horse' });
  expect(await signIn('another horse')).toHaveProperty('token');
});

test('does not let a user verify the own address or take another', async () => {
  const auth = await aUser(records, 'ann');
  const body = { verified: true, email: 'other@example.com' };
  await expect(records.update('users', auth.record.id, withBody(body, auth))).rejects.toMatchObject(
    {
      data: {
        verified: { code: 'validation_values_mismatch' },
        email: { code: 'validation_values_mismatch' },
      },
    },
  );
});

test('hides addresses from others, not from their owner', async () => {
  const ann = await aUser(records, 'ann');
  await records.collections.update('users', { viewRule: '' });
  const seen = await records.view('users', ann.record.id, aRequest());
  expect(seen).not.toHaveProperty('email');
  const own = await records.view('users', ann.record.id, aRequest({ auth: ann }));
  expect(own.email).toBe('ann@example.com');
});

test('asks for a second factor where the collection wants one', async () => {
  const { record } = await aUser(records, 'ann');
  await records.collections.update('users', {
    mfa: { enabled: true },
    otp: { enabled: true },
  });
  const challenge = await signIn();
  expect(challenge).toEqual({ mfaId: expect.stringMatching(/^[a-z0-9]{15}$/) as string });
  const [session] = await records.find('_mfas');
  expect(session).toMatchObject({ recordRef: record.id, method: 'password' });
  const body = {
    identity: 'ann@example.com',
    password: 'correct horse',
    mfaId: session!.id,
  };
  await expect(
    records.auth.signInWithPassword('users', body, withBody(body)),
  ).rejects.toMatchObject({ message: 'A different authentication method is required.' });
});

test('refreshes only for the own collection, and not impersonated tokens', async () => {
  const ann = await aUser(records, 'ann');
  const root = await aSuperuser(records);
  const impersonated = await records.auth.impersonate(
    'users',
    ann.record.id,
    aRequest({ auth: root, body: { duration: 100 } }),
  );
  const auth = await records.auth.authenticate(impersonated.token);
  expect(auth?.record.id).toBe(ann.record.id);
  const headers = { authorization: `Bearer ${impersonated.token}` };
  const refreshed = await records.auth.refresh('users', aRequest({ auth, headers }));
  expect(refreshed.token).toBe(impersonated.token);
  await expect(records.auth.refresh('users', aRequest({ auth: root }))).rejects.toMatchObject({
    code: 'forbidden',
  });
});

test('opens the first run with an installer until there is a superuser', async () => {
  const token = await records.superusers.installerToken();
  expect((await records.auth.authenticate(token!))?.superuser).toBe(true);
  await records.superusers.upsert('root@example.com', 'correct horse');
  expect(await records.auth.authenticate(token!)).toBeUndefined();
  expect(await records.superusers.installerToken()).toBeUndefined();
  expect(await records.find('_superusers')).toHaveLength(1);
  await expect(records.superusers.delete('root@example.com')).rejects.toMatchObject({
    message: "You can't delete the only existing superuser.",
  });
});
