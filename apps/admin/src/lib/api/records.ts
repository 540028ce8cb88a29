import type { JsonObject, Phase } from '@davit/domain';

interface Base {
  id: string;
  created: string;
  updated: string;
}

/** A group of apps; one namespace or network on the engine. */
export interface Project extends Base {
  name: string;
  description: string;
  user: string;
  tags: string;
}

/** An app in a project. The last fields are written by the server only. */
export interface Deployment extends Base {
  name: string;
  user: string;
  project: string;
  phase?: Phase | '';
  reason?: string;
  message?: string;
  drifted?: boolean;
  slug?: string;
}

/** One snapshot of an app's manifest; the running one has an empty `endDate`. */
export interface Rollout extends Base {
  user: string;
  project: string;
  deployment: string;
  startDate: string;
  endDate: string;
  manifest: Manifest;
  hide: boolean;
  cause?: string;
}

export interface User extends Base {
  name: string;
  email: string;
}

/** The One-Click form of what should run. */
export interface Manifest extends JsonObject {
  apiVersion: string;
  kind: string;
  spec: JsonObject;
}

/** PocketBase writes dates with a space, which Safari refuses to parse. */
export function parseDate(value: string): Date | undefined {
  if (value === '') return undefined;
  const date = new Date(value.replace(' ', 'T'));
  return Number.isNaN(date.getTime()) ? undefined : date;
}
