// Logs in, reads and writes chat, and asks and uses the API of the simulated
// platform with Twurple as it is. It is given no other addresses than the
// platform's: what it opens for them ends at the simulator, so that it is the
// network which was changed, and nothing of Twurple.
//
// Usage: node twurple.js '{"host":"127.0.0.1","port":1,"api":1,"client":"…","secret":"…","channel":"…"}'
import { Agent as Web } from 'node:https';
import { Agent, buildConnector, setGlobalDispatcher } from 'undici';
import { ApiClient } from '@twurple/api';
import { exchangeDeviceCode, getTokenInfo, RefreshingAuthProvider, revokeToken, startDeviceCodeFlow } from '@twurple/auth';
import { ChatClient } from '@twurple/chat';
import { obey, print } from './lines.js';

const given = JSON.parse(process.argv[2]);
const dial = buildConnector({});
setGlobalDispatcher(new Agent({
  connect: (to, done) => dial({ ...to, hostname: given.host, host: given.host, port: given.api, servername: to.hostname }, done),
}));

const scopes = ['chat:read', 'chat:edit', 'user:write:chat', 'moderator:manage:chat_messages'];
const accounts = new RefreshingAuthProvider({ clientId: given.client, clientSecret: given.secret });
accounts.onRefresh((user) => print({ event: 'refreshed', user }));
const api = new ApiClient({ authProvider: accounts, logger: { minLevel: 'critical' } });
const chat = new ChatClient({
  authProvider: accounts,
  channels: [given.channel],
  hostName: given.host,
  connectionOptions: { wsOptions: { agent: new Web({ port: given.port }) } },
  logger: { minLevel: 'critical' },
});
chat.onJoin((_, user) => print({ event: 'joined', user }));
chat.onMessage((_, user, text, { id }) => print({ event: 'message', id, user, text }));
chat.onRaid((_, user, { viewerCount }) => print({ event: 'raid', user, count: viewerCount }));
chat.onCommunitySub((_, user, { count }) => print({ event: 'gift', user, count }));
chat.onSubGift((_, recipient) => print({ event: 'received', user: recipient }));
chat.onMessageRemove((_, id, { userName, text }) => print({ event: 'deleted', id, user: userName, text }));
chat.onTimeout((_, user, seconds) => print({ event: 'timeout', user, count: seconds }));
chat.onBan((_, user) => print({ event: 'ban', user }));
chat.onAuthenticationFailure((text) => print({ event: 'refused', text }));

let device;
let bot;
await obey({
  async login() {
    device = await startDeviceCodeFlow(given.client, scopes);
    print({ event: 'code', text: device.userCode });
  },
  async enter() {
    bot = await accounts.addUserForToken(await exchangeDeviceCode(given.client, device.deviceCode, scopes), ['chat']);
    const { accessToken } = await accounts.getAccessTokenForUser(bot);
    const info = await getTokenInfo(accessToken, given.client);
    print({ event: 'account', id: info.userId, user: info.userName, text: info.scopes.join(' ') });
    chat.connect();
  },
  say: (text) => chat.say(given.channel, text),
  async live(name) {
    const stream = await api.streams.getStreamByUserName(name);
    print({ event: 'live', user: stream?.userName, text: stream?.title, count: stream ? 1 : 0 });
  },
  async send(text) {
    const sent = await api.asUser(bot, async (as) => as.chat.sendChatMessage(await api.users.getUserByName(given.channel), text));
    print({ event: 'sent', id: sent.id, text: sent.dropReasonMessage });
  },
  async remove(id) { // is told by chat
    await api.asUser(bot, async (as) => as.moderation.deleteChatMessages(await api.users.getUserByName(given.channel), id));
  },
  async logout() {
    const { accessToken } = await accounts.getAccessTokenForUser(bot);
    await revokeToken(given.client, accessToken);
    await getTokenInfo(accessToken, given.client).catch((error) => print({ event: 'ended', text: error.message }));
  },
});
