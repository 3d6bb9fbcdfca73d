package twitch

import (
	"context"
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// loopback is a scripted server behind a real socket.
func loopback(t testing.TB) (address, caFile string, peers chan *peer) {
	t.Helper()
	cert, ca := certificate()
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(caFile, ca, 0o600))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	peers = make(chan *peer, 8)
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			peers <- newPeer(t, tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}}))
		}
	})
	t.Cleanup(func() {
		listener.Close()
		accepting.Wait()
		close(peers)
		for p := range peers {
			p.close()
		}
	})
	return listener.Addr().String(), caFile, peers
}

// watch is a Handler that passes states on.
type watch struct {
	recorder
	states chan change
}

func (w *watch) OnState(channel string, state State, detail string) {
	w.states <- change{channel, state, detail}
}

func startReal(t *testing.T, cfg Config) *watch {
	t.Helper()
	w := &watch{states: make(chan change, 64)}
	client := New(cfg, w)
	require.NoError(t, client.Join("nova", "creator"))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- client.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return w
}

func TestACertificateOfAConfiguredAuthorityIsTrusted(t *testing.T) {
	t.Parallel()
	address, caFile, peers := loopback(t)
	trust, err := TLSWithCA(caFile)
	require.NoError(t, err)
	w := startReal(t, Config{Endpoints: Endpoints{Address: address}, TLS: trust})
	p := <-peers
	p.welcome()
	p.expect("JOIN #nova")
	p.admit("nova", "mod=0")
	require.Equal(t, StateConnecting, (<-w.states).state)
	require.Equal(t, StateLive, (<-w.states).state)
	p.close()
	require.Equal(t, StateDegraded, (<-w.states).state)
}

func TestAnUntrustedCertificateIsNotTalkedTo(t *testing.T) {
	t.Parallel()
	address, _, _ := loopback(t)
	w := startReal(t, Config{Endpoints: Endpoints{Address: address}})
	require.Equal(t, StateConnecting, (<-w.states).state)
	degraded := <-w.states
	require.Equal(t, StateDegraded, degraded.state)
	require.Contains(t, degraded.detail, "certificate")
}

func TestAnAuthorityFileWithoutCertificatesIsAnError(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, []byte("nothing"), 0o600))
	_, err := TLSWithCA(file)
	require.ErrorContains(t, err, "no PEM certificate")
	_, err = TLSWithCA(file + ".missing")
	require.ErrorContains(t, err, "read certificate authority")
}

func TestPlainTCPIsSpokenWhenConfigured(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	startReal(t, Config{Endpoints: Endpoints{Address: listener.Addr().String(), Plain: true}})
	conn, err := listener.Accept()
	require.NoError(t, err)
	p := newPeer(t, conn)
	p.welcome()
	p.expect("JOIN #nova")
	p.close()
}
