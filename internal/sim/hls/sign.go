package hls

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// SignPath gives out, as plain text, an address of the playlist that is good for
// as many seconds as its parameter says. That is what a program that looks for
// addresses finds on a platform's page.
const SignPath = "/live/signed"

// longestSigned is the longest time, in seconds, that an address may be good for.
const longestSigned = 24 * 60 * 60

// Signed returns an address of a path, below root, that is good until then. A
// playlist that is read by one leads to segments that are signed likewise, and
// all of them answer 403 when the time is over.
func (o *Origin) Signed(root, path string, until time.Time) string {
	expires := strconv.FormatInt(until.Unix(), 10)
	return root + path + "?expires=" + expires + "&sig=" + o.signature(expires)
}

// signature need not keep anybody out: it tells addresses that were given out
// from made-up ones, also after a restart.
func (o *Origin) signature(expires string) string {
	sum := sha256.Sum256([]byte(o.line.Epoch.String() + "/" + expires))
	return hex.EncodeToString(sum[:16])
}

func (o *Origin) serveSigned(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.URL.Query().Get("seconds"))
	if err != nil || seconds < 1 || seconds > longestSigned {
		http.Error(w, "seconds: how long the address is good for", http.StatusBadRequest)
		return
	}
	until := o.options.Clock.Now().Add(time.Duration(seconds) * time.Second)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = fmt.Fprintln(w, o.Signed("http://"+r.Host, PlaylistPath, until))
}

// checked refuses signed addresses whose time is over, or that nobody gave out.
// Addresses without a signature are good for ever.
func (o *Origin) checked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if query.Has("expires") && !o.good(query) {
			http.Error(w, "the address has expired", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (o *Origin) good(query url.Values) bool {
	expires := query.Get("expires")
	until, err := strconv.ParseInt(expires, 10, 64)
	known := subtle.ConstantTimeCompare([]byte(o.signature(expires)), []byte(query.Get("sig"))) == 1
	return err == nil && known && o.options.Clock.Now().Before(time.Unix(until, 0))
}

// signedAlike makes every address in a playlist expire with the playlist's own.
func signedAlike(playlist []byte, r *http.Request) []byte {
	if !r.URL.Query().Has("expires") {
		return playlist
	}
	var signed bytes.Buffer
	for line := range strings.Lines(string(playlist)) {
		if text := strings.TrimSpace(line); text != "" && !strings.HasPrefix(text, "#") {
			line = text + "?" + r.URL.RawQuery + "\n"
		}
		signed.WriteString(line)
	}
	return signed.Bytes()
}
