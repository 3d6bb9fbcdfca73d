package call

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// WithoutRedirects returns a copy of a client, or a new one for nil, that follows no
// redirect: one could carry a token elsewhere.
func WithoutRedirects(given *http.Client) *http.Client {
	client := http.Client{}
	if given != nil {
		client = *given
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// Base checks the address below which calls are made, and returns it without
// slashes at its end. what names it in the error, such as "kick api".
func Base(what, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("%s address %q is not an http address", what, address)
	}
	return strings.TrimRight(address, "/"), nil
}
