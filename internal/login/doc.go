// Package login is the part of OAuth that a person takes part in: the device flow
// (RFC 8628), whose code is typed on another device, and the code flow with PKCE
// (RFC 7636) that returns to a loopback address (RFC 8252, section 7.3).
//
// It knows no platform and keeps no tokens: which requests are made, and what
// becomes of the answer, is the caller's business.
package login
