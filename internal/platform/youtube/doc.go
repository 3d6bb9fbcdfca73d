// Package youtube is the client of YouTube's Data API as far as publishing
// needs it: resumable uploads, the newest uploads of the account's channel, and
// how a video stands.
//
// Uploads follow the documented protocol (PUT and 308,
// developers.google.com/youtube/v3/guides/using_resumable_upload_protocol) with
// a session address that outlives the process. Google's own client cannot resume
// after a restart and ignores how much the server took, so it makes the other
// calls only.
//
// The package makes calls and nothing else: it holds no state but the access
// token, and decides nothing about what is repeated. Tokens, client secrets and
// session addresses appear in no error and no log line.
package youtube
