package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/hls"
	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

const (
	// boundFile is what the folder says about the addresses in use.
	boundFile = "addresses.json"
	// lockFile is held by the process that serves the folder.
	lockFile = "lock"
)

// Addresses are where the simulators listen, as "host:port". An empty one is a
// free port of 127.0.0.1; port 0 takes the port that the folder had before, if
// that is still free.
type Addresses struct {
	Control     string
	TwitchIRC   string // TLS and plain on the same port
	TwitchHelix string // Helix and OAuth
	HLS         string
	YouTube     string // OAuth, the Data API and uploads
	Kick        string // Pusher, the API, OAuth and the site
}

// Bound is where the simulators serve.
type Bound struct {
	Control     string `json:"control"`      // http://host:port
	TwitchIRC   string `json:"twitch_irc"`   // host:port
	TwitchHelix string `json:"twitch_helix"` // http://host:port, with /helix and /oauth2 below
	HLS         string `json:"hls"`          // http://host:port
	Playlist    string `json:"playlist"`     // address of the media playlist
	YouTube     string `json:"youtube"`      // http://host:port, with /token, /youtube/v3 and /upload below
	Kick        string `json:"kick"`         // http://host:port, with /app, /public, /oauth and /api below
	CAFile      string `json:"ca_file"`      // certificate that signed the chat server's, PEM
}

// listeners are the open ports.
type listeners struct{ control, irc, helix, hls, youtube, kick net.Listener }

// listen opens all addresses, or none.
func listen(dir string, a Addresses) (_ *listeners, err error) {
	var before map[string]string
	if _, err := keep.Load(filepath.Join(dir, boundFile), &before); err != nil {
		return nil, err
	}
	l := &listeners{}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	for _, p := range []struct {
		listener   *net.Listener
		name, addr string
	}{
		{&l.control, "control", a.Control}, {&l.irc, "twitch_irc", a.TwitchIRC},
		{&l.helix, "twitch_helix", a.TwitchHelix}, {&l.hls, "hls", a.HLS},
		{&l.youtube, "youtube", a.YouTube},
		{&l.kick, "kick", a.Kick},
	} {
		if *p.listener, err = listenOn(p.addr, before[p.name]); err != nil {
			return nil, fmt.Errorf("listen for %s: %w", p.name, err)
		}
	}
	return l, nil
}

func listenOn(address, before string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if _, old, err := net.SplitHostPort(strings.TrimPrefix(before, "http://")); err == nil && port == "0" {
		if listener, err := net.Listen("tcp", net.JoinHostPort(host, old)); err == nil {
			return listener, nil
		}
	}
	return net.Listen("tcp", address)
}

func (l *listeners) close() {
	for _, listener := range []net.Listener{l.control, l.irc, l.helix, l.hls, l.youtube, l.kick} {
		if listener != nil {
			_ = listener.Close()
		}
	}
}

func (l *listeners) bound(caFile string) Bound {
	url := func(listener net.Listener) string { return "http://" + listener.Addr().String() }
	return Bound{
		Control: url(l.control), TwitchIRC: l.irc.Addr().String(), TwitchHelix: url(l.helix),
		HLS: url(l.hls), Playlist: url(l.hls) + hls.PlaylistPath, YouTube: url(l.youtube),
		Kick: url(l.kick), CAFile: caFile,
	}
}

// serveHTTP serves until ctx ends. Requests that hang on purpose end with it.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(patience) != nil {
			_ = server.Close()
		}
	})
	err := server.Serve(listener)
	if !stop() {
		<-stopped
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", listener.Addr(), err)
}

func findFFmpeg(path string) (string, error) {
	if path == "" {
		path = "ffmpeg"
	}
	found, err := exec.LookPath(path)
	if err != nil {
		return "", fmt.Errorf("find FFmpeg: %w", err)
	}
	return found, nil
}
