/** One frame of a server-sent event stream. */
export interface Frame {
  id: string;
  event: string;
  data: string;
}

/** Splits a text stream into frames. Feed it chunks as they come; it keeps what is incomplete. */
export function createFrameParser(): (chunk: string) => Frame[] {
  let rest = '';
  return (chunk) => {
    rest = (rest + chunk).replaceAll('\r\n', '\n');
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.map(parseBlock).filter((frame) => frame !== undefined);
  };
}

function parseBlock(block: string): Frame | undefined {
  const frame: Frame = { id: '', event: 'message', data: '' };
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id') frame.id = value;
    else if (name === 'event') frame.event = value;
    else if (name === 'data') data.push(value);
  }
  if (data.length === 0) return undefined;
  frame.data = data.join('\n');
  return frame;
}
