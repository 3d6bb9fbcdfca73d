// Package seen recognises what came before, among the newest of it and in bounded
// memory.
//
// It is no proof: what is older is new again, and two different ids can in theory
// look alike. Where that matters, a database's key decides.
package seen
