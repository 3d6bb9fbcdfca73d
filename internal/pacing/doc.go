// Package pacing has one process send messages in an order and within limits: a Line
// lets them go one at a time, the more urgent first, and a Window counts what was
// granted where no store does it for all hosts.
//
// It knows neither platforms nor what a message says, must not send anything itself,
// and must not decide how urgent something is: that comes along with the context, as
// package budget puts it there.
package pacing
