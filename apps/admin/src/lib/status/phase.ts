import type { Phase } from '@davit/domain';

/** What a phase is called and how much it matters. An app without a rollout has no phase. */
export interface PhaseLook {
  word: string;
  /** the token family of its colour */
  tone: 'running' | 'progressing' | 'degraded' | 'failed' | 'stopped' | 'unknown';
  /** higher is worse: a project shows its worst app */
  rank: number;
}

const LOOKS: Record<Phase | '', PhaseLook> = {
  Failed: { word: 'Failed', tone: 'failed', rank: 6 },
  Degraded: { word: 'Degraded', tone: 'degraded', rank: 5 },
  Unknown: { word: 'Unknown', tone: 'unknown', rank: 4 },
  Progressing: { word: 'Progressing', tone: 'progressing', rank: 3 },
  Pending: { word: 'Pending', tone: 'progressing', rank: 3 },
  Running: { word: 'Running', tone: 'running', rank: 2 },
  Stopped: { word: 'Stopped', tone: 'stopped', rank: 1 },
  '': { word: 'Not deployed', tone: 'unknown', rank: 0 },
};

/** Work that was done to its end is not merely stopped. */
const COMPLETED: PhaseLook = { word: 'Completed', tone: 'running', rank: 1 };

/** Phases of a newer server than this page show as unknown. */
export function phaseLook(phase: Phase | '' | undefined, reason = ''): PhaseLook {
  if (phase === 'Stopped' && reason === 'Completed') return COMPLETED;
  return LOOKS[phase ?? ''] ?? LOOKS.Unknown;
}

/** The phase an app shows: one that was never rolled out waits for nothing. */
export const shownPhase = (of: { phase?: Phase | ''; reason?: string } | undefined): Phase | '' =>
  of?.reason === 'NoRollout' ? '' : (of?.phase ?? '');

/** The phase a group shows: that of its worst member. */
export function worstPhase(phases: (Phase | '' | undefined)[]): Phase | '' {
  let worst: Phase | '' = '';
  for (const phase of phases)
    if (phaseLook(phase).rank > phaseLook(worst).rank) worst = phase ?? '';
  return worst;
}
