package youtube

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// maxAddress is the longest address of a session, in bytes.
const maxAddress = 8 << 10

// uploadID is the part of a session's address that is the secret in it.
func uploadID(session string) string {
	u, err := url.Parse(session)
	if err != nil {
		return ""
	}
	return u.Query().Get("upload_id")
}

// sessionAddress takes a session's address out of an answer. It may be relative
// to what was asked.
func (c *Client) sessionAddress(resp *http.Response) (string, error) {
	u, err := resp.Location()
	if err != nil {
		return "", errors.New("the answer names no session")
	}
	return u.String(), c.checkSession(u.String())
}

// checkSession refuses addresses that would carry a video, or a token, over an
// open line: http is for this machine, and for an API that is reached so itself.
func (c *Client) checkSession(session string) error {
	u, err := url.Parse(session)
	switch {
	case err != nil || u.Host == "" || u.User != nil || len(session) > maxAddress:
		return errors.New("the session's address is no address")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && (c.root.Scheme == "http" || loopback(u.Hostname())):
		return nil
	}
	return errors.New("the session's address is not safe")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
