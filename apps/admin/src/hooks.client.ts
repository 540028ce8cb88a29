import type { HandleClientError } from '@sveltejs/kit/hooks';
import { reloadOnce } from '#lib/reload-once.ts';

const LOST = /dynamically imported module|module script|preload CSS/;

/** A part of the UI that cannot be loaded: the network changed, or the server is newer and has other parts. */
export const handleError: HandleClientError = ({ error }) => {
  if (error instanceof Error && LOST.test(error.message)) reloadOnce();
};
