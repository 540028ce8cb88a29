import { saveFile } from '#lib/save-file.ts';
import { pb } from './client.ts';
import { raiseResponse } from './problem.ts';

/** Saves what the server answers; the header carries the token, so a plain link would not do. */
export async function download(path: string, name: string): Promise<void> {
  const response = await fetch(path, { headers: { Authorization: pb.authStore.token } });
  if (!response.ok) await raiseResponse(response);
  saveFile(name, await response.blob());
}
