// Package youtube publishes clips on YouTube, each exactly once.
//
// The address of an upload session is stored before the first byte is sent, and
// the server's word on what it has decides after every doubt. When a session is
// lost, the channel's newest uploads are searched for the clip's marker before
// anything is sent again. Other processes may be at the same clip: whoever
// finds that the stored session is not its own stops.
//
// The package knows nothing about Temporal or SQL, and retries only within one
// upload: everything else is told to the caller as a kind of error.
package youtube
