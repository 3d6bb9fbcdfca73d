package twitch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// maxInput is the longest thing a client may send as one line, tags included.
const maxInput = 16 << 10

// conn is one client's connection.
type conn struct {
	server *Server
	wire   net.Conn
	out    *outbox
	done   chan struct{}
	cancel context.CancelFunc

	heard  atomic.Int64 // when the client last sent something, Unix nanoseconds
	frozen atomic.Bool  // a fault: nothing is read or sent any more, yet it stays open

	// The rest belongs to the reading goroutine, except that others read the
	// capabilities and the account of a connection that is a member of a room,
	// which no longer change then but for capabilities added under the lock.
	tags, commands, membership bool
	pass                       string
	registered, anonymous      bool
	login                      string
	account                    Account
	mayRead, mayWrite          bool
	rooms                      map[string]struct{} // guarded by the server's lock
}

// ServeConn serves one client until it leaves, the server closes it, or ctx
// ends. It closes wire.
func (s *Server) ServeConn(ctx context.Context, wire net.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &conn{server: s, wire: wire, out: newOutbox(), done: make(chan struct{}), cancel: cancel, rooms: map[string]struct{}{}}
	c.heard.Store(s.now().UnixNano())
	s.enter(c)
	// Closing is what ends a write to a client that does not read.
	stop := context.AfterFunc(ctx, func() { _ = wire.Close() })
	defer stop()
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write(ctx)
		_ = wire.Close()
	}()
	c.read()
	close(c.done)
	s.leave(c)
	c.out.end()
	<-written
}

// read takes the client's lines in until the connection breaks.
func (c *conn) read() {
	lines := bufio.NewReaderSize(c.wire, maxInput)
	for {
		raw, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) || err != nil && !errors.Is(err, io.EOF) {
			return
		}
		if text := strings.TrimRight(string(raw), "\r\n"); text != "" && !c.frozen.Load() {
			c.heard.Store(c.server.now().UnixNano())
			if line, parseErr := ParseLine(text); parseErr == nil {
				c.handle(line)
			}
		}
		if err != nil {
			return
		}
	}
}

// write sends what is waiting, asks a silent client whether it lives, and ends
// when the connection is to be closed.
func (c *conn) write(ctx context.Context) {
	patience := c.server.options.Patience
	check := time.NewTicker(min(patience.Ping, patience.Pong, patience.Login) / 2)
	defer check.Stop()
	born, asked := c.server.now(), false
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.done:
			return
		case <-check.C:
			if c.frozen.Load() {
				continue
			}
			now := c.server.now()
			silent := now.Sub(time.Unix(0, c.heard.Load()))
			switch {
			case !c.server.isRegistered(c) && now.Sub(born) >= patience.Login:
				return
			case silent < patience.Ping:
				asked = false
			case !asked:
				asked = true
				c.say("PING :tmi.twitch.tv")
			case silent >= patience.Ping+patience.Pong:
				return
			}
		case <-c.out.wake:
			data, ending := c.out.take()
			if len(data) > 0 && !c.frozen.Load() {
				_ = c.wire.SetWriteDeadline(time.Now().Add(writePatience))
				if _, err := c.wire.Write(data); err != nil {
					return
				}
			}
			if ending {
				return
			}
		}
	}
}

// writePatience is how long a client may take to read a burst.
const writePatience = 30 * time.Second

// say sends one line as it is.
func (c *conn) say(line string) { c.push([]byte(line + "\r\n")) }

// send sends a rendered line in the form the client asked for.
func (c *conn) send(line rendered) {
	if c.tags {
		c.push(line.tagged)
		return
	}
	c.push(line.plain)
}

// push queues bytes; a client that reads too slowly is closed.
func (c *conn) push(data []byte) {
	if c.frozen.Load() {
		return
	}
	if !c.out.push(data) {
		c.cancel()
	}
}

// command sends a line of the commands capability to those who asked for it.
func (c *conn) command(line rendered) {
	if c.commands {
		c.send(line)
	}
}
