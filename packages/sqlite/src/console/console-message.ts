import type { ConsoleResult, Row } from '@davit/domain';

/** What a console process is sent, once. */
export type ConsoleJob =
  | { kind: 'read' | 'write'; file: string; query: string }
  | { kind: 'sample'; file: string; query: string; limit: number };

export interface ConsoleFailure {
  message: string;
  /** SQLite's primary result code */
  code: number;
}

export type ConsoleAnswer =
  { result: ConsoleResult } | { rows: Row[] } | { failure: ConsoleFailure };
