// Package retry asks errors what they say of themselves about another attempt, by
// the methods that the clients of platforms give theirs.
//
// It makes no attempt and decides nothing.
package retry
