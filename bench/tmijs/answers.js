// Says answers within the platform's limit for a moderator, 100 in 30 seconds. What
// cannot be said within 30 seconds of its message is left out.

export const LIMIT = 100;
export const WINDOW_MS = 30_000;

export class Answers {
  #waiting = [];
  #said = []; // when
  #timer = null;

  constructor(say, now = Date.now) {
    this.say = say;
    this.now = now;
    this.counts = { said: 0, failed: 0, dropped: 0 };
  }

  add(channel, text, at) {
    this.#waiting.push({ channel, text, worthless: at + WINDOW_MS });
    this.#work();
  }

  // waiting is how many answers have neither been said nor left out.
  get waiting() { return this.#waiting.length; }

  #work() {
    const now = this.now();
    let at = 0;
    while (at < this.#said.length && this.#said[at] + WINDOW_MS <= now) at++;
    this.#said.splice(0, at);
    let done = 0;
    for (const { channel, text, worthless } of this.#waiting) {
      if (worthless <= now) this.counts.dropped++;
      else if (this.#said.length < LIMIT) this.#speak(channel, text, now);
      else break;
      done++;
    }
    if (done > 0) this.#waiting.splice(0, done);
    if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => { this.#timer = null; this.#work(); }, 1000);
  }

  async #speak(channel, text, now) {
    this.#said.push(now);
    try {
      await this.say(channel, text);
      this.counts.said++;
    } catch {
      this.counts.failed++;
    }
  }
}
