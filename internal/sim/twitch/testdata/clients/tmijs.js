// Reads and writes the simulated chat with tmi.js as it is.
//
// Usage: node tmijs.js '{"host":"127.0.0.1","port":1,"login":"…","token":"…","channel":"…"}'
import { Agent } from 'node:https';
import { obey, print } from './lines.js';

// Since version 22 Node has a WebSocket of its own, which tmi.js would prefer; it
// takes no agent.
delete globalThis.WebSocket;
const { default: tmi } = await import('tmi.js');

const { host, port, login, token, channel } = JSON.parse(process.argv[2]);
const client = new tmi.Client({
  options: { skipUpdatingEmotesets: true },
  // With TLS tmi.js always asks for port 443; the agent's port wins over that.
  connection: { server: host, secure: true, reconnect: true, agent: new Agent({ port }) },
  identity: { username: login, password: `oauth:${token}` },
  channels: [channel],
  logger: { info() {}, warn() {}, error() {} }, // its own writes to standard output
});
client.on('join', (_, user, self) => self && print({ event: 'joined', user }));
client.on('message', (_, tags, text, self) => !self && print({ event: 'message', id: tags.id, user: tags.username, text }));
client.on('raided', (_, user, viewers) => print({ event: 'raid', user, count: viewers }));
client.on('submysterygift', (_, user, count) => print({ event: 'gift', user, count }));
client.on('subgift', (_, user, __, recipient) => print({ event: 'received', user: recipient }));
client.on('messagedeleted', (_, user, text, tags) => print({ event: 'deleted', id: tags['target-msg-id'], user, text }));
client.on('timeout', (_, user, __, seconds) => print({ event: 'timeout', user, count: seconds }));
client.on('ban', (_, user) => print({ event: 'ban', user }));
client.connect().catch((problem) => print({ event: 'refused', text: String(problem) }));

await obey({ say: (text) => client.say(channel, text) });
