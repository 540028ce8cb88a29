/** as dates are stored; the digits are checked by themselves */
const FORM = '0000-00-00 00:00:00.000Z';
const ZERO = 0x30;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Whether the text is a date just as it is stored: most are, and this is ten times as quick as reading one and writing
 * it anew.
 */
export function isStoredDate(text: string): boolean {
  if (!hasForm(text)) return false;
  const month = number(text, 5);
  const day = number(text, 8);
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeapDay = month === 2 && day === 29 && isLeap(number(text, 0) * 100 + number(text, 2));
  if (day > (DAYS[month - 1] ?? 0) && !isLeapDay) return false;
  return number(text, 11) < 24 && number(text, 14) < 60 && number(text, 17) < 60;
}

function hasForm(text: string): boolean {
  if (text.length !== FORM.length) return false;
  for (let at = 0; at < FORM.length; at++) {
    const wanted = FORM.charCodeAt(at);
    const code = text.charCodeAt(at);
    if (wanted === ZERO ? code < ZERO || code > ZERO + 9 : code !== wanted) return false;
  }
  return true;
}

/** of two digits */
function number(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
