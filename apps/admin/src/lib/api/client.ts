import PocketBase, { LocalAuthStore } from 'pocketbase';
import { patientFetch } from './patient-fetch.ts';

/** The one API client of the UI. Its token is also what Davit's own endpoints take. */
export const pb: PocketBase = new PocketBase('/', new LocalAuthStore('davit_auth'));
pb.autoCancellation(false);
pb.beforeSend = (url, options) => ({ url, options: { ...options, fetch: patientFetch } });
