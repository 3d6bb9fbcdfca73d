package media

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// expiryKeys are the parameters by which signed addresses say, in seconds since
// 1970, until when they are good; they are compared in lower case.
var expiryKeys = []string{"exp", "expire", "expires"}

// expiryOf returns until when an address says that it is good, as a parameter or
// as a pair of elements of its path (…/expire/1700000000/…); the zero time when
// it says nothing.
func expiryOf(address *url.URL) time.Time {
	var earliest time.Time
	note := func(key, value string) {
		if !slices.Contains(expiryKeys, strings.ToLower(key)) {
			return
		}
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < minExpiry || n > maxExpiry {
			return
		}
		if at := time.Unix(n, 0); earliest.IsZero() || at.Before(earliest) {
			earliest = at
		}
	}
	for key, values := range address.Query() {
		for _, value := range values {
			note(key, value)
		}
	}
	elements := strings.Split(address.Path, "/")
	for i := range len(elements) - 1 {
		note(elements[i], elements[i+1])
	}
	return earliest
}

// What lies outside is no time of an address: the years 2001 and 2200.
const (
	minExpiry = 1_000_000_000
	maxExpiry = 7_258_118_400
)
