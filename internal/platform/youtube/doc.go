// Package youtube is the client of YouTube's Data API as far as publishing and live
// chat need it. Client publishes: resumable uploads, the newest uploads of the
// account's channel, and how a video stands. Live finds broadcasts and reads and
// writes their chat, with an API key or the tokens of an account; chat is pushed as
// one JSON array that arrives in pieces, which the generated client cannot read.
//
// Uploads follow the documented protocol (PUT and 308,
// developers.google.com/youtube/v3/guides/using_resumable_upload_protocol) with
// a session address that outlives the process. Google's own client cannot resume
// after a restart and ignores how much the server took, so it makes the other
// calls only.
//
// The package makes calls and nothing else: it holds no state but the access
// token, and decides nothing about what is repeated; of a failure it says what there
// is to do. Tokens, client secrets and
// session addresses appear in no error and no log line.
package youtube
