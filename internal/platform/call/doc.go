// Package call makes calls of a platform's HTTP API: bounded in time and size,
// following no redirect, and with errors that hold no secret and tell whether the
// same call may succeed later and whether it may have been carried out.
//
// It must not know any platform: which calls may be repeated, what an answer means
// and how the server explains itself is the caller's to say.
package call
