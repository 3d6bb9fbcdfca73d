// Package tokens keeps the access of accounts to the platforms: a vault in
// Postgres, shared by all hosts, whose tokens are encrypted with AES-256-GCM under
// a key that the database does not have.
//
// A Source hands out an account's access token and refreshes it, early and one
// exchange at a time, whatever host asks. Tokens that an exchange gave are stored
// before anybody uses them. What cannot be excluded is a process that dies between
// the platform's answer and the write, some milliseconds later: where the platform
// then refuses the old refresh token, the account is marked as needing a login, and
// the reason names the interrupted exchange. A database that is away does not lose
// them as long as the process lives: the write is tried again.
//
// A refused refresh token is kept as refused, and never tried again.
//
// The package makes no request of its own: how a platform exchanges tokens is the
// business of an Exchanger. It must not log a token or put one into an error.
package tokens
