package twitch

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// webMessage is how many bytes of whole lines go into one WebSocket message. The
// platform, too, puts several lines into one when it has them; this is what fits
// into one TLS record.
const webMessage = 16 << 10

// ServeWebSocket accepts clients that speak chat over WebSocket, as the platform
// offers it on a port of its own, until ctx ends, and waits for all of them to
// end: one IRC line or several in each text message, the subprotocol "irc" if the
// client names it, inside TLS if the server has it. It closes listener.
func (s *Server) ServeWebSocket(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if s.options.TLS != nil {
		secure := s.options.TLS.Clone()
		secure.NextProtos = []string{"http/1.1"} // in HTTP/2 there is no upgrade
		listener = tls.NewListener(listener, secure)
	}
	var clients sync.WaitGroup
	server := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.upgrade(ctx, &clients, w, r) }),
		ReadHeaderTimeout: s.options.Patience.Login,
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := server.Serve(listener)
	cancel()
	clients.Wait()
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("accept chat clients over WebSocket: %w", err)
	}
	return nil
}

// upgrade serves one client; what is no WebSocket handshake is answered with an
// error.
func (s *Server) upgrade(ctx context.Context, clients *sync.WaitGroup, w http.ResponseWriter, r *http.Request) {
	clients.Add(1)
	defer clients.Done()
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"irc"}, InsecureSkipVerify: true})
	if err != nil {
		return // it was told
	}
	socket.SetReadLimit(maxInput)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.ServeConn(ctx, &webConn{Conn: websocket.NetConn(ctx, socket, websocket.MessageText), ctx: ctx, socket: socket})
}

// webConn is a WebSocket as ServeConn wants it: a stream of lines. Its Conn gives
// the addresses.
type webConn struct {
	net.Conn
	ctx    context.Context //nolint:containedctx // of the connection, whose methods take none
	socket *websocket.Conn
	rest   []byte // of the message that is being read
	until  atomic.Pointer[time.Time]
}

// Read implements net.Conn. Clients leave out the end of the last line.
func (c *webConn) Read(b []byte) (int, error) {
	for len(c.rest) == 0 {
		_, message, err := c.socket.Read(c.ctx)
		if err != nil {
			return 0, err
		}
		c.rest = append(message, '\r', '\n')
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// Write implements net.Conn. It cuts at ends of lines only, but for lines longer
// than a message.
func (c *webConn) Write(b []byte) (int, error) {
	ctx := c.ctx
	if until := c.until.Load(); until != nil && !until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, *until)
		defer cancel()
	}
	written := 0
	for written < len(b) {
		message := firstLines(b[written:])
		text := message
		if !utf8.Valid(text) { // no other bytes may stand in a text message
			text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
		}
		if err := c.socket.Write(ctx, websocket.MessageText, text); err != nil {
			return written, err
		}
		written += len(message)
	}
	return written, nil
}

// firstLines returns as many whole lines as fit into one message.
func firstLines(b []byte) []byte {
	if len(b) <= webMessage {
		return b
	}
	if end := bytes.LastIndexByte(b[:webMessage], '\n'); end >= 0 {
		return b[:end+1]
	}
	return b[:webMessage]
}

// SetWriteDeadline implements net.Conn.
func (c *webConn) SetWriteDeadline(t time.Time) error {
	c.until.Store(&t)
	return nil
}

// Close implements net.Conn. It does not wait for the client to agree.
func (c *webConn) Close() error { return c.socket.CloseNow() }
