const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{},:]/sy;
/** A value that goes on where the text was cut. */
const CUT = /(?:"(?:[^"\\]|\\.)*\\?|-|t(?:ru?)?|f(?:al?s?)?|n(?:ul?)?)$/sy;

/** Whether text is a JSON object or list, or, where it is not whole, begins as one. */
export function isJson(text: string, isWhole: boolean): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  if (!isWhole) return beginsAsJson(text);
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Its tokens are those of JSON, and what is opened is closed by its like. */
function beginsAsJson(text: string): boolean {
  const open: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) {
      CUT.lastIndex = at;
      return CUT.test(text);
    }
    if (token === '{' || token === '[') open.push(token);
    else if (token === '}' || token === ']') {
      if (open.pop() !== (token === '}' ? '{' : '[')) return false;
      if (open.length === 0) return text.slice(TOKEN.lastIndex).trim() === '';
    }
  }
  return true;
}

/** Whether each line is JSON, and one of them an object or a list. */
export function isJsonLines(text: string, isWhole: boolean): boolean {
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines.length < 2 || !lines.some((line) => /^\s*[{[]/.test(line))) return false;
  return lines.every((line, index) => {
    if (index === lines.length - 1 && !isWhole) return true;
    return (
      isJson(line, true) || /^(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)$/.test(line)
    );
  });
}

const ROWS = 10;

/** Whether the first rows have the same number of fields, two at least. A cut last row may have fewer. */
export function isCsv(text: string, comma: string, isWhole: boolean): boolean {
  const counts = fieldCounts(text, comma);
  const [header = 0] = counts;
  if (header < 2 || counts.length < 2) return false;
  const rows = counts.slice(0, ROWS);
  return rows.every((count, index) => {
    const isCut = !isWhole && index === counts.length - 1;
    return count === header || (isCut && count < header);
  });
}

/** Of each row that is neither empty nor a comment; fields in quotes may hold anything. */
function fieldCounts(text: string, comma: string): number[] {
  const counts: number[] = [];
  let [fields, quoted, empty] = [1, false, true];
  const end = (): void => {
    if (!empty) counts.push(fields);
    [fields, quoted, empty] = [1, false, true];
  };
  for (const line of text.split(/(?<=\n)/)) {
    if (!quoted && line.startsWith('#')) continue;
    for (const letter of line.replace(/\r?\n$/, '')) {
      empty = false;
      if (letter === '"') quoted = !quoted;
      else if (letter === comma && !quoted) fields++;
    }
    if (!quoted) end();
    if (counts.length > ROWS) break;
  }
  end();
  return counts;
}
