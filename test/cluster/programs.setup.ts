import { prepare } from '@davit/testkit';

/** What a control plane is made of is there before the first test asks for one. */
export default async function setup(): Promise<void> {
  await prepare();
}
