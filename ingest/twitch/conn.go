package twitch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one connection to the chat server. Reading belongs to one goroutine;
// writing may be done by any.
type conn struct {
	net.Conn
	lines  *lineReader
	timing Timing
	clock  func() time.Time

	// welcome is the end of the handshake's time while it lasts.
	welcome time.Time
	heard   atomic.Int64 // clock's Unix nanoseconds of the last bytes
	pinged  time.Time    // when the last PING was sent, by the clock; of the reading goroutine

	writing sync.Mutex
	buf     []byte
}

func dial(ctx context.Context, cfg *Config) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, cfg.Timing.Dial)
	defer cancel()
	raw, err := cfg.Dial(ctx, "tcp", cfg.Endpoints.Address)
	if err != nil {
		return nil, fmt.Errorf("connect to twitch chat: %w", err)
	}
	if !cfg.Endpoints.Plain {
		secured := tls.Client(raw, tlsFor(cfg))
		if err := secured.HandshakeContext(ctx); err != nil {
			raw.Close()
			return nil, fmt.Errorf("secure the connection to twitch chat: %w", err)
		}
		raw = secured
	}
	c := &conn{Conn: raw, timing: cfg.Timing, clock: cfg.Clock, welcome: time.Now().Add(cfg.Timing.Handshake)}
	c.lines = newLineReader((*watched)(c))
	return c, nil
}

func tlsFor(cfg *Config) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.TLS != nil {
		config = cfg.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(cfg.Endpoints.Address)
	}
	return config
}

// write sends lines, each with its end, as one piece.
func (c *conn) write(lines ...string) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.buf = c.buf[:0]
	for _, line := range lines {
		c.buf = append(append(c.buf, line...), '\r', '\n')
	}
	if err := c.SetWriteDeadline(time.Now().Add(c.timing.Write)); err != nil {
		return fmt.Errorf("write to twitch chat: %w", err)
	}
	if _, err := c.Write(c.buf); err != nil {
		c.Close() // a line that was written in part cannot be continued
		return fmt.Errorf("write to twitch chat: %w", err)
	}
	return nil
}

func (c *conn) lastHeard() time.Time { return time.Unix(0, c.heard.Load()).UTC() }

// received is when the line that was read last came off the wire: when the bytes
// with its end did. One look at the clock does for all lines of a read.
func (c *conn) received() time.Time { return c.lastHeard() }

// watched is the reading side of a conn. It sends a PING when nothing was heard
// for a while and gives up when that is not answered. The waits cover only the
// time that is spent waiting for the network: a slow handler cannot make a
// healthy connection look dead.
type watched conn

// Read implements io.Reader.
func (w *watched) Read(p []byte) (int, error) {
	deadline, pinged := time.Now().Add(w.timing.Idle), false
	for {
		if !w.welcome.IsZero() {
			deadline = w.welcome
		}
		if err := w.SetReadDeadline(deadline); err != nil {
			return 0, err
		}
		n, err := w.Conn.Read(p)
		if n > 0 {
			w.heard.Store(w.clock().UnixNano())
			return n, nil
		}
		switch {
		case err == nil:
			continue
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return 0, err
		case !w.welcome.IsZero():
			return 0, errHandshake
		case pinged:
			return 0, errNoPong
		}
		w.pinged = w.clock()
		if err := (*conn)(w).write("PING :streamsuites"); err != nil {
			return 0, err
		}
		deadline, pinged = time.Now().Add(w.timing.Pong), true
	}
}
