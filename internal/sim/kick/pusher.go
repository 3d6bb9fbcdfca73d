package kick

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// maxFrame is the longest frame that a client may send, in bytes: Pusher's 10 kB
// and some more.
const maxFrame = 16 << 10

// writePatience is how long a client may take to read one frame.
const writePatience = 30 * time.Second

// conn is one client's connection to Pusher.
type conn struct {
	server *Server
	socket *websocket.Conn
	out    *outbox
	cancel context.CancelFunc
	id     string
	heard  atomic.Int64        // when the client last sent something, Unix nanoseconds
	frozen atomic.Bool         // a fault: nothing is answered or sent any more, yet it stays open
	rooms  map[string]struct{} // guarded by the server's lock
}

func (s *Server) routePusher(mux *http.ServeMux) {
	mux.HandleFunc("GET /app/{key}", s.pusher)
	mux.HandleFunc("GET /app/", s.pusher)
}

// pusher serves one client until it leaves or the server ends. A handshake that
// Pusher would refuse is accepted, told the error and closed with its code.
func (s *Server) pusher(w http.ResponseWriter, r *http.Request) {
	kind, _ := s.options.Faults.Take(TargetConnect)
	if status, err := strconv.Atoi(kind); err == nil && status < 1000 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // it was told
	}
	socket.SetReadLimit(maxFrame)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	c := &conn{server: s, socket: socket, out: newOutbox(), cancel: cancel, rooms: map[string]struct{}{}}
	c.frozen.Store(kind == "hang")
	if !s.enter(c) {
		_ = socket.CloseNow()
		return
	}
	defer s.clients.Done()
	defer s.leave(c)
	c.greet(kind, refusalOf(r, s.seed.AppKey))
	c.serve(ctx)
}

// refusalOf is the code with which Pusher refuses a request, 0 for none.
func refusalOf(r *http.Request, key string) int {
	version := r.URL.Query().Get("protocol")
	number, err := strconv.Atoi(version)
	switch {
	case r.PathValue("key") == "":
		return 4005
	case r.PathValue("key") != key:
		return 4001
	case version == "":
		return 4008
	case err != nil:
		return 4006
	case number != 7:
		return 4007
	default:
		return 0
	}
}

// greet begins the conversation, or ends it at once.
func (c *conn) greet(kind string, refusal int) {
	if code, struck := asCode(kind); struck {
		refusal = code
	}
	switch {
	case kind == "close":
		c.out.finish(ending{})
	case refusal != 0:
		c.end(refusal)
	default:
		timeout := max(1, int(c.server.options.Patience.Activity/time.Second))
		c.push(doubly("pusher:connection_established", "", map[string]any{"socket_id": c.id, "activity_timeout": timeout}))
	}
}

// end tells the client one of Pusher's errors and closes with its code.
func (c *conn) end(code int) {
	c.push(complaint(code, errorTexts[code]))
	c.out.finish(ending{code: websocket.StatusCode(code), reason: errorTexts[code]})
}

// push queues a frame; a client that reads too slowly is closed.
func (c *conn) push(data []byte) {
	if !c.frozen.Load() && !c.out.push(data) {
		c.cancel()
	}
}

// serve reads and writes until either ends.
func (c *conn) serve(ctx context.Context) {
	c.heard.Store(time.Now().UnixNano())
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write(ctx)
	}()
	c.read(ctx)
	c.cancel()
	<-written
	_ = c.socket.CloseNow()
}

// read takes the client's frames in until the connection breaks.
func (c *conn) read(ctx context.Context) {
	for {
		_, text, err := c.socket.Read(ctx)
		if err != nil {
			return
		}
		if !c.frozen.Load() {
			c.heard.Store(time.Now().UnixNano())
			c.handle(text)
		}
	}
}

// write sends what is waiting, asks a silent client whether it lives, and ends
// when the connection is to be closed.
func (c *conn) write(ctx context.Context) {
	patience := c.server.options.Patience
	check := time.NewTicker(min(patience.Activity, patience.Pong) / 4)
	defer check.Stop()
	asked := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-check.C:
			asked = c.checkLife(asked, time.Since(time.Unix(0, c.heard.Load())))
		case <-c.out.wake:
			if !c.flush(ctx) {
				return
			}
		}
	}
}

// checkLife asks a client that has been silent for long, and closes the one that
// does not answer. It reports whether the client is asked.
func (c *conn) checkLife(asked bool, silent time.Duration) bool {
	patience := c.server.options.Patience
	switch {
	case silent < patience.Activity:
		return false
	case !asked:
		c.push(plainly("pusher:ping", struct{}{}))
	case silent >= patience.Activity+patience.Pong && !c.frozen.Load():
		c.end(4201)
	}
	return true
}

// flush writes what waits and reports whether the connection goes on.
func (c *conn) flush(ctx context.Context) bool {
	frames, end := c.out.take()
	for _, data := range frames {
		within, cancel := context.WithTimeout(ctx, writePatience)
		err := c.socket.Write(within, websocket.MessageText, data)
		cancel()
		if err != nil {
			c.cancel()
			return false
		}
	}
	if end == nil {
		return true
	}
	if end.code != 0 {
		_ = c.socket.Close(end.code, end.reason) // waits a little for the client to agree
	}
	_ = c.socket.CloseNow()
	return false
}

func (s *Server) enter(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.sockets++
	c.id = fmt.Sprintf("%d.%d", 100_000+s.sockets*7919%899_983, s.now().UnixNano()%1_000_000_000)
	s.conns[c] = struct{}{}
	s.clients.Add(1)
	return true
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	for name := range c.rooms {
		delete(s.rooms[name], c)
	}
}

// Disconnect breaks every connection to Pusher at once and returns how many there
// were.
func (s *Server) Disconnect() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.cancel()
	}
	return len(s.conns)
}

// Subscribers counts the connections subscribed to each of Pusher's channels.
func (s *Server) Subscribers() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[string]int{}
	for name, members := range s.rooms {
		if len(members) > 0 {
			counts[name] = len(members)
		}
	}
	return counts
}

// privateName reports whether a name is of a kind that needs a signature.
func privateName(name string) bool {
	return strings.HasPrefix(name, "private-") || strings.HasPrefix(name, "presence-")
}
