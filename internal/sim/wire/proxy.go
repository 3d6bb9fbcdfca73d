package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// dialTimeout bounds how long the target may take to accept a connection.
const dialTimeout = 10 * time.Second

// Proxy passes connections to a target on, under conditions that can change at
// any time. It is safe for concurrent use.
type Proxy struct {
	listener net.Listener
	running  context.Context
	end      context.CancelFunc
	all      sync.WaitGroup

	mu         sync.Mutex
	target     string
	conditions Conditions
	changed    chan struct{} // closed, and replaced, when the conditions change
	links      map[*link]struct{}
	accepted   int
}

// Listen starts a Proxy for the target, host:port, on a free port of the
// loopback interface, without faults.
func Listen(target string) (*Proxy, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen in front of %s: %w", target, err)
	}
	p := &Proxy{listener: listener, target: target, changed: make(chan struct{}), links: map[*link]struct{}{}}
	p.running, p.end = context.WithCancel(context.Background())
	p.all.Go(p.accept)
	return p, nil
}

// Address is the host:port under which the target is reached through the proxy.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Set changes the conditions, for connections that are open and for those to
// come.
func (p *Proxy) Set(c Conditions) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conditions = c
	close(p.changed)
	p.changed = make(chan struct{})
}

// Retarget makes connections to come go to another host:port.
func (p *Proxy) Retarget(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// Cut resets every connection that is open, and returns how many those were.
func (p *Proxy) Cut() int {
	open := p.open()
	for _, l := range open {
		l.reset()
	}
	return len(open)
}

// Strand makes every connection that is open silent for ever: both ends keep it
// and hear nothing more, as after a router in between has forgotten it. It
// returns how many those were. Connections to come are not concerned.
func (p *Proxy) Strand() int {
	open := p.open()
	for _, l := range open {
		l.strand()
	}
	return len(open)
}

// Connections returns how many connections are open now.
func (p *Proxy) Connections() int { return len(p.open()) }

// Accepted returns how many connections there were since the start, those that
// were turned away included.
func (p *Proxy) Accepted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.accepted
}

// Close stops listening, resets what is open, and waits until nothing is left.
func (p *Proxy) Close() error {
	p.end()
	err := p.listener.Close()
	p.Cut()
	p.all.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (p *Proxy) open() []*link {
	p.mu.Lock()
	defer p.mu.Unlock()
	open := make([]*link, 0, len(p.links))
	for l := range p.links {
		open = append(open, l)
	}
	return open
}

// now returns the conditions, and a channel that is closed when they change.
func (p *Proxy) now() (Conditions, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conditions, p.changed
}

func (p *Proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		client, ok := conn.(*net.TCPConn)
		if !ok {
			_ = conn.Close()
			continue
		}
		p.mu.Lock()
		p.accepted++
		refused := p.conditions.State == Refusing
		p.mu.Unlock()
		if refused {
			discard(client)
			continue
		}
		l := newLink(p, client)
		p.mu.Lock()
		p.links[l] = struct{}{}
		p.mu.Unlock()
		p.all.Go(func() {
			l.run()
			p.mu.Lock()
			delete(p.links, l)
			p.mu.Unlock()
		})
	}
}

// discard closes a connection so that its peer sees a reset.
func discard(conn *net.TCPConn) {
	_ = conn.SetLinger(0) // it may be closed already, which is what is wanted
	_ = conn.Close()
}
