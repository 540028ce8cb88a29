import type { Collection, FieldType, Json } from '@davit/domain';
import type { RecordData } from '../record.ts';

export interface MailTemplate {
  subject: string;
  body: string;
}

/** These cannot carry markup. */
const PLAIN: readonly FieldType[] = ['autodate', 'date', 'bool', 'number'];

/**
 * Fills the placeholders of a template in one pass: what a value contains is never a placeholder itself. `{RECORD:…}`
 * of hidden fields and unknown names stay as they are.
 */
export function fillTemplate(
  template: MailTemplate,
  account: { collection: Collection; record: RecordData },
  values: Readonly<Record<string, string>>,
): { subject: string; html: string } {
  const all = new Map([...recordValues(account), ...Object.entries(values)]);
  const fill = (text: string): string =>
    text.replace(/\{(?:RECORD:)?\w+\}/g, (whole) => all.get(whole.slice(1, -1)) ?? whole);
  return { subject: fill(template.subject), html: layout(fill(template.body)) };
}

function recordValues({
  collection,
  record,
}: {
  collection: Collection;
  record: RecordData;
}): [string, string][] {
  return collection.fields
    .filter(({ hidden }) => !hidden)
    .map(({ name, type }) => {
      const text = asText(record[name] ?? '');
      return [`RECORD:${name}`, PLAIN.includes(type) ? text : escapeHtml(text)];
    });
}

function asText(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}

/** Mail programs know little CSS: one style sheet, no images, nothing from elsewhere. */
function layout(content: string): string {
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { margin: 0; padding: 24px 32px; background: #fff; color: #16181d; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
p { margin: 0 0 12px; }
a { color: inherit; }
.btn { display: inline-block; min-width: 150px; padding: 10px 20px; border-radius: 6px; background: #16181d; color: #fff !important; font-weight: 600; text-align: center; text-decoration: none; }
</style>
</head>
<body>
${content}
</body>
</html>
`;
}
