package pusher

import (
	"errors"
	"fmt"
)

// Action is what the end of a connection asks of the client.
type Action int

// The actions.
const (
	// AfterDelay means to connect again after a while; so does everything that is
	// no word of the service, such as a broken network.
	AfterDelay Action = iota
	// AtOnce means to connect again at once.
	AtOnce
	// Never means that the same connection would be refused again: the key or
	// something else has to change.
	Never
)

// CloseError says that the service ended the connection.
type CloseError struct {
	Code   int // of the protocol: 4000–4099 fatal, 4100–4199 later, 4200–4299 at once
	Reason string
}

// Error implements error.
func (e *CloseError) Error() string {
	text := fmt.Sprintf("server closed the connection with code %d", e.Code)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Action is what the code asks for.
func (e *CloseError) Action() Action {
	switch {
	case 4000 <= e.Code && e.Code <= 4099:
		return Never
	case 4200 <= e.Code && e.Code <= 4299:
		return AtOnce
	}
	return AfterDelay
}

// ActionOf is what the end of a connection asks of the client.
func ActionOf(err error) Action {
	var closed *CloseError
	if errors.As(err, &closed) {
		return closed.Action()
	}
	return AfterDelay
}

// Errors of connections.
var (
	// ErrSilent says that the server did not answer a ping.
	ErrSilent = errors.New("no answer to ping")
	// ErrGreeting says that the server did not begin as the protocol wants.
	ErrGreeting = errors.New("server did not establish the connection")
)
