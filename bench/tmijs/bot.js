// A chat bot as people build it: tmi.js reads chat, triggers answer it, pg stores
// every message. It is started with the path of a JSON file (see configuration in the
// benchmark's Go code) and tells what it does as JSON, a line each, on standard output.

import { Agent } from 'node:https';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

// Since version 22 Node has a WebSocket of its own, which tmi.js would prefer. It
// cannot be paused, so that memory could not be bounded, and it is slower than ws.
delete globalThis.WebSocket;

const require = createRequire(import.meta.url);
const { default: tmi } = await import('tmi.js');
const { default: pg } = await import('pg');
const { ChatLog, IN_FLIGHT } = await import('./chatlog.js');
const { Triggers } = await import('./triggers.js');
const { Answers } = await import('./answers.js');
const { render, pick } = await import('./template.js');

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const fail = (err) => {
  console.error(err);
  process.exit(1);
};

// What is stored of roles is one number, a bit for each.
const BITS = { subscriber: 4, vip: 8, moderator: 16, broadcaster: 64 };

function rolesOf(tags) {
  const badges = tags.badges ?? {};
  const roles = [];
  if ('subscriber' in badges || 'founder' in badges) roles.push('subscriber');
  if ('vip' in badges) roles.push('vip');
  if (tags.mod || 'moderator' in badges) roles.push('moderator');
  if ('broadcaster' in badges) roles.push('broadcaster');
  return roles;
}

const channels = new Map(config.channels.map(({ name, creator_id: creator }) => [
  `#${name}`, { name, creator, seq: 0, triggers: new Triggers(config.triggers) },
]));

const pool = new pg.Pool({ ...config.database, max: IN_FLIGHT });
pool.on('error', fail);

const client = new tmi.Client({
  options: { skipMembership: true, skipUpdatingEmotesets: true, joinInterval: 300 },
  // With TLS tmi.js always asks for port 443; the agent's port wins over that.
  connection: { server: config.server, secure: true, reconnect: false, agent: new Agent({ port: config.port }) },
  identity: { username: config.login, password: `oauth:${config.token}` },
  channels: [...channels.keys()],
});

const counts = { matched: 0, fired: 0, stored: 0 };
const answers = new Answers((channel, text) => client.say(channel, text));
const log = new ChatLog(pool, {
  pause: () => client.ws.pause(),
  resume: () => client.ws.resume(),
  stored: (rows) => tell({ stored: counts.stored += rows }),
  failed: fail,
});

function hear(name, tags, text, self) {
  if (self) return;
  const channel = channels.get(name);
  const now = Date.now();
  const sent = Number(tags['tmi-sent-ts']);
  const at = new Date(sent).toISOString();
  const roles = rolesOf(tags);
  log.add(
    at.slice(0, 10), 'twitch', tags.id, channel.creator, channel.seq++, channel.name, tags['user-id'], tags.username,
    tags['display-name'] || tags.username, roles.reduce((bits, role) => bits | BITS[role], 0), text,
    tags['reply-parent-msg-id'] ?? '', tags['source-room-id'] ?? '', false, at, new Date(now).toISOString(), '', 0, '',
  );
  const found = channel.triggers.match(text);
  if (!found) return;
  counts.matched++;
  const count = channel.triggers.fire(found.trigger, tags['user-id'], roles, sent);
  if (count === null) return;
  counts.fired++;
  const user = tags['display-name'] || tags.username;
  const touser = found.rest.split(/\s+/, 1)[0].replace(/^@/, '') || user;
  answers.add(name, render(pick(found.trigger.responses), {
    user, touser, count: String(count), query: found.rest, channel: channel.name, groups: found.groups,
    time: new Date(now).toTimeString().slice(0, 5), uptime: '',
  }), now);
}

client.on('message', hear);
client.on('cheer', (name, tags, text) => hear(name, tags, text, false));
client.on('disconnected', (reason) => fail(new Error(`the connection to chat has ended: ${reason}`)));
setInterval(() => channels.forEach(({ triggers }) => triggers.sweep(Date.now())), 60_000).unref();

let joined = 0;
client.on('roomstate', () => {
  joined++;
  if (joined !== channels.size) return;
  const version = (name) => require(`${name}/package.json`).version;
  tell({ ready: { node: process.version, 'tmi.js': version('tmi.js'), ws: version('ws'), pg: version('pg') } });
});

// Every line on standard input asks for the counts; its end ends the bot.
createInterface({ input: process.stdin })
  .on('line', () => tell({ counts: { ...counts, ...answers.counts, waiting: answers.waiting } }))
  .on('close', () => process.exit(0));

await pool.query('select 1');
await client.connect();
