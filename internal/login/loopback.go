package login

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Proof is what ties an answer to a request: a random state, and a verifier whose
// hash the platform got first.
type Proof struct{ State, Verifier string }

// NewProof returns a proof that nobody can guess.
func NewProof() Proof {
	random := func() string {
		var b [32]byte
		_, _ = rand.Read(b[:]) // it never fails
		return base64.RawURLEncoding.EncodeToString(b[:])
	}
	return Proof{random(), random()}
}

// Challenge is the verifier's hash, by the method S256.
func (p Proof) Challenge() string {
	sum := sha256.Sum256([]byte(p.Verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

const callback = "/callback"

// Loopback waits on this machine for the browser to come back.
type Loopback struct {
	listener net.Listener
	// Redirect is the address that the browser is sent back to.
	Redirect string
}

// Listen waits at a port of 127.0.0.1; 0 takes a free one.
func Listen(ctx context.Context, port int) (*Loopback, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("wait for the browser on port %d: %w; choose another with --port", port, err)
	}
	return &Loopback{listener, "http://" + listener.Addr().String() + callback}, nil
}

// Close stops waiting.
func (l *Loopback) Close() error { return l.listener.Close() }

// answer is what the browser brought.
type answer struct {
	code string
	err  error
}

// Await returns the code that the browser brings. It takes one answer that has the
// proof's state; others get an error page and change nothing.
func (l *Loopback) Await(ctx context.Context, proof Proof) (code string, err error) {
	answers := make(chan answer, 1)
	server := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { receive(w, r, proof, answers) }),
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l.listener) }()
	defer func() {
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if server.Shutdown(patience) != nil { // the page is still on its way
			_ = server.Close()
		}
		<-served
	}()
	select {
	case a := <-answers:
		return a.code, a.err
	case err := <-served:
		served <- err
		return "", fmt.Errorf("wait for the browser: %w", err)
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

func receive(w http.ResponseWriter, r *http.Request, proof Proof, answers chan<- answer) {
	query := r.URL.Query()
	switch {
	case r.URL.Path != callback:
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		show(w, http.StatusMethodNotAllowed, "This page is for browsers.")
		return
	case subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(proof.State)) != 1:
		show(w, http.StatusBadRequest, "This answer belongs to another login. Nothing was changed.")
		return
	}
	a := answer{code: query.Get("code"), err: refusal(query)}
	if a.err == nil && a.code == "" {
		a.err = errors.New("the platform sent the browser back without a code")
	}
	select {
	case answers <- a:
	default:
		show(w, http.StatusConflict, "This login has had its answer already.")
		return
	}
	if a.err != nil {
		show(w, http.StatusOK, "The login did not succeed. This page may be closed; the terminal says why.")
		return
	}
	show(w, http.StatusOK, "This page may be closed; the login goes on in the terminal.")
}

// refusal is the error that the platform sent with the browser (RFC 6749, section
// 4.1.2.1).
func refusal(query url.Values) error {
	switch word := query.Get("error"); word {
	case "":
		return nil
	case "access_denied":
		return ErrDenied
	default:
		return fmt.Errorf("the platform refuses the login: %q", cut(word)+describe(query.Get("error_description")))
	}
}

func describe(text string) string {
	if text == "" {
		return ""
	}
	return ": " + cut(text)
}

func cut(text string) string {
	const most = 200
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>StreamSuites</title></head>
<body style="font-family: sans-serif; margin: 4em auto; max-width: 30em"><h1>StreamSuites</h1><p>{{.}}</p></body></html>
`))

func show(w http.ResponseWriter, status int, text string) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.WriteHeader(status)
	_ = page.Execute(w, text)
}
