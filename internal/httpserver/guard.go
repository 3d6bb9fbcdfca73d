package httpserver

import (
	"encoding/json"
	stdlog "log"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/rs/zerolog"
)

// readOnly lets only reading requests through, and says on every answer that it
// is what it says it is.
func readOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
		default:
			h.Set("Allow", "GET, HEAD, OPTIONS")
			h.Set("Connection", "close") // without reading what was sent
			writeJSON(w, http.StatusMethodNotAllowed, problem{"this server is read-only: GET, HEAD or OPTIONS"})
			return
		}
		if r.Method == http.MethodOptions {
			h.Set("Allow", "GET, HEAD, OPTIONS")
		}
		next.ServeHTTP(w, r)
	})
}

// plainErrors answers OPTIONS where nothing else did, and refuses paths that a
// client should not have sent.
func plainErrors(routes *routes) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := routes.mux.Handler(r)
		switch {
		case strings.ContainsAny(r.URL.Path, "\x00\\"):
			writeJSON(w, http.StatusNotFound, problem{"not found"})
		case pattern == "":
			writeJSON(w, http.StatusNotFound, problem{"not found"})
		case r.Method == http.MethodOptions && !routes.shared[pattern]:
			w.WriteHeader(http.StatusNoContent)
		default:
			routes.mux.ServeHTTP(w, r)
		}
	})
}

// namedRightly refuses requests that name a host which is not this one: a page
// somewhere else may have had its name point here to read what it must not. On the
// loopback interface that is every name but this machine's and those allowed;
// elsewhere, where names are the network's, all but the allowed ones if there are
// any. Addresses cannot be made to point elsewhere.
func namedRightly(at net.Addr, allowed []string, next http.Handler) http.Handler {
	own := isLocalName
	if !isLoopback(at) {
		if len(allowed) == 0 {
			return next
		}
		own = func(host string) bool { return isLocalName(host) || net.ParseIP(host) != nil }
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host := hostOf(r.Host); !own(host) && !containsFold(allowed, host) {
			writeJSON(w, http.StatusMisdirectedRequest, problem{"this server does not go by that name; see http.allow_hosts in system.json"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

func hostOf(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return strings.TrimSuffix(strings.Trim(host, "[]"), ".")
}

func isLocalName(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

func containsFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// sharedWith lets pages of the given origins read the answers.
func sharedWith(origins []string) func(http.Handler) http.Handler {
	all := slices.Contains(origins, "*")
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			origin := r.Header.Get("Origin")
			switch {
			case all:
				h.Set("Access-Control-Allow-Origin", "*")
			case len(origins) > 0:
				h.Add("Vary", "Origin")
				if containsFold(origins, origin) {
					h.Set("Access-Control-Allow-Origin", origin)
				}
			}
			granted := h.Get("Access-Control-Allow-Origin") != ""
			if granted {
				h.Set("Access-Control-Expose-Headers", "ETag, Last-Modified, Content-Range, Accept-Ranges, Retry-After")
				h.Set("Cross-Origin-Resource-Policy", "cross-origin")
			}
			if r.Method == http.MethodOptions {
				if granted {
					h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
					h.Set("Access-Control-Allow-Headers", "Authorization, Range, If-None-Match, If-Modified-Since, Cache-Control, Last-Event-ID")
					h.Set("Access-Control-Max-Age", "600")
					if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
						// The page is not from this network, and allowed nevertheless.
						h.Set("Access-Control-Allow-Private-Network", "true")
					}
				}
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

type problem struct {
	Error string `json:"error"`
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, "this answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n')) // the client may be gone
}

// quietLog passes what net/http complains about, mostly clients', on at debug.
func quietLog(log zerolog.Logger) *stdlog.Logger {
	return stdlog.New(debugWriter{log}, "", 0)
}

type debugWriter struct{ log zerolog.Logger }

// Write implements io.Writer.
func (w debugWriter) Write(p []byte) (int, error) {
	w.log.Debug().Str("from", "net/http").Msg(strings.TrimSpace(string(p)))
	return len(p), nil
}
