import { pb } from './client.ts';
import type { Project, User } from './records.ts';

export function createProject(
  input: Pick<Project, 'name' | 'description' | 'user'>,
): Promise<Project> {
  return pb.collection('projects').create<Project>(input);
}

/** Everybody a project can belong to. Superusers only. */
export async function findUsers(): Promise<User[]> {
  return (await pb.collection('users').getList<User>(1, 200, { sort: 'email' })).items;
}

export function createUser(email: string, password: string): Promise<User> {
  return pb
    .collection('users')
    .create<User>({ email, password, passwordConfirm: password, emailVisibility: true });
}
