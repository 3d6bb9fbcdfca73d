//go:build unix

package onserver_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/namespaces"
	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
	"github.com/streamsuites/streamsuites/internal/standalone/temporalserver"
	"github.com/streamsuites/streamsuites/internal/temporallog"
	"github.com/streamsuites/streamsuites/workers"
)

var update = flag.Bool("update", false, "record the histories that package workflows replays")

// host is the id of the host that the tests play.
const host = "host-1"

// server is what all tests share.
var server struct {
	main, system client.Client
	hostPort     string
	ui           string // address of the web UI
	database     string // address of an empty database of our own tables
	state        string
	world        *world
}

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := serve(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func serve(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "onserver-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	database, err := pgserver.Start(ctx, pgserver.Options{Dir: filepath.Join(dir, "pg"), Fast: true, Log: zerolog.Nop()})
	if err != nil {
		return 0, err
	}
	defer database.Stop(context.Background()) //nolint:errcheck // at the end of the tests
	temporal, err := temporalserver.Start(ctx, temporalserver.Options{
		DatabaseURL: database.URL("postgres"), Log: zerolog.New(os.Stderr).Level(zerolog.ErrorLevel),
	})
	if err != nil {
		return 0, err
	}
	defer temporal.Stop(context.Background()) //nolint:errcheck // at the end of the tests
	server.ui, server.database = temporal.UIURL(), database.URL("postgres")
	if err := connect(temporal.HostPort()); err != nil {
		return 0, err
	}
	defer server.main.Close()
	defer server.system.Close()
	if err := prepare(ctx); err != nil {
		return 0, err
	}
	server.state, server.world = filepath.Join(dir, "state"), newWorld()
	set := allWorkers(server.main, server.system)
	if err := set.Start(); err != nil {
		return 0, err
	}
	defer set.Stop()
	return m.Run(), nil
}

func connect(hostPort string) (err error) {
	server.hostPort = hostPort
	if server.main, err = dial(control.Namespace); err != nil {
		return err
	}
	server.system, err = dial(control.SystemNamespace)
	return err
}

func dial(namespace string) (client.Client, error) {
	return client.Dial(client.Options{
		HostPort: server.hostPort, Namespace: namespace, Logger: temporallog.New(zerolog.Nop()),
		Identity: "recorder", // the machine's own name does not belong into recordings
	})
}

// prepare does twice what every start does, since most starts find it done.
func prepare(ctx context.Context) error {
	for range 2 {
		if err := namespaces.Ensure(ctx, server.main.WorkflowService(), namespaces.All()); err != nil {
			return err
		}
		if err := workers.EnsureSearchAttributes(ctx, server.main); err != nil {
			return err
		}
	}
	return nil
}

// allWorkers are the workers of one host that plays all roles.
func allWorkers(main, system client.Client) workers.Set {
	w := server.world
	b := workers.Base{Client: main, Log: zerolog.Nop(), StopTimeout: 2 * time.Second}
	s := b
	s.Client = system
	return workers.Set{
		workers.Control(b, &activities.ClipRecord{Store: w}, &activities.Locate{Store: w, Clock: time.Now}),
		workers.Ingest(b, &activities.Ingest{Host: w}),
		workers.Capture(b, &activities.Capture{
			StateDir: server.state, Host: host, Window: time.Minute, Sources: w, Store: w, Clock: time.Now, Log: zerolog.Nop(),
			NewRecorder: w.newRecorder,
		}),
		workers.Media(b, host,
			activities.NewMedia(server.state, w, w.cover, time.Now, 2),
			&activities.Upload{StateDir: server.state, Store: w, Destinations: w.destinations()}),
		workers.Exports(s, &activities.Exports{Exporter: w}, &activities.Housekeeping{Store: w, Keep: activities.DefaultKeep}),
	}
}
