package call

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Request is one call, to be made once or twice.
type Request struct {
	Operation string // for errors, such as "send message"
	Method    string
	URL       string
	Form      url.Values // sent as the body when not nil
	JSON      any        // sent as the body when not nil, and Form is
	Header    http.Header
	// Secrets are cut out of whatever the server echoes.
	Secrets []string
	// Again tells after which errors the call may be made a second time; nil means
	// that it is made at most once.
	Again func(failed *Error) bool
}

func (r Request) build(ctx context.Context) (*http.Request, error) {
	var body io.Reader = http.NoBody
	kind := ""
	switch {
	case r.Form != nil:
		body, kind = strings.NewReader(r.Form.Encode()), "application/x-www-form-urlencoded"
	case r.JSON != nil:
		text, err := json.Marshal(r.JSON)
		if err != nil {
			return nil, fmt.Errorf("build the request: %w", err)
		}
		body, kind = bytes.NewReader(text), "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return nil, errors.New("build the request") // the cause holds the address
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("Accept", "application/json")
	return req, nil
}
