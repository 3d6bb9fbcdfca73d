//go:build unix

package pgserver_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
)

// runServer makes the test binary, run again, start a cluster in that folder,
// say its process id and URL and wait to be killed or for its input to end.
const runServer = "PGSERVER_TEST_RUN"

// How long a test waits for something that happens soon, and how often it looks.
const (
	wait = 20 * time.Second
	tick = 10 * time.Millisecond
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
	registry, err := process.OpenRegistry(filepath.Join(dir, "children"))
	if err != nil {
		return err
	}
	server, err := pgserver.Start(ctx, pgserver.Options{Dir: dir, Registry: registry})
	if err != nil {
		return err
	}
	fmt.Println(server.PID(), server.URL("postgres"), os.Getuid())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return server.Stop(ctx)
}

// helper is a run of serve in a process of its own.
type helper struct {
	cmd   *exec.Cmd
	stdin io.Closer
	pid   int
	url   string
	uid   int
}

func runHelper(t *testing.T, binary, dir string, as *syscall.Credential) *helper {
	t.Helper()
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), runServer+"="+dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	fields := strings.Fields(line)
	require.Len(t, fields, 3, line)
	h := &helper{cmd: cmd, stdin: stdin, url: fields[1]}
	h.pid, err = strconv.Atoi(fields[0])
	require.NoError(t, err)
	h.uid, err = strconv.Atoi(fields[2])
	require.NoError(t, err)
	return h
}

// kill ends the helper as a crash would.
func (h *helper) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, h.cmd.Process.Kill())
	_ = h.cmd.Wait()
}

func start(t *testing.T, opts pgserver.Options) *pgserver.Server {
	t.Helper()
	server, err := pgserver.Start(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	return server
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func setting(t *testing.T, conn *pgx.Conn, name string) string {
	t.Helper()
	var value string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&value))
	return value
}

func execute(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	_, err := conn.Exec(t.Context(), statement)
	require.NoError(t, err)
}

// requireAnswer fails unless the table that the test made holds its row.
func requireAnswer(t *testing.T, url string) {
	t.Helper()
	var answer int
	require.NoError(t, connect(t, url).QueryRow(t.Context(), "SELECT answer FROM kept").Scan(&answer))
	require.Equal(t, 42, answer)
}

const makeAnswer = "CREATE TABLE kept AS SELECT 42 AS answer"

func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool { return syscall.Kill(pid, 0) != nil }, wait, tick)
}

// quick gives durability up; its data survives an orderly stop and the death of
// this process, but not that of the server.
func quick(dir string) pgserver.Options {
	return pgserver.Options{Dir: dir, Fast: true, Log: zerolog.Nop()}
}

// lasting keeps what is committed.
func lasting(dir string) pgserver.Options {
	return pgserver.Options{Dir: dir, Log: zerolog.Nop()}
}
