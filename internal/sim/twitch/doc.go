// Package twitch simulates as much of Twitch as a chat bot meets: chat over IRC
// (TLS and plain on one port), Helix and OAuth. An independent client works
// against it unchanged; the platform's limits are enforced; and everything that
// was answered is known again after a kill.
//
// It knows nothing of this project's own clients and must not import them.
//
// # What is uncertain about the platform
//
// Chosen here, where the documentation is silent or observers disagree:
//
//   - Text above 500 characters is cut, and so is a client line above 512 bytes
//     without its tags. Production may reject them, and lets long lines of
//     multi-byte text pass.
//   - JOINs over the limit, of unknown channels, and logins over the limit are
//     not answered (the login is closed). Production sometimes disconnects.
//   - An account over its message limit is dropped silently for 30 minutes,
//     everywhere. Moderators and broadcasters are exempt from the one second
//     between messages, the duplicate rule and the room's modes.
//   - A NICK that is not the token's account fails the login; production is said
//     to ignore the NICK.
//   - The text of a reply is delivered as it was sent, without a mention of its
//     parent in front.
//   - A used refresh token is refused at once; production lets those of
//     confidential clients live on.
//   - A broadcaster may not delete a moderator's messages through Helix either;
//     everybody may delete their own. The words of its refusals are those of the
//     reference.
//   - The single gifts of a bomb follow it at once and carry the community gift's
//     id; production has been seen to let one of them go first.
//   - A PING without a word is answered with a bare PONG: tmi.js, which sends
//     such ones, takes any other answer for none.
//   - The ids of who sends a message and where through Helix may stand in the
//     query instead of the body: Twurple puts them there, the reference does not.
//   - A connection that is silent for four minutes is asked with PING and closed
//     half a minute later; production's periods are not documented.
//
// # Clients of others
//
// The tests run go-twitch-irc, tmi.js and Twurple against it, none of them
// changed. Two cannot be told every address, so that the connection is led
// elsewhere below them:
//
//   - tmi.js asks for port 443 whenever it uses TLS; an http agent with a port of
//     its own wins over that. Twurple's chat has a host name as an option and the
//     same agent for the port.
//   - Twurple has the addresses of Helix and of logins built in; but for them it
//     knows only the paths of the mock server in Twitch's command line tool. The
//     dispatcher of Node's fetch connects these two names to the simulator, which
//     answers with certificates for them (NODE_EXTRA_CA_CERTS).
//   - tmi.js neither logs in nor calls Helix.
package twitch
