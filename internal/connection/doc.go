// Package connection names the states of a creator's connection to a platform: the
// one closed set of words that readers report, that the database keeps, and that
// the status command, the exports and the metrics show.
//
// It must not know how any platform is read.
package connection
