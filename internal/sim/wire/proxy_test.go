package wire_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/wire"
)

// patience bounds what a test waits for; shortly is how long it looks for what
// must not come.
const (
	patience = 30 * time.Second
	shortly  = 100 * time.Millisecond
)

// echoing starts a server that says everything back, and a proxy in front of it.
func echoing(t *testing.T) *wire.Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	proxy, err := wire.Listen(listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, proxy.Close()) })
	return proxy
}

func dial(t *testing.T, proxy *wire.Proxy) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", proxy.Address(), patience)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func say(t *testing.T, conn net.Conn, line string) {
	t.Helper()
	_, err := io.WriteString(conn, line+"\n")
	require.NoError(t, err)
}

func hear(t *testing.T, conn net.Conn) string {
	t.Helper()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	return line
}

func requireSilence(t *testing.T, conn net.Conn) {
	t.Helper()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(shortly)))
	_, err := conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

// requireRefused checks that nobody gets through: the reset comes while the
// connection is made, or right after.
func requireRefused(t *testing.T, proxy *wire.Proxy) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", proxy.Address(), patience)
	if err != nil {
		require.ErrorIs(t, err, syscall.ECONNRESET)
		return
	}
	defer func() { _ = conn.Close() }()
	requireReset(t, conn)
}

func requireReset(t *testing.T, conn net.Conn) {
	t.Helper()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
	_, err := conn.Read(make([]byte, 1))
	require.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), "%v", err)
}

func TestItPassesBothDirectionsOnAndTheirEnds(t *testing.T) {
	t.Parallel()
	proxy := echoing(t)
	conn := dial(t, proxy).(*net.TCPConn)
	payload := make([]byte, 3<<20)
	for i := range payload {
		payload[i] = byte(i * 7)
	}
	go func() {
		_, _ = conn.Write(payload)
		_ = conn.CloseWrite()
	}()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
	heard, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Equal(t, payload, heard)
	require.Eventually(t, func() bool { return proxy.Connections() == 0 }, patience, time.Millisecond)
	require.Equal(t, 1, proxy.Accepted())
}

func TestRefusingTurnsNewConnectionsAwayAndKeepsTheOpenOnes(t *testing.T) {
	t.Parallel()
	proxy := echoing(t)
	before := dial(t, proxy)
	say(t, before, "hello")
	require.Equal(t, "hello\n", hear(t, before))

	proxy.Set(wire.Conditions{State: wire.Refusing})
	requireRefused(t, proxy)
	say(t, before, "still here")
	require.Equal(t, "still here\n", hear(t, before))

	proxy.Set(wire.Conditions{})
	after := dial(t, proxy)
	say(t, after, "back")
	require.Equal(t, "back\n", hear(t, after))
}

func TestSilenceHoldsEverythingBackAndThenLetsItGo(t *testing.T) {
	t.Parallel()
	proxy := echoing(t)
	before := dial(t, proxy)
	say(t, before, "hello")
	require.Equal(t, "hello\n", hear(t, before))

	proxy.Set(wire.Conditions{State: wire.Silent})
	during := dial(t, proxy)
	say(t, before, "one")
	say(t, during, "two")
	requireSilence(t, before)
	requireSilence(t, during)

	proxy.Set(wire.Conditions{})
	require.Equal(t, "one\n", hear(t, before))
	require.Equal(t, "two\n", hear(t, during))
}

func TestASlowNetworkTakesItsTime(t *testing.T) {
	t.Parallel()
	proxy := echoing(t)
	conn := dial(t, proxy)
	proxy.Set(wire.Conditions{Latency: 50 * time.Millisecond, BytesPerSecond: 20_000})
	began := time.Now()
	_, err := conn.Write(make([]byte, 5_000))
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
	_, err = io.ReadFull(conn, make([]byte, 5_000))
	require.NoError(t, err)
	require.GreaterOrEqual(t, time.Since(began), 350*time.Millisecond, "two ways of 50 ms, and 250 ms for the bytes")
}

func TestCuttingResetsWhatIsOpen(t *testing.T) {
	t.Parallel()
	proxy := echoing(t)
	first, second := dial(t, proxy), dial(t, proxy)
	for _, conn := range []net.Conn{first, second} {
		say(t, conn, "hello")
		require.Equal(t, "hello\n", hear(t, conn))
	}
	require.Equal(t, 2, proxy.Cut())
	requireReset(t, first)
	requireReset(t, second)
	after := dial(t, proxy)
	say(t, after, "back")
	require.Equal(t, "back\n", hear(t, after))
}

func TestAStrandedConnectionStaysSilentForEver(t *testing.T) {
	t.Parallel()
	proxy := echoing(t)
	stranded := dial(t, proxy)
	say(t, stranded, "hello")
	require.Equal(t, "hello\n", hear(t, stranded))
	require.Equal(t, 1, proxy.Strand())
	say(t, stranded, "anybody?")
	requireSilence(t, stranded)

	fresh := dial(t, proxy)
	say(t, fresh, "hello")
	require.Equal(t, "hello\n", hear(t, fresh))
	proxy.Set(wire.Conditions{})
	requireSilence(t, stranded)
}

func TestItCanBePointedElsewhere(t *testing.T) {
	t.Parallel()
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	gone := nobody.Addr().String()
	require.NoError(t, nobody.Close())
	proxy, err := wire.Listen(gone)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, proxy.Close()) })
	requireRefused(t, proxy)

	proxy.Retarget(echoing(t).Address())
	conn := dial(t, proxy)
	say(t, conn, "found")
	require.Equal(t, "found\n", hear(t, conn))
}

func TestClosingEndsWhateverTheConditions(t *testing.T) {
	t.Parallel()
	for _, c := range []wire.Conditions{
		{}, {State: wire.Refusing}, {State: wire.Silent}, {Latency: time.Hour}, {BytesPerSecond: 1},
	} {
		proxy := echoing(t)
		open, stranded := dial(t, proxy), dial(t, proxy)
		say(t, stranded, "hello")
		require.Equal(t, "hello\n", hear(t, stranded))
		proxy.Strand()
		proxy.Set(c)
		_, _ = io.WriteString(open, "some more text than passes in a moment\n")
		require.NoError(t, proxy.Close())
		require.Zero(t, proxy.Connections())
		require.NoError(t, proxy.Close(), "once more does nothing")
	}
}
