package wire

import (
	"context"
	"net"
	"sync"
	"time"
)

const (
	// piece is how much is read at once.
	piece = 16 << 10
	// pieces is how many may be under way in one direction; more than that waits
	// with its sender.
	pieces = 64
)

// link is one connection through a Proxy.
type link struct {
	proxy    *Proxy
	client   *net.TCPConn
	ctx      context.Context
	cancel   context.CancelFunc
	stranded chan struct{} // closed when nothing is passed on any more
	once     sync.Once

	mu     sync.Mutex
	server *net.TCPConn // nil until the target has accepted
	ended  bool
}

func newLink(p *Proxy, client *net.TCPConn) *link {
	l := &link{proxy: p, client: client, stranded: make(chan struct{})}
	l.ctx, l.cancel = context.WithCancel(p.running)
	return l
}

// run carries the connection until both directions have ended.
func (l *link) run() {
	defer l.reset()
	if !l.passable() {
		return
	}
	server, err := l.dial()
	if err != nil {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { l.carry(l.client, server) })
	both.Go(func() { l.carry(server, l.client) })
	both.Wait()
	if l.ctx.Err() == nil { // both ends have said goodbye: what they sent last must still arrive
		_ = l.client.Close()
		_ = server.Close()
	}
}

func (l *link) dial() (*net.TCPConn, error) {
	l.proxy.mu.Lock()
	target := l.proxy.target
	l.proxy.mu.Unlock()
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(l.ctx, "tcp", target)
	if err != nil {
		return nil, err
	}
	server := conn.(*net.TCPConn) //nolint:forcetypeassert // what "tcp" gives
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		discard(server)
		return nil, context.Canceled
	}
	l.server = server
	return server, nil
}

// packet is a piece of data under way.
type packet struct {
	data []byte
	due  time.Time // when it arrives, by the latency
}

// carry passes one direction on until its sender ends it.
func (l *link) carry(from, to *net.TCPConn) {
	way := make(chan packet, pieces)
	go func() {
		defer close(way)
		for {
			buffer := make([]byte, piece)
			n, err := from.Read(buffer)
			if n > 0 {
				c, _ := l.proxy.now()
				select {
				case way <- packet{buffer[:n], time.Now().Add(c.Latency)}:
				case <-l.ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range way {
		if !l.deliver(p, to) {
			l.reset()
			break
		}
	}
	for range way { // so that the reader ends
	}
	if l.passable() {
		_ = to.CloseWrite() // the other side may be gone
	}
}

// deliver writes a packet when it is due and the conditions let it through; false
// when the connection is over.
func (l *link) deliver(p packet, to *net.TCPConn) bool {
	if !l.pause(time.Until(p.due)) {
		return false
	}
	for data := p.data; len(data) > 0; {
		if !l.passable() {
			return false
		}
		part := data
		c, _ := l.proxy.now()
		if c.BytesPerSecond > 0 {
			// Twenty parts a second, so that it trickles.
			part = data[:min(len(data), max(1, c.BytesPerSecond/20))]
			if !l.pause(time.Duration(len(part)) * time.Second / time.Duration(c.BytesPerSecond)) {
				return false
			}
		}
		if _, err := to.Write(part); err != nil {
			return false
		}
		data = data[len(part):]
	}
	return true
}

// passable waits until data may pass; false when the connection is over.
func (l *link) passable() bool {
	for {
		select {
		case <-l.stranded:
			<-l.ctx.Done()
			return false
		default:
		}
		c, changed := l.proxy.now()
		if c.State != Silent {
			return l.ctx.Err() == nil
		}
		select {
		case <-changed:
		case <-l.stranded:
		case <-l.ctx.Done():
			return false
		}
	}
}

func (l *link) pause(d time.Duration) bool {
	if d <= 0 {
		return l.ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.ctx.Done():
		return false
	}
}

func (l *link) strand() { l.once.Do(func() { close(l.stranded) }) }

// reset ends the connection for both ends.
func (l *link) reset() {
	l.cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	discard(l.client)
	if l.server != nil {
		discard(l.server)
	}
}
