// Package storetest gives every test a migrated database of its own, in one
// private Postgres for each test binary.
//
// A package that uses it has to call Main from its TestMain. It is for tests only.
package storetest
