/** A number or a share of instances: the API server takes the text `1` for a share without its sign, and refuses it. */
export function amount(given: number | string): number | string {
  return typeof given === 'string' && !given.endsWith('%') ? Number(given) : given;
}
