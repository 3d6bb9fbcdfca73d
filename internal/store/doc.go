// Package store keeps everything that has to survive in Postgres, in the schema
// "streamsuites": chat, lanes, decisions, clips, the inbox and the outbox between
// the two planes, and what the exports are built from.
//
// It holds the only SQL of the program. It decides nothing: rules about clips
// live in internal/clip, rules about chat in the lanes. Whatever belongs together
// is written in one transaction, and every method that another host may repeat is
// safe to repeat.
//
// There are two ways in. A Store is a pool of connections for everything that is
// occasional. A Committer owns one connection and writes what the lanes decided,
// many lanes and thousands of rows in one transaction.
package store
