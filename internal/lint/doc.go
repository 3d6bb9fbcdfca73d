// Package lint keeps the project's own rules as tests: which way imports point,
// which package may do what, that every package says what it is for, and that
// the documentation's links and commands exist. It has no code of its own.
package lint
