//go:build unix

package temporalserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
	"github.com/streamsuites/streamsuites/internal/standalone/temporalserver"
)

// runServer makes the test binary, run again, start Postgres and Temporal in
// that folder, start a workflow that waits, say where the server is and then
// wait to be killed.
const runServer = "TEMPORALSERVER_TEST_RUN"

// How long a test waits for something that happens soon, and how often it looks.
const (
	wait = 30 * time.Second
	tick = 20 * time.Millisecond
)

func TestMain(m *testing.M) {
	dir := os.Getenv(runServer)
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := serve(dir); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func serve(dir string) error {
	ctx := context.Background()
	database, err := pgserver.Start(ctx, pgserver.Options{Dir: dir, Fast: true})
	if err != nil {
		return err
	}
	server, err := temporalserver.Start(ctx, temporalserver.Options{DatabaseURL: database.URL("postgres")})
	if err != nil {
		return err
	}
	c, err := client.Dial(client.Options{HostPort: server.HostPort(), Logger: silent{}})
	if err != nil {
		return err
	}
	_, err = c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "waiting", TaskQueue: queue}, greet, "before the crash")
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"postgres": database.PID()}); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// crash runs serve in a process of its own and kills it.
func crash(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), runServer+"="+dir)
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	var said struct{ Postgres int }
	require.NoError(t, json.Unmarshal([]byte(line), &said), line)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
}

const queue = "test"

// greet waits for a signal and answers with what it was given and what it got.
func greet(ctx workflow.Context, given string) (string, error) {
	var got string
	workflow.GetSignalChannel(ctx, "say").Receive(ctx, &got)
	return given + ", " + got, nil
}

func postgres(t *testing.T, dir string) *pgserver.Server {
	t.Helper()
	server, err := pgserver.Start(t.Context(), pgserver.Options{Dir: dir, Fast: true, Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	return server
}

func start(t *testing.T, opts temporalserver.Options) *temporalserver.Server {
	t.Helper()
	server, err := temporalserver.Start(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(func() { stop(t, server) })
	return server
}

// stop stops a server that may have been stopped by the test already.
func stop(t *testing.T, server *temporalserver.Server) {
	t.Helper()
	require.NoError(t, server.Stop(context.Background()))
	require.NoError(t, server.Err())
}

func dial(t *testing.T, server *temporalserver.Server, namespace string) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: server.HostPort(), Namespace: namespace, Logger: silent{}})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// work runs a worker with greet until the test ends or the function it returns
// is called.
func work(t *testing.T, c client.Client) (stop func()) {
	t.Helper()
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(greet)
	require.NoError(t, w.Start())
	return w.Stop
}

func requireGreeting(t *testing.T, c client.Client, id, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	var got string
	require.NoError(t, c.GetWorkflow(ctx, id, "").Get(ctx, &got))
	require.Equal(t, want, got)
}

// silent is the SDK's log.
type silent struct{}

var _ sdklog.Logger = silent{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
