// Decides what a message triggers in one channel. Cooldowns and counts live in memory.

// Those who never wait for a cooldown.
const EXEMPT = ['moderator', 'broadcaster'];

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export class Triggers {
  #commands = new Map(); // by name and alias
  #keywords = new Map(); // by word
  #patterns = [];
  #words; // all keywords
  #any; // all patterns: says no at once to nearly every message
  #until = new Map(); // cooldowns: by trigger, and by trigger and user
  #counts = new Map();

  constructor(definitions) {
    for (const trigger of definitions) {
      if (trigger.type === 'command') {
        for (const name of [trigger.command, ...(trigger.aliases ?? [])]) this.#commands.set(name, trigger);
      } else if (trigger.type === 'keyword') {
        for (const word of trigger.keywords) this.#keywords.set(word, trigger);
      } else {
        this.#patterns.push({ trigger, regex: new RegExp(trigger.pattern, 'i') });
      }
    }
    const words = [...this.#keywords.keys()].map(escape);
    this.#words = words.length > 0 ? new RegExp(`\\b(?:${words.join('|')})\\b`, 'i') : null;
    const sources = this.#patterns.map(({ regex }) => `(?:${regex.source})`);
    this.#any = sources.length > 0 ? new RegExp(sources.join('|'), 'i') : null;
  }

  // match returns the first trigger that a text matches, with the rest of the text.
  match(text) {
    if (text.startsWith('!')) {
      const [, name, rest] = /^!(\S+)\s*(.*)$/s.exec(text) ?? [];
      const trigger = name && this.#commands.get(name.toLowerCase());
      if (trigger) return { trigger, rest };
    }
    const word = this.#words?.exec(text);
    if (word) return { trigger: this.#keywords.get(word[0].toLowerCase()), rest: text };
    if (!this.#any?.test(text)) return null;
    for (const { trigger, regex } of this.#patterns) {
      const found = regex.exec(text);
      if (found) return { trigger, rest: text, groups: found.groups };
    }
    return null;
  }

  // fire checks roles and cooldowns and starts those; it returns how often the
  // trigger has fired, or null when it must not. now is in milliseconds.
  fire(trigger, user, roles, now) {
    if (trigger.roles && !roles.includes('broadcaster') && !trigger.roles.some((r) => roles.includes(r))) return null;
    const mine = `${trigger.trigger_id} ${user}`;
    const waiting = (key) => (this.#until.get(key) ?? 0) > now;
    if (!EXEMPT.some((r) => roles.includes(r)) && (waiting(trigger.trigger_id) || waiting(mine))) return null;
    this.#start(trigger.trigger_id, now, trigger.cooldown_global_s ?? 5);
    this.#start(mine, now, trigger.cooldown_user_s ?? 0);
    const count = (this.#counts.get(trigger.trigger_id) ?? 0) + 1;
    this.#counts.set(trigger.trigger_id, count);
    return count;
  }

  #start(key, now, seconds) {
    if (seconds > 0) this.#until.set(key, now + seconds * 1000);
  }

  // sweep forgets cooldowns that are over.
  sweep(now) {
    for (const [key, until] of this.#until) if (until <= now) this.#until.delete(key);
  }
}
