package httpserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

const (
	headerTimeout  = 5 * time.Second
	requestTimeout = 15 * time.Second // for reading a request and writing a small answer
	idleTimeout    = 60 * time.Second
	maxHeader      = 16 << 10
	maxConnections = 256
	stopTimeout    = 3 * time.Second
)

// Server is the HTTP server.
type Server struct {
	options  Options
	listener net.Listener
	http     *http.Server
	access   access
	hub      *hub     // nil when there is nothing to tell of
	chats    *chatHub // nil when no chat is shown
	roots    []*os.Root
}

// Listen opens the address and the folders. Nothing is served until Run.
func Listen(ctx context.Context, o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Redact == nil {
		o.Redact = func(s string) string { return s }
	}
	o.headerTimeout = cmp.Or(o.headerTimeout, headerTimeout)
	o.requestTimeout = cmp.Or(o.requestTimeout, requestTimeout)
	o.lookInterval = cmp.Or(o.lookInterval, lookInterval)
	s := &Server{options: o, access: newAccess(o)}
	s.options.Token = "" // its hash is all that is needed
	handler, err := s.handler()
	if err != nil {
		return nil, errors.Join(err, s.closeRoots())
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Address)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen for HTTP on %s: %w", o.Address, err), s.closeRoots())
	}
	s.listener = netutil.LimitListener(listener, maxConnections)
	handler = namedRightly(listener.Addr(), o.AllowHosts, handler)
	s.http = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: o.headerTimeout,
		ReadTimeout:       o.requestTimeout,
		WriteTimeout:      o.requestTimeout, // extended while a clip is sent
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          quietLog(o.Log),
	}
	return s, nil
}

// Addr is the address that the server listens on.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL is the address for a browser on this machine.
func (s *Server) URL() string {
	host, port, err := net.SplitHostPort(s.Addr().String())
	if err != nil {
		return "http://" + s.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Run serves until ctx ends, lets running requests end for a few seconds, and
// returns nil then.
func (s *Server) Run(ctx context.Context) error {
	defer func() { _ = s.closeRoots() }() // read-only handles
	ctx, cancelAll := context.WithCancel(ctx)
	var telling sync.WaitGroup
	defer telling.Wait()
	defer cancelAll()
	if s.hub != nil {
		telling.Go(func() { s.hub.run(ctx, s.options.lookInterval, s.lookFailed) })
	}
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	if s.chats != nil {
		s.chats.close()
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := s.http.Shutdown(closing); err != nil {
		// Somebody is still loading a clip; they can come back.
		_ = s.http.Close()
	}
	return nil
}

// Close gives up the address without having served.
func (s *Server) Close() error { return errors.Join(s.listener.Close(), s.closeRoots()) }

func (s *Server) closeRoots() error {
	var failed []error
	for _, r := range s.roots {
		failed = append(failed, r.Close())
	}
	s.roots = nil
	return errors.Join(failed...)
}

// openRoot opens a folder, making it if need be. Files are opened below it and
// nowhere else, whatever names and links say.
func (s *Server) openRoot(dir string) (*os.Root, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make a folder to serve: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open a folder to serve: %w", err)
	}
	s.roots = append(s.roots, root)
	return root, nil
}

func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{
		"status": "ok", "version": s.options.About.Version, "build": s.options.About.Build,
	})
}
