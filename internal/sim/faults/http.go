package faults

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
)

// HTTPKinds are the kinds that Serve understands: a status to answer with
// instead of the real one, a request that is never answered, a body that breaks
// off, and a body that is not what it should be.
func HTTPKinds(more ...string) []string {
	return append([]string{"401", "403", "404", "429", "500", "503", "hang", "truncate", "malformed"}, more...)
}

// Serve answers a request in the way of kind. refuse writes the body of an
// error status in the platform's own shape; next is the true answer, which
// truncate and malformed spoil. An unknown kind gives the true answer.
func Serve(w http.ResponseWriter, r *http.Request, kind string, refuse func(http.ResponseWriter, int), next http.Handler) {
	switch kind {
	case "hang":
		// Read the body first: only then does the server notice a client that leaves.
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case "truncate":
		truncate(w, r, next)
	case "malformed":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data":[{"id":`)
	default:
		if status, err := strconv.Atoi(kind); err == nil {
			refuse(w, status)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// truncate does what was asked, promises the whole answer, sends half of it and
// breaks the connection.
func truncate(w http.ResponseWriter, r *http.Request, next http.Handler) {
	whole := httptest.NewRecorder()
	next.ServeHTTP(whole, r)
	Truncated(w, whole.Code, whole.Header(), whole.Body.Bytes())
}

// Truncated promises body, sends the first half and breaks the connection.
func Truncated(w http.ResponseWriter, status int, header http.Header, body []byte) {
	for name, values := range header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
