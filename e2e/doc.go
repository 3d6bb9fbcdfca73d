// Package e2e tests the whole system from outside: it starts bin/standalone as
// a process, talks to it as chat, operators and browsers do, and breaks it.
//
// It knows the fixed interface only: command lines, standalone.json, the
// simulators' control, HTTP, files, and what Temporal and Postgres show.
package e2e
