// Package kick simulates as much of Kick as a chat bot meets: the chat's
// WebSocket in Pusher's protocol, the official API, OAuth 2.1, signed webhooks
// and the site's own description of a channel, all on one address. An
// independent client works against it unchanged; limits and scopes are enforced;
// and everything that was answered is known again after a kill, webhooks that
// still have to be delivered included.
//
// It knows nothing of this project's own clients and must not import them.
//
// # What is uncertain about the platform
//
// Chosen here, where the documentation is silent or observers disagree:
//
//   - Which event comes on which of Pusher's channels. What chat shows comes on
//     chatrooms.<id>.v2; what has an id of its own (messages, deletions, bans,
//     clearings) comes on chatrooms.<id> and chatroom_<id> as well, so that who
//     reads two of them sees it twice. channel.<id> and channel_<id> tell of
//     broadcasts, followers, rewards and gifts of kicks.
//   - The fields of UserBannedEvent, UserUnbannedEvent, KicksGifted,
//     StreamerIsLive, StopStreamBroadcast, FollowersUpdated and
//     RewardRedeemedEvent, which only observers describe.
//   - Any well-formed public name can be subscribed to, whether or not such a
//     channel exists, as Pusher has it. Names of private channels are refused
//     with pusher:subscription_error.
//   - A client that is silent for the activity timeout is asked with pusher:ping
//     and closed with 4201 when it does not answer; production's server side of
//     this is not documented. A client that reads too slowly is closed.
//   - Rate limits are not published: those here are invented, counted for each
//     account, and answered with 429 and Retry-After.
//   - Chat that is refused because of a ban is 403; 200 with is_sent=false comes
//     only when a fault asks for it. Nothing says which of them production does.
//   - A missing scope is 403. An expired access token is 401.
//   - A bot's message needs no broadcaster with a user's token: it goes to the
//     channel of the token's owner. With an application's token it needs one.
//   - One's own messages come back on Pusher and by webhook like everybody's.
//   - The access token that was replaced lives until it expires; the refresh
//     token that was used is dead at once, and using it again changes nothing
//     else. Production may end the whole grant.
//   - A webhook is attempted three times; its Message-Id stays, its timestamp and
//     signature are those of the attempt. A subscription of which nothing arrived
//     for a day is ended.
//   - Times on Pusher are whole seconds, in the API and in webhooks as well.
//   - The key of Pusher's application is public and has changed before; the one
//     here is the seed's.
package kick
