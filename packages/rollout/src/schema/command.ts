import { Type } from 'typebox';
import { words } from './scalar.ts';

/** Fields of whatever starts a container. */
export const commandFields = () => ({
  command: Type.Optional(
    words({ title: 'Command', description: 'Entry point in place of the one of the image.' }),
  ),
  args: Type.Optional(words({ title: 'Arguments', description: 'Arguments of the entry point.' })),
});
