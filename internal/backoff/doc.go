// Package backoff spaces attempts at something that failed, so that clients that
// lost the same server do not return together.
//
// It decides nothing about what is worth another attempt.
package backoff
