// Package pusher speaks the protocol of the Pusher message service, version 7,
// as a client: one websocket that carries many subscriptions.
//
// A Conn is one connection and ends with it; whoever uses it decides when to
// connect again, by what the CloseError says. The package knows nothing of what
// the messages mean, keeps no messages and logs nothing.
//
// The protocol is described at
// https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/.
package pusher
