// Package durable puts files on disk so that a crash at any moment leaves
// either the old content or the new, never a part of it, and guards a folder
// against a second process.
//
// It knows nothing about what the files mean, keeps no state between calls and
// must not log: whoever calls decides what an error is worth.
package durable
