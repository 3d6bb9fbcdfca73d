// Google's own Node client, unchanged but for the addresses, in a simulated chat.
// SIMULATOR is the simulator's address; a channel is live there and Anna has
// spoken.
import test from 'node:test';
import assert from 'node:assert/strict';
import { auth, youtube } from '@googleapis/youtube';

const root = process.env.SIMULATOR;
const readOnly = 'https://www.googleapis.com/auth/youtube.readonly';
const forceSSL = 'https://www.googleapis.com/auth/youtube.force-ssl';

function application() {
  return new auth.OAuth2({
    clientId: process.env.CLIENT_ID,
    clientSecret: process.env.CLIENT_SECRET,
    redirectUri: 'http://127.0.0.1:8123/callback',
    endpoints: {
      oauth2AuthBaseUrl: `${root}/o/oauth2/v2/auth`,
      oauth2TokenUrl: `${root}/token`,
      oauth2RevokeUrl: `${root}/revoke`,
      tokenInfoUrl: `${root}/tokeninfo`,
    },
  });
}

// logIn is what a browser and an application do together.
async function logIn(handle, scope) {
  const client = application();
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const address = client.generateAuthUrl({
    access_type: 'offline', scope, state: 'xyz', code_challenge: codeChallenge, code_challenge_method: 'S256',
  });
  const answer = await fetch(`${address}&sim_consent=${encodeURIComponent(handle)}`, { redirect: 'manual' });
  assert.equal(answer.status, 302);
  const back = new URL(answer.headers.get('location'));
  assert.equal(back.searchParams.get('state'), 'xyz');
  const { tokens } = await client.getToken({ code: back.searchParams.get('code'), codeVerifier });
  assert.ok(tokens.refresh_token);
  client.setCredentials(tokens);
  return client;
}

const api = (credentials) => youtube({ version: 'v3', auth: credentials, rootUrl: `${root}/` });

const soon = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const reasonOf = (error) => error.response.data.error.errors[0].reason;

test('a bot finds the chat, reads it, writes and moderates', async () => {
  const login = await logIn('@lanternbot', [readOnly, forceSSL]);
  const client = api(login);
  const channels = await client.channels.list({ part: ['contentDetails'], forHandle: '@harborlights' });
  const uploads = channels.data.items[0].contentDetails.relatedPlaylists.uploads;
  const playlist = await client.playlistItems.list({ part: ['contentDetails'], playlistId: uploads });
  const id = [playlist.data.items[0].contentDetails.videoId];
  const videos = await client.videos.list({ part: ['snippet', 'liveStreamingDetails'], id });
  assert.equal(videos.data.items[0].snippet.liveBroadcastContent, 'live');
  assert.equal(typeof videos.data.items[0].liveStreamingDetails.concurrentViewers, 'string');
  const liveChatId = videos.data.items[0].liveStreamingDetails.activeLiveChatId;

  const first = await client.liveChatMessages.list({ part: ['snippet', 'authorDetails'], liveChatId });
  const anna = first.data.items[0];
  assert.equal(anna.snippet.textMessageDetails.messageText, 'hello from Anna');
  const said = await client.liveChatMessages.insert({
    part: ['snippet'],
    requestBody: { snippet: { liveChatId, type: 'textMessageEvent', textMessageDetails: { messageText: 'hello back' } } },
  });
  await client.liveChatMessages.delete({ id: anna.id });
  const ban = await client.liveChatBans.insert({
    part: ['snippet'],
    requestBody: {
      snippet: { liveChatId, type: 'temporary', banDurationSeconds: '60', bannedUserDetails: { channelId: anna.authorDetails.channelId } },
    },
  });
  await client.liveChatBans.delete({ id: ban.data.id });
  await soon(first.data.pollingIntervalMillis);
  const second = await client.liveChatMessages.list({
    part: ['snippet', 'authorDetails'], liveChatId, pageToken: first.data.nextPageToken,
  });
  assert.deepEqual(second.data.items.map((i) => i.snippet.type), ['textMessageEvent', 'tombstone', 'userBannedEvent']);
  assert.equal(second.data.items[0].id, said.data.id);
  assert.equal(second.data.items[0].authorDetails.isChatModerator, true);

  await assert.rejects(client.liveChatMessages.list({ part: ['id'], liveChatId: 'nothing' }), (error) => reasonOf(error) === 'liveChatNotFound');
  await assert.rejects(client.liveChatMessages.insert({
    part: ['snippet'],
    requestBody: { snippet: { liveChatId, type: 'textMessageEvent', textMessageDetails: { messageText: 'x'.repeat(201) } } },
  }), (error) => reasonOf(error) === 'messageTextInvalid');
});

test('a stream is one array that comes in pieces', async () => {
  const client = api(process.env.API_KEY);
  const found = await client.search.list({ part: ['id', 'snippet'], channelId: process.env.CHANNEL, eventType: 'live', type: ['video'] });
  const videos = await client.videos.list({ part: ['liveStreamingDetails'], id: [found.data.items[0].id.videoId] });
  const liveChatId = videos.data.items[0].liveStreamingDetails.activeLiveChatId;
  const answer = await client.youtube.v3.liveChat.messages.stream({ part: ['snippet'], liveChatId }, { responseType: 'stream' });
  let text = '';
  for await (const piece of answer.data) {
    text += piece;
  }
  const pages = JSON.parse(text.endsWith(']') ? text : `${text}]`);
  assert.equal(pages[0].kind, 'youtube#liveChatMessageListResponse');
  assert.ok(pages.at(-1).nextPageToken);
});

test('tokens are refreshed, tell their scopes, and end with their grant', async () => {
  const login = await logIn('harborlights', [readOnly]);
  const before = login.credentials.access_token;
  await login.refreshAccessToken();
  assert.notEqual(login.credentials.access_token, before);
  const info = await login.getTokenInfo(login.credentials.access_token);
  assert.deepEqual(info.scopes, [readOnly]);
  const client = api(login);
  const mine = await client.liveBroadcasts.list({ part: ['snippet', 'status'], broadcastStatus: 'active' });
  assert.equal(mine.data.items[0].status.lifeCycleStatus, 'live');
  await assert.rejects(client.liveChatMessages.insert({
    part: ['snippet'],
    requestBody: { snippet: { liveChatId: mine.data.items[0].snippet.liveChatId, type: 'textMessageEvent', textMessageDetails: { messageText: 'hi' } } },
  }), (error) => reasonOf(error) === 'insufficientPermissions');
  await login.revokeToken(login.credentials.refresh_token);
  await assert.rejects(client.channels.list({ part: ['id'], mine: true }));
});
