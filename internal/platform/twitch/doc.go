// Package twitch is the client of Twitch's web interfaces: Helix for streams
// and users, OAuth for tokens.
//
// It makes calls and nothing else: it holds no state but tokens and the rate
// limit that the server announced, and decides nothing about creators. Chat is
// not here. Tokens and secrets appear in no error and no log line.
package twitch
