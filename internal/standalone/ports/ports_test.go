package ports

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func occupy(t *testing.T, port int) {
	t.Helper()
	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
}

func TestPortsAreKeptOverRestarts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ports.json")
	book, err := Open(path)
	require.NoError(t, err)
	chosen := map[string]int{}
	for _, name := range []string{"http", "temporal", "ui", "postgres"} {
		chosen[name], err = book.Port(name)
		require.NoError(t, err)
	}

	again, err := Open(path)
	require.NoError(t, err)
	seen := map[int]bool{}
	for name, port := range chosen {
		kept, err := again.Port(name)
		require.NoError(t, err)
		require.Equal(t, port, kept, name)
		require.False(t, seen[port], "two names share port %d", port)
		require.True(t, port >= lowest && port < highest, "port %d may be in use by an outgoing connection", port)
		seen[port] = true
	}
}

func TestATakenPortIsReplacedForGood(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ports.json")
	book, err := Open(path)
	require.NoError(t, err)
	first, err := book.Port("http")
	require.NoError(t, err)
	occupy(t, first)
	require.True(t, Taken(first))

	second, err := book.Port("http")
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	again, err := Open(path)
	require.NoError(t, err)
	kept, err := again.Port("http")
	require.NoError(t, err)
	require.Equal(t, second, kept)
}

func TestAPortThatSomebodyElseChoseIsKeptToo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ports.json")
	book, err := Open(path)
	require.NoError(t, err)
	port, err := Free()
	require.NoError(t, err)
	require.NoError(t, book.Keep("postgres", port))
	again, err := Open(path)
	require.NoError(t, err)
	kept, err := again.Port("postgres")
	require.NoError(t, err)
	require.Equal(t, port, kept)
}

func TestABookThatCannotBeReadNamesItsFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ports.json")
	require.NoError(t, os.WriteFile(path, []byte(`["http"]`), 0o644))
	_, err := Open(path)
	require.ErrorContains(t, err, path)
}

func TestSillyKeptPortsAreChosenAnew(t *testing.T) {
	t.Parallel()
	for _, content := range []string{`{"http": -4}`, `{"http": 70000}`, `{"http": 0}`, `null`} {
		t.Run(content, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ports.json")
			require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
			book, err := Open(path)
			require.NoError(t, err)
			port, err := book.Port("http")
			require.NoError(t, err)
			require.True(t, valid(port))
		})
	}
}
