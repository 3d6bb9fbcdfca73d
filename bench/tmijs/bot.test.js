import test from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { BATCH, COLUMNS, ChatLog } from './chatlog.js';
import { Triggers } from './triggers.js';
import { Answers, LIMIT, WINDOW_MS } from './answers.js';
import { render } from './template.js';

const definitions = [
  { trigger_id: 'c', type: 'command', command: 'hug', aliases: ['cuddle'], cooldown_global_s: 5, cooldown_user_s: 30 },
  { trigger_id: 'm', type: 'command', command: 'secret', roles: ['moderator'], cooldown_global_s: 0 },
  { trigger_id: 'k', type: 'keyword', keywords: ['lantern'] },
  { trigger_id: 'p', type: 'regex', pattern: '\\bday (?<n>\\d+)\\b' },
];

test('a message matches the first trigger that fits', () => {
  const triggers = new Triggers(definitions);
  const id = (text) => triggers.match(text)?.trigger.trigger_id;
  assert.equal(id('!hug somebody'), 'c');
  assert.equal(id('!CUDDLE'), 'c');
  assert.equal(id('!hugs'), undefined);
  assert.equal(id('my Lantern!'), 'k');
  assert.equal(id('lanterns'), undefined);
  assert.equal(triggers.match('DAY 12').groups.n, '12');
  assert.equal(triggers.match('!hug  @Bob and Eve').rest, '@Bob and Eve');
});

test('cooldowns and roles hold back, and refused attempts start nothing', () => {
  const triggers = new Triggers(definitions);
  const [hug, secret] = definitions;
  assert.equal(triggers.fire(hug, '1', [], 1000), 1);
  assert.equal(triggers.fire(hug, '2', [], 5999), null);
  assert.equal(triggers.fire(hug, '2', [], 6000), 2);
  assert.equal(triggers.fire(hug, '1', [], 20_000), null);
  assert.equal(triggers.fire(hug, '1', ['moderator'], 20_000), 3);
  assert.equal(triggers.fire(secret, '1', ['subscriber'], 0), null);
  assert.equal(triggers.fire(secret, '1', ['broadcaster'], 0), 1);
  triggers.sweep(100_000);
  assert.equal(triggers.fire(hug, '1', [], 100_000), 4);
});

test('what chat says is not filled in again', () => {
  assert.equal(render('$(user): $(query) $(unknown)', { user: 'Ann', query: '$(user)' }), 'Ann: $(user) $(unknown)');
  assert.match(render('$(random.1-6) $(pick a|b)', {}), /^[1-6] [ab]$/);
});

test('rows are stored in batches, four at a time, and reading stops in between', async () => {
  const waiting = [];
  const pool = { query: (q) => new Promise((done) => { waiting.push({ q, done }); }) };
  let paused = false;
  let stored = 0;
  const log = new ChatLog(pool, {
    pause: () => { paused = true; }, resume: () => { paused = false; }, stored: (n) => { stored += n; }, failed: assert.fail,
  });
  const row = COLUMNS.map(() => 'x');
  for (let i = 0; i < 4 * BATCH + 3; i++) log.add(...row);
  assert.equal(waiting.length, 4);
  assert.equal(paused, true);
  waiting[0].done();
  await sleep(1);
  assert.equal(paused, false);
  assert.equal(waiting.length, 4, 'three rows wait for the rest');
  waiting.slice(1).forEach(({ done }) => done());
  await sleep(1);
  assert.equal(waiting.length, 5);
  assert.equal(waiting[4].q.values[18].length, 3);
  waiting[4].done();
  await sleep(1);
  assert.equal(stored, 4 * BATCH + 3);
});

test('answers keep to the limit and are left out when they are too late', () => {
  let now = 0;
  const said = [];
  const answers = new Answers(async (_, text) => said.push(text), () => now);
  for (let i = 0; i < LIMIT + 2; i++) answers.add('#a', `${i}`, i === LIMIT ? 0 : 1000);
  assert.equal(said.length, LIMIT);
  assert.equal(answers.waiting, 2);
  now = WINDOW_MS;
  answers.add('#a', 'the last', now);
  assert.deepEqual(said.slice(LIMIT), [`${LIMIT + 1}`, 'the last']);
  assert.equal(answers.counts.dropped, 1);
});
