import type { ServerResponse } from 'node:http';

/** What the edge says in an app's place. */
export interface Answer {
  status: number;
  title: string;
  message: string;
  /** in place of title and message */
  body?: string;
  requestId?: string;
  retryAfter?: number;
  location?: string;
  /** set on every answer of the route */
  headers?: Readonly<Record<string, string>> | undefined;
  close?: boolean;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Answers in the edge's own words: a page for browsers, a line of text for everybody else. */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const takesPages = response.req.headers.accept?.includes('text/html') ?? false;
  const isPage = takesPages && answer.body === undefined;
  const body = Buffer.from(answer.body ?? (isPage ? renderPage(answer) : renderText(answer)));
  const headers: Record<string, string | number> = {
    ...answer.headers,
    'Content-Type': `text/${isPage ? 'html' : 'plain'}; charset=utf-8`,
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  if (answer.requestId !== undefined) headers['X-Request-Id'] = answer.requestId;
  if (answer.retryAfter !== undefined) headers['Retry-After'] = answer.retryAfter;
  if (answer.location !== undefined) headers.Location = answer.location;
  if (answer.close) headers.Connection = 'close';
  response.writeHead(answer.status, headers);
  response.end(body);
}

function renderText({ title, message, requestId }: Answer): string {
  const trace = requestId === undefined ? '' : `\nRequest ${requestId}`;
  return `${title}\n${message}${trace}\n`;
}

function renderPage(answer: Answer): string {
  const [title, message] = [escape(answer.title), escape(answer.message)];
  const trace =
    answer.requestId === undefined ? '' : `<p><small>Request ${answer.requestId}</small>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1.5rem;color-scheme:light dark}</style>
<h1>${title}</h1><p>${message}</p>${trace}</html>\n`;
}

const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? '');
