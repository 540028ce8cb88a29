import type { HandleClientError } from '@sveltejs/kit/hooks';

/** Errors of pages are told to the window: app.html listens for those that another try may cure. */
export const handleError: HandleClientError = ({ kind, error }) => {
  if (kind === 'unknown') reportError(error);
};
