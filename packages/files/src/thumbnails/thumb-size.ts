export interface ThumbSize {
  /** 0: follows from the other one */
  width: number;
  height: number;
  mode: 'center' | 'top' | 'bottom' | 'fit';
}

const SIZE = /^(\d{1,5})x(\d{1,5})(t|b|f)?$/;
const MODES = { t: 'top', b: 'bottom', f: 'fit' } as const;

/** undefined for what is no size. */
export function parseThumbSize(text: string): ThumbSize | undefined {
  const match = SIZE.exec(text);
  if (!match) return undefined;
  const [width, height] = [Number(match[1]), Number(match[2])];
  if (width === 0 && height === 0) return undefined;
  const mode = match[3] as keyof typeof MODES | undefined;
  return { width, height, mode: mode ? MODES[mode] : 'center' };
}
