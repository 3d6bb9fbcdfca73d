// Package recording reads, writes and replays recordings: a creator's event log
// as lines of JSON, in the order in which the creator's lane took everything in.
//
// A recording begins with a header line. Every further line is a message, an
// input besides chat, or a decision that was made about the line before it:
//
//	{"line":"header","format":"streamsuites.recording","version":1,"creator_id":"aBc123","texts":true,"from_seq":1,"to_seq":2}
//	{"line":"input","seq":1,"at":"2026-02-01T12:00:00Z","input":"stream_live","payload":{…}}
//	{"line":"message","seq":2,"platform":"twitch","message_id":"m1","author":{"id":"7"},"text":"!ping","sent_at":"…","received_at":"…"}
//	{"line":"decision","seq":2,"trigger":"ping","platform":"twitch","message_id":"m1","outcome":"fired","at":"…"}
//
// Recordings that were made elsewhere need neither sequence numbers nor anything
// but messages: the order of their lines is their sequence then.
//
// The package reads and writes only through the io.Reader and io.Writer that it
// is given, reads no clock, and keeps no more of a recording than one line and
// the identities of the newest messages.
package recording
