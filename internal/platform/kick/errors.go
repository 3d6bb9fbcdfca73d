package kick

import (
	"errors"
	"net/http"

	"github.com/streamsuites/streamsuites/internal/platform/access"
	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// Causes that callers decide on, wrapped by an *Error.
var (
	// ErrNeedsLogin says that only a person can mend it: the account has to grant
	// access anew.
	ErrNeedsLogin = access.ErrNeedsLogin
	// ErrForbidden says that the account may not do that: the scope was not
	// granted, or the channel does not let it.
	ErrForbidden = errors.New("the account may not do that there")
	// ErrNotFound says that there is no such channel or message.
	ErrNotFound = errors.New("there is no such thing")
	// ErrNotSent says that the platform took the request and did not show the
	// message.
	ErrNotSent = errors.New("the platform did not show the message")
	// ErrBlocked says that the site lets no programs in; what it knows has to be
	// configured.
	ErrBlocked = errors.New("the site refuses programs")
)

// Error is a call that failed.
type Error = call.Error

// explained gives the statuses their meaning, for calls with a token.
func explained(err error) error {
	var failed *Error
	if !errors.As(err, &failed) || failed.Err != nil {
		return err
	}
	switch failed.Status {
	case http.StatusUnauthorized:
		return failed.Because(ErrNeedsLogin)
	case http.StatusForbidden:
		return failed.Because(ErrForbidden)
	case http.StatusNotFound:
		return failed.Because(ErrNotFound)
	}
	return err
}
