/** The current time, ticking for everything relative on the page. */
class ClockState {
  now: number = $state(Date.now());

  constructor() {
    setInterval(() => (this.now = Date.now()), 1000);
  }
}

export const clock: ClockState = new ClockState();
