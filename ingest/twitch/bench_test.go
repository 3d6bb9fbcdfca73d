package twitch

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// counting is a Handler that reports when it has seen so many messages.
type counting struct {
	discard
	seen, want atomic.Int64
	live       chan struct{}
	full       chan struct{}
}

func (c *counting) OnEvent(chat.Event) {
	if c.seen.Add(1) == c.want.Load() {
		close(c.full)
	}
}

func (c *counting) OnState(_ string, state State, _ string) {
	if state == StateLive {
		close(c.live)
	}
}

// BenchmarkConnection measures one connection from the socket through TLS to
// the handler, the server's side included.
func BenchmarkConnection(b *testing.B) {
	address, caFile, peers := loopback(b)
	trust, err := TLSWithCA(caFile)
	require.NoError(b, err)
	h := &counting{live: make(chan struct{}), full: make(chan struct{})}
	client := New(Config{Endpoints: Endpoints{Address: address}, TLS: trust}, h)
	require.NoError(b, client.Join("xqcow", "creator"))
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- client.Run(ctx) }()
	p := <-peers
	p.welcome()
	p.expect("JOIN #xqcow")
	p.admit("xqcow", "mod=0")
	<-h.live

	var block []byte
	perBlock := 0
	for _, line := range realLines(b) {
		if bytes.Contains(line, []byte(" PRIVMSG ")) {
			block = append(append(block, line...), '\r', '\n')
			perBlock++
		}
	}
	blocks := b.N/perBlock + 1
	h.want.Store(int64(blocks * perBlock))
	b.ReportAllocs()
	b.ResetTimer()
	for range blocks {
		_, err := p.conn.Write(block)
		require.NoError(b, err)
	}
	<-h.full
	b.StopTimer()
	b.ReportMetric(float64(blocks*perBlock)/b.Elapsed().Seconds(), "lines/s")
	cancel()
	require.NoError(b, <-done)
}
