import { toProblem, type Problem } from '#lib/api/problem.ts';
import { getSettings, updateSettings, type Settings } from '#lib/api/settings.ts';

/** One part of the settings while somebody changes it. */
export class SettingsDraft<Part extends keyof Settings> {
  values: Settings[Part] = $state() as Settings[Part];
  /** `values` are the server's, or changes to those */
  ready: boolean = $state(false);
  busy: boolean = $state(false);
  problem: Problem | undefined = $state.raw();
  readonly #part: Part;
  #saved = '';

  /** `blank` stands for the values until they are read. */
  constructor(part: Part, blank: Settings[Part]) {
    this.#part = part;
    this.values = blank;
  }

  get changed(): boolean {
    return this.ready && JSON.stringify(this.values) !== this.#saved;
  }

  async read(): Promise<void> {
    this.ready = false;
    this.problem = undefined;
    try {
      this.#take(await getSettings());
      this.ready = true;
    } catch (error) {
      this.problem = toProblem(error);
    }
  }

  /** false: `problem` says why not */
  async save(): Promise<boolean> {
    if (this.busy || !this.ready) return false;
    this.busy = true;
    this.problem = undefined;
    try {
      this.#take(await updateSettings({ [this.#part]: $state.snapshot(this.values) }));
      return true;
    } catch (error) {
      this.problem = toProblem(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** What the server says of a member, e.g. `maxDays`. */
  said(member: string): string | undefined {
    return this.problem?.fields[`${this.#part}.${member}`];
  }

  /** the problem, unless it has its place at a field */
  get unplaced(): Problem | undefined {
    const { problem } = this;
    return problem !== undefined && Object.keys(problem.fields).length === 0 ? problem : undefined;
  }

  #take(settings: Settings): void {
    this.values = settings[this.#part];
    this.#saved = JSON.stringify(this.values);
  }
}
