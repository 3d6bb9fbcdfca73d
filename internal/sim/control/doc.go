// Package control steers the simulators over HTTP: people speak, broadcasts
// begin and end, things fail.
//
// Everything that changes the world is kept before it is answered. Errors are
// JSON objects with one field, "error". The server is for loopback only and
// asks for no credentials; unknown fields of a body are ignored.
package control
