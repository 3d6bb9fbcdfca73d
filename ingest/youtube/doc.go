// Package youtube reads and writes YouTube's live chat for one account or API key.
//
// A Client finds out within the quota which of its channels are live, reads the
// chat of those that are, by the push stream or by polling, turns it into
// chat.Event and hands it to a Handler, reports the state of every channel and the
// windows in which chat may have been missed, and sends messages.
//
// It must not decide anything about a message, must not store anything but where
// it has read to, and must not log chat text or credentials. It knows neither lanes
// nor shards: its consumer implements Handler, Meter, Budget and Cursors.
package youtube
