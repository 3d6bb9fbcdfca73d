// Reads the simulated Kick with pusher-js as it is, and prints one JSON object a
// line for everything that happens. It ends with its standard input.
//
// Usage: node client.js '{"host":"127.0.0.1","port":1,"key":"…","channels":["…"]}'
import Pusher from 'pusher-js';

const { host, port, key, channels } = JSON.parse(process.argv[2]);
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const pusher = new Pusher(key, {
  cluster: 'us2', wsHost: host, wsPort: port, forceTLS: false, enabledTransports: ['ws'], disableStats: true,
});
pusher.connection.bind('state_change', ({ current }) => print({ state: current }));
pusher.connection.bind('error', (problem) => print({ error: problem?.data?.code ?? problem?.error?.data?.code ?? 0 }));
pusher.connection.bind('message', ({ event }) => print({ frame: event }));
for (const name of channels) {
  pusher.subscribe(name).bind_global((event, data) => print({ channel: name, event, data }));
}

process.stdin.on('end', () => { pusher.disconnect(); process.exit(0); });
process.stdin.resume();
