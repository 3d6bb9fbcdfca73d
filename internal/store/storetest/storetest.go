package storetest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
)

// template is the migrated database that every test's database is copied from.
const template = "template_store"

// shared is the cluster of this test binary, started by the first test that needs
// one and stopped by Main.
var shared struct {
	main    atomic.Bool
	once    sync.Once
	cluster *cluster
	err     error
	next    atomic.Int64
}

// Main runs the tests of a package and stops its Postgres, also when they fail:
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
func Main(m *testing.M) {
	shared.main.Store(true)
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, "storetest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// New makes a database for one test, migrated and empty, and opens it. The store is
// closed when the test ends.
func New(t testing.TB) (databaseURL string, s *store.Store) {
	t.Helper()
	databaseURL = create(t, template)
	s, err := store.Open(t.Context(), databaseURL)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return databaseURL, s
}

// Empty makes a database without any schema, for tests of migrations.
func Empty(t testing.TB) (databaseURL string) {
	t.Helper()
	return create(t, "template0")
}

func create(t testing.TB, from string) string {
	t.Helper()
	require.True(t, shared.main.Load(), "storetest: call storetest.Main from this package's TestMain, or nobody stops the database server")
	shared.once.Do(func() { shared.cluster, shared.err = startCluster(context.Background()) })
	require.NoError(t, shared.err, "storetest: start a private Postgres")
	name := fmt.Sprintf("test_%d", shared.next.Add(1))
	require.NoError(t, shared.cluster.create(t.Context(), name, from))
	return shared.cluster.server.URL(name)
}

func stop() error {
	if shared.cluster == nil {
		return nil
	}
	return shared.cluster.stop()
}
