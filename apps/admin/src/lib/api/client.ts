import PocketBase, { LocalAuthStore } from 'pocketbase';

/** The one API client of the UI. Its token is also what Davit's own endpoints take. */
export const pb: PocketBase = new PocketBase('/', new LocalAuthStore('davit_auth'));
pb.autoCancellation(false);
