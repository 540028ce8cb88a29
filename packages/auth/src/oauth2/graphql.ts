import type { UserRequest } from './provider.ts';

/** Asks a GraphQL endpoint. */
export function graphql(query: string): UserRequest {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  };
}
