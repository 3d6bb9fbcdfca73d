package youtube

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// transport gives requests the account's token, asks once more with a new one
// when it is refused, and bounds what is read of an answer.
type transport struct {
	client *Client
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.client.trusts(req.URL) {
		return t.send(req, "")
	}
	access, err := t.client.tokens.token(req.Context(), "")
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := t.send(req, access)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || (req.Body != nil && req.GetBody == nil) {
		return resp, err
	}
	fresh, err := t.client.tokens.token(req.Context(), access)
	if err != nil {
		resp.Body.Close()
		return nil, err
	}
	resp.Body.Close()
	again := req.Clone(req.Context())
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	return t.send(again, fresh)
}

func (t *transport) send(req *http.Request, access string) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", t.client.cfg.UserAgent)
	if access != "" {
		req.Header.Set("Authorization", "Bearer "+access)
	}
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &bounded{ReadCloser: resp.Body, left: maxBody}
	return resp, nil
}

// trusts reports whether a host may see the token: an upload session can be at
// another host than the API, but only at one of the platform's.
func (c *Client) trusts(u *url.URL) bool {
	same := u.Scheme == c.root.Scheme && u.Host == c.root.Host
	return same || u.Scheme == "https" && strings.HasSuffix(strings.ToLower(u.Hostname()), ".googleapis.com")
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

var errTooLarge = errors.New("the answer is too large")

// bounded is a body that fails once more was read than an answer may hold.
type bounded struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLarge
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		return n, errTooLarge
	}
	return n, err
}
