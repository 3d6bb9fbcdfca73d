// Package httpserver serves, read-only, what the runtime publishes: the exported
// documents, each to those for whom it is meant, word of those that changed, the
// published clips, the state of health, and Prometheus' figures.
//
// It listens on the loopback interface unless told otherwise, knows no request
// that changes anything, and opens no file outside the folders it is given. A
// document is shown only if the caller's catalogue says for whom it is, and never
// to anybody else: no length, no hash and no date of it either.
package httpserver
