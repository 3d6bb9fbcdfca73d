package httpserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// Audience says for whom a document is meant and, of a reader, as who it counts:
// it may read what is meant for its own audience and those before it. The zero
// value is the one that gives nothing away.
type Audience int

// The audiences, each one more privileged than the one before.
const (
	Nobody    Audience = iota
	Anyone             // whoever reaches the server
	Dashboard          // who shows the token, or is trusted without one
	Operator           // who shows the token where internal documents are served
)

// Document says which file stands behind a name, and for whom.
type Document struct {
	File     string // path below the exports' folder, with slashes
	Audience Audience
}

// openTo reports whether a reader who counts as who may read the document.
func (d Document) openTo(who Audience) bool { return d.Audience > Nobody && d.Audience <= who }

// access finds out as who a request counts.
type access struct {
	token    [sha256.Size]byte // hash of the token
	hasToken bool
	// internal says that the token opens internal documents as well.
	internal bool
	// trusting says that programs on this machine need no token.
	trusting bool
	origins  []string
}

func newAccess(o Options) access {
	return access{
		token: sha256.Sum256([]byte(o.Token)), hasToken: o.Token != "",
		internal: o.ServeInternal, trusting: o.TrustLoopback, origins: o.AllowOrigins,
	}
}

// reader tells as who a request counts. One that shows a token is judged by that
// alone.
func (a access) reader(r *http.Request) Audience {
	switch shown := r.Header.Values("Authorization"); {
	case len(shown) == 1 && a.opens(shown[0]):
		return a.highest()
	case len(shown) > 0:
		return Anyone
	case a.trusting && a.fromHere(r):
		return Dashboard
	}
	return Anyone
}

func (a access) highest() Audience {
	if a.internal {
		return Operator
	}
	return Dashboard
}

// opens reports whether an Authorization header shows the token. It takes as long
// for a token that is nearly right as for any other of that length.
func (a access) opens(authorization string) bool {
	scheme, token, _ := strings.Cut(authorization, " ")
	given := sha256.Sum256([]byte(strings.TrimSpace(token)))
	same := subtle.ConstantTimeCompare(given[:], a.token[:]) == 1
	return same && a.hasToken && strings.EqualFold(scheme, "Bearer")
}

// fromHere reports whether a program on this machine asks for itself: not a proxy
// for somebody else, nor a browser for a page that came from elsewhere.
func (a access) fromHere(r *http.Request) bool {
	remote, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || net.ParseIP(remote) == nil || !isLocalName(remote) || !isLocalName(hostOf(r.Host)) {
		return false
	}
	for _, name := range []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	return a.ownPage(r)
}

// ownPage reports whether the request comes from no web page, from one of this
// server, or from one whose origin is allowed by name: "*" lets everybody read
// what is public, and nothing else.
func (a access) ownPage(r *http.Request) bool {
	switch origins := r.Header.Values("Origin"); {
	case len(origins) > 1:
		return false
	case len(origins) == 1:
		origin := origins[0]
		return strings.EqualFold(origin, "http://"+r.Host) || (origin != "*" && containsFold(a.origins, origin))
	}
	// A page can have something loaded without saying where it is from, such as a
	// script. A person who follows a link is welcome.
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return true
	}
	return r.Header.Get("Sec-Fetch-Mode") == "navigate"
}

// refuse answers a reader who would need the token.
func refuse(w http.ResponseWriter, r *http.Request) {
	challenge := `Bearer realm="StreamSuites"`
	if r.Header.Get("Authorization") != "" {
		challenge += `, error="invalid_token"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	w.Header().Add("Vary", "Authorization")
	writeJSON(w, http.StatusUnauthorized, problem{"this needs the dashboard's token: Authorization: Bearer <token>"})
}
