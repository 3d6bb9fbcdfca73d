// Package statedir knows where everything lies below a state directory, and the
// document by which a running standalone says how it can be reached.
//
// It knows names only: it starts nothing and reads no configuration.
package statedir
