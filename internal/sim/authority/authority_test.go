package authority

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func handshake(t *testing.T, server *tls.Config, caPath, name string) error {
	t.Helper()
	pem, err := os.ReadFile(caPath)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	go func() { _ = tls.Server(far, server).Handshake() }()
	return tls.Client(near, &tls.Config{RootCAs: roots, ServerName: name}).Handshake()
}

func TestClientsThatTrustTheAuthorityAcceptItsServersAfterAReopeningToo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := Open(dir)
	require.NoError(t, err)
	again, err := Open(dir)
	require.NoError(t, err)
	require.Equal(t, a.cert.Raw, again.cert.Raw)
	server, err := again.Server("localhost", "127.0.0.1")
	require.NoError(t, err)
	require.NoError(t, handshake(t, server, a.Path(), "localhost"))
	require.NoError(t, handshake(t, server, a.Path(), "127.0.0.1"))
	require.Error(t, handshake(t, server, a.Path(), "example.org"))
}

func TestTheKeyIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := Open(dir)
	require.NoError(t, err)
	info, err := os.Stat(filepath.Join(dir, "ca-key.pem"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestABrokenAuthorityIsAnErrorThatNamesTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.pem"), []byte("x"), 0o600))
	_, err := Open(dir)
	require.ErrorContains(t, err, "ca.pem")
}
