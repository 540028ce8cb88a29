/** The label of the field that an account is named in: "Email or username". */
export function identityLabel(fields: readonly string[]): string {
  const names = fields.map((field) => field.replaceAll('_', ' '));
  // e-mail first: the server looks there first
  names.sort((a, b) => Number(b === 'email') - Number(a === 'email'));
  const label = names.length === 0 ? 'email' : names.join(' or ');
  return label.charAt(0).toUpperCase() + label.slice(1);
}

export const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text);
