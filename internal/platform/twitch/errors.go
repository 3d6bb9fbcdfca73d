package twitch

import (
	"errors"
	"net/http"
	"strings"

	"github.com/streamsuites/streamsuites/internal/platform/access"
	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// ErrNeedsLogin is wrapped by errors that only a person can mend: the account
// has to grant access anew.
var ErrNeedsLogin = access.ErrNeedsLogin

// ErrMissingScope is wrapped by errors of calls that the account did not grant:
// a person has to grant the scope that the message names.
var ErrMissingScope = errors.New("the account has not granted the scope that this needs")

// Error is a call that failed.
type Error = call.Error

// lacksScope tells a token that may not do this from one that is not good at
// all; the status is the same.
func lacksScope(e *Error) bool {
	return e.Status == http.StatusUnauthorized && strings.Contains(strings.ToLower(e.Message), "scope")
}
