// Package kick reads and writes Kick chat for one account.
//
// A Client reads through the message service that the web site uses and, where
// they are set up, through the webhooks of the official API; what both tell is
// handed on once. It turns it into chat.Event for a Handler, reports the state of
// every channel and the windows in which chat may have been missed, and sends and
// deletes messages through the official API.
//
// It must not decide anything about a message, must not store anything, and must
// not log chat text or credentials. It knows neither lanes nor shards: its
// consumer implements Handler and Budget.
package kick
