// Package logtest keeps what a program under test logs or prints, while it runs.
//
// It is for tests only.
package logtest
