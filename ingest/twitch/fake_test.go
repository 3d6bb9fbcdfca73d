package twitch

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/logging/logtest"
)

// certificate is what the scripted server shows. It is valid at the time that
// tests with a clock of their own begin with.
var certificate = sync.OnceValues(func() (tls.Certificate, []byte) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "chat.test"},
		DNSNames: []string{"chat.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
})

// stage is a client, the scripted server that it talks to over TLS in memory,
// and everything that it told.
type stage struct {
	*recorder
	t      *testing.T
	cfg    Config
	client *Client
	log    *logtest.Buffer
	peers  chan *peer
	refuse chan error // dials that fail
	dials  []time.Time
	stop   func()
}

// play runs a test in a bubble with a clock of its own, in which waiting costs
// nothing and leaving a goroutine behind fails.
func play(t *testing.T, act func(t *testing.T, s *stage)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{recorder: &recorder{}, t: t, peers: make(chan *peer, 8), refuse: make(chan error, 64), log: &logtest.Buffer{}}
		cert, ca := certificate()
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(ca)
		s.cfg = Config{
			Endpoints: Endpoints{Address: "chat.test:6697"},
			Login:     "Bot",
			Token:     func(context.Context) (string, error) { return "oauth:secret-one", nil },
			TLS:       &tls.Config{RootCAs: pool},
			Rand:      func() float64 { return 0.999 },
			Log:       zerolog.New(s.log),
			Dial: func(context.Context, string, string) (net.Conn, error) {
				s.mu.Lock()
				s.dials = append(s.dials, time.Now())
				s.mu.Unlock()
				select {
				case err := <-s.refuse:
					return nil, err
				default:
				}
				near, far := net.Pipe()
				s.peers <- newPeer(t, tls.Server(far, &tls.Config{Certificates: []tls.Certificate{cert}}))
				return near, nil
			},
		}
		defer func() {
			if s.stop != nil {
				s.stop()
			}
		}()
		act(t, s)
	})
}

// pass lets time go by on the bubble's clock.
func pass(d time.Duration) { <-time.After(d) }

// run starts the client with these channels.
func (s *stage) run(channels ...string) {
	s.t.Helper()
	s.client = New(s.cfg, s)
	for _, name := range channels {
		require.NoError(s.t, s.client.Join(name, "creator-"+name))
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.client.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(s.t, <-done)
		for len(s.peers) > 0 {
			(<-s.peers).close()
		}
	})
}

// accept returns the next connection of the client.
func (s *stage) accept() *peer {
	s.t.Helper()
	select {
	case p := <-s.peers:
		return p
	case <-time.After(10 * time.Minute):
		require.FailNow(s.t, "the client did not connect")
		return nil
	}
}

// welcomed returns the next connection after its handshake.
func (s *stage) welcomed() *peer {
	s.t.Helper()
	p := s.accept()
	p.welcome()
	return p
}

// joined returns the next connection after it has joined the channels.
func (s *stage) joined(channels ...string) *peer {
	s.t.Helper()
	p := s.welcomed()
	for range channels {
		p.admit(strings.TrimPrefix(p.next(), "JOIN #"), "mod=0")
	}
	synctest.Wait()
	return p
}

// peer is the server's end of one connection.
type peer struct {
	t     testing.TB
	conn  net.Conn
	lines chan string
}

func newPeer(t testing.TB, conn net.Conn) *peer {
	p := &peer{t: t, conn: conn, lines: make(chan string, 4096)}
	go func() {
		defer close(p.lines)
		scanner := bufio.NewScanner(conn)
		for scanner.Scan() {
			p.lines <- scanner.Text()
		}
		conn.Close()
	}()
	return p
}

func (p *peer) close() { p.conn.Close() }

// next returns the client's next line; "" when it has closed the connection.
func (p *peer) next() string {
	p.t.Helper()
	select {
	case line := <-p.lines:
		return line
	case <-time.After(10 * time.Minute):
		require.FailNow(p.t, "the client wrote nothing")
		return ""
	}
}

// talk is next, but answers PINGs on the way.
func (p *peer) talk() string {
	p.t.Helper()
	for {
		line := p.next()
		if line != "PING :streamsuites" {
			return line
		}
		p.write(":tmi.twitch.tv PONG tmi.twitch.tv :streamsuites")
	}
}

func (p *peer) expect(lines ...string) {
	p.t.Helper()
	for _, line := range lines {
		require.Equal(p.t, line, p.next())
	}
}

// quiet checks that the client writes nothing within that time.
func (p *peer) quiet(within time.Duration) {
	p.t.Helper()
	select {
	case line, open := <-p.lines:
		require.FailNow(p.t, "unexpected line", "%q open=%v", line, open)
	case <-time.After(within):
	}
}

func (p *peer) write(lines ...string) {
	p.t.Helper()
	for _, line := range lines {
		_, err := p.conn.Write([]byte(line + "\r\n"))
		if errors.Is(err, net.ErrClosed) {
			return
		}
		require.NoError(p.t, err)
	}
}

func (p *peer) welcome() {
	p.t.Helper()
	p.expect("CAP REQ :twitch.tv/tags twitch.tv/commands")
	require.True(p.t, strings.HasPrefix(p.next(), "PASS "))
	nick := strings.TrimPrefix(p.next(), "NICK ")
	p.write(":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands",
		":tmi.twitch.tv 001 "+nick+" :Welcome, GLHF!", ":tmi.twitch.tv 376 "+nick+" :>",
		"@badges=;user-id=900 :tmi.twitch.tv GLOBALUSERSTATE")
}

func (p *peer) admit(channel, standing string) {
	p.t.Helper()
	p.write(":bot!bot@bot.tmi.twitch.tv JOIN #"+channel,
		":bot.tmi.twitch.tv 353 bot = #"+channel+" :bot", ":bot.tmi.twitch.tv 366 bot #"+channel+" :End of /NAMES list",
		"@badges=;"+standing+" :tmi.twitch.tv USERSTATE #"+channel,
		"@room-id=1;slow=0 :tmi.twitch.tv ROOMSTATE #"+channel)
}

func (p *peer) say(channel, id, text string) {
	p.t.Helper()
	p.write("@badges=;id=" + id + ";room-id=1;tmi-sent-ts=946684800000;user-id=7 :ann!ann@ann.tmi.twitch.tv PRIVMSG #" + channel + " :" + text)
}

// took answers a message as the server does when it took it.
func (p *peer) took(channel string) {
	p.t.Helper()
	p.write("@badges=;mod=0 :tmi.twitch.tv USERSTATE #" + channel)
}

func (p *peer) notice(channel, id, text string) {
	p.t.Helper()
	p.write("@msg-id=" + id + " :tmi.twitch.tv NOTICE #" + channel + " :" + text)
}
