// Command bench measures StreamSuites on the machine that it runs on: how long a
// message is evaluated, how much chat it takes in with 300 triggers a creator, beside
// COPY alone and beside a bot on tmi.js (bench/tmijs), how fast a clip begins and how
// much is added to it, how long a start takes, how much memory everything holds, how
// long the documents of a thousand creators take to be exported, and what a thousand
// creators cost who are offline.
// It prints the figures and writes docs/benchmarks.md and benchmarks.json.
//
// It runs the real thing: Postgres with its durable settings, the data plane
// wired as the ingest role wires it, chat over TLS from a process of its own, and
// bin/standalone started as a person starts it. Everything stays on the loopback
// interface, is bounded, lies in a temporary folder, and is stopped by the program
// that started it.
//
// It must not be imported, and nothing may be tuned for it: what it measures has to
// be what runs.
package main
