// Package twitch reads and writes Twitch chat for one account.
//
// A Client keeps as many IRC connections as the account's channels need, turns
// chat lines into chat.Event and hands them to a Handler, reports the state of
// every channel and the windows in which chat may have been missed, and sends
// messages within the platform's limits.
//
// It must not decide anything about a message, must not store anything, and
// must not log chat text or credentials. It knows neither lanes nor shards: its
// consumer implements Handler and Budget.
package twitch
