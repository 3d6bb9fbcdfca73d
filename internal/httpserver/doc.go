// Package httpserver serves, read-only, what the runtime publishes: the exported
// documents, the published clips, the state of health, and Prometheus' figures.
//
// It listens on the loopback interface unless told otherwise, knows no request
// that changes anything, and opens no file outside the two folders it is given.
package httpserver
