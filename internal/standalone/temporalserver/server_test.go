//go:build unix

package temporalserver_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/logging/logtest"
	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
	"github.com/streamsuites/streamsuites/internal/standalone/temporalserver"
)

func TestAServerRunsWorkflowsAndKeepsThemOverARestart(t *testing.T) {
	t.Parallel()
	log := &logtest.Buffer{}
	database := postgres(t, t.TempDir())
	opts := temporalserver.Options{DatabaseURL: database.URL("postgres"), Log: zerolog.New(log).Level(zerolog.WarnLevel)}
	first := start(t, opts)
	c := dial(t, first, control.Namespace)
	stopWork := work(t, c)
	for _, id := range []string{"closed", "open"} {
		_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: queue}, greet, "before")
		require.NoError(t, err)
	}
	require.NoError(t, c.SignalWorkflow(t.Context(), "closed", "", "say", "still before"))
	requireGreeting(t, c, "closed", "before, still before")
	_, err := c.WorkflowService().UpdateNamespace(t.Context(), &workflowservice.UpdateNamespaceRequest{
		Namespace: control.Namespace,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(48 * time.Hour)},
	})
	require.NoError(t, err)
	stopWork()
	c.Close()
	stop(t, first)
	require.Empty(t, log.String(), "a start and a stop in order are worth no warning")

	second := start(t, opts)
	c = dial(t, second, control.Namespace)
	defer work(t, c)()
	requireGreeting(t, c, "closed", "before, still before")
	require.NoError(t, c.SignalWorkflow(t.Context(), "open", "", "say", "after"))
	requireGreeting(t, c, "open", "before, after")
	require.Equal(t, 30*24*time.Hour, retentionOf(t, c, control.Namespace), "a changed retention is put right")
	require.NotContains(t, log.String(), database.Password())
}

func TestAKilledServerGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	crash(t, dir)
	server := start(t, temporalserver.Options{DatabaseURL: postgres(t, dir).URL("postgres"), Log: zerolog.Nop()})
	c := dial(t, server, control.Namespace)
	defer work(t, c)()
	require.NoError(t, c.SignalWorkflow(t.Context(), "waiting", "", "say", "after it"))
	requireGreeting(t, c, "waiting", "before the crash, after it")
}

func retentionOf(t *testing.T, c client.Client, namespace string) time.Duration {
	t.Helper()
	found, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	require.NoError(t, err)
	return found.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration()
}

func TestARunningServer(t *testing.T) {
	t.Parallel()
	frontend, ui, metrics := freePort(t), freePort(t), freePort(t)
	database := postgres(t, t.TempDir())
	server := start(t, temporalserver.Options{
		DatabaseURL: database.URL("postgres"), Log: zerolog.Nop(),
		FrontendPort: frontend, UIPort: ui, MetricsPort: metrics,
	})
	t.Run("listens on loopback only and on the asked ports", func(t *testing.T) {
		require.Equal(t, address(frontend), server.HostPort())
		require.Equal(t, "http://"+address(ui), server.UIURL())
		if runtime.GOOS == "linux" {
			requireNoPublicListener(t)
		}
	})
	t.Run("keeps people's work for thirty days and housekeeping for one", func(t *testing.T) {
		c := dial(t, server, control.Namespace)
		require.Equal(t, 30*24*time.Hour, retentionOf(t, c, control.Namespace))
		require.Equal(t, 24*time.Hour, retentionOf(t, c, control.SystemNamespace))
	})
	t.Run("takes search attributes and schedules at once", func(t *testing.T) { registersAtOnce(t, server) })
	t.Run("shows workflows in its web UI and lets people act on them", func(t *testing.T) { showsWorkflows(t, server) })
	t.Run("serves metrics when asked", func(t *testing.T) {
		require.Contains(t, get(t, "http://"+address(metrics)+"/metrics"), "service_requests")
	})
	t.Run("makes a second one name the port that is taken", func(t *testing.T) {
		for use, opts := range map[string]temporalserver.Options{
			"web UI":   {UIPort: ui},
			"gRPC API": {FrontendPort: frontend},
		} {
			opts.DatabaseURL, opts.Log = database.URL("postgres"), zerolog.Nop()
			_, err := temporalserver.Start(t.Context(), opts)
			conflict := (*temporalserver.PortError)(nil)
			require.ErrorAs(t, err, &conflict)
			require.Contains(t, conflict.Use, use)
			require.ErrorContains(t, err, strconv.Itoa(conflict.Port))
		}
	})
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func registersAtOnce(t *testing.T, server *temporalserver.Server) {
	c := dial(t, server, control.SystemNamespace)
	_, err := c.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		Namespace: control.SystemNamespace,
		SearchAttributes: map[string]enumspb.IndexedValueType{
			control.AttrCreator.GetName():      enumspb.INDEXED_VALUE_TYPE_KEYWORD,
			control.AttrDestinations.GetName(): enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST,
		},
	})
	require.NoError(t, err)
	defer work(t, c)()
	_, err = c.ScheduleClient().Create(t.Context(), client.ScheduleOptions{
		ID: "at-once", TriggerImmediately: true,
		Spec:   client.ScheduleSpec{Calendars: []client.ScheduleCalendarSpec{{}}, TimeZoneName: "America/Los_Angeles"},
		Action: &client.ScheduleWorkflowAction{ID: "scheduled", Workflow: greet, Args: []any{"by schedule"}, TaskQueue: queue},
	})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		found, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: `WorkflowType = "greet"`})
		return err == nil && len(found.GetExecutions()) == 1
	}, wait, tick)
}

func showsWorkflows(t *testing.T, server *temporalserver.Server) {
	c := dial(t, server, control.Namespace)
	defer work(t, c)()
	_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "clip:abc123", TaskQueue: queue}, greet, "hello")
	require.NoError(t, err)

	page := get(t, server.UIURL()+"/namespaces/default/workflows")
	require.Contains(t, page, "<html")
	script := regexp.MustCompile(`/_app/immutable/entry/start\.[\w-]+\.js`).FindString(page)
	require.NotEmpty(t, script, "the page loads the application")
	require.NotEmpty(t, get(t, server.UIURL()+script))
	require.Contains(t, get(t, server.UIURL()+"/api/v1/settings"), `"DisableNewsFetch":true`)
	require.Eventually(t, func() bool {
		return strings.Contains(get(t, server.UIURL()+"/api/v1/namespaces/default/workflows"), "clip:abc123")
	}, wait, tick)

	signal := server.UIURL() + "/api/v1/namespaces/default/workflows/" + url.PathEscape("clip:abc123") + "/signal/say"
	body := `{"signalName":"say","input":{"payloads":[{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"InRoZXJlIg=="}]}}`
	require.Equal(t, http.StatusForbidden, post(t, signal, body, "cross-site"), "not on behalf of another site")
	require.Equal(t, http.StatusOK, post(t, signal, body, "same-origin"))
	requireGreeting(t, c, "clip:abc123", "hello, there")
}

func get(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, string(text))
	return string(text)
}

// post sends what a browser would send from a page of that site.
func post(t *testing.T, address, body, site string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Sec-Fetch-Site", site)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	return response.StatusCode
}

func TestAnAddressThatCannotBeUsedIsRefusedWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"postgres://me:hush-hush@127.0.0.1:x/db", "postgres://me:hush-hush@127.0.0.1:1/db?sslmode=disable"} {
		_, err := temporalserver.Start(t.Context(), temporalserver.Options{DatabaseURL: address, Log: zerolog.Nop()})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hush")
	}
}

func TestAnInterruptedSchemaIsMadeAnewAndAStopIsQuickAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	database := postgres(t, t.TempDir())
	conn, err := pgx.Connect(t.Context(), database.URL("postgres"))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE DATABASE temporal_unfinished")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	half, err := pgx.Connect(t.Context(), database.URL("temporal_unfinished"))
	require.NoError(t, err)
	_, err = half.Exec(t.Context(), "CREATE TABLE executions (half int)")
	require.NoError(t, err)
	require.NoError(t, half.Close(t.Context()))

	server := start(t, temporalserver.Options{DatabaseURL: database.URL("postgres"), Log: zerolog.Nop()})
	dial(t, server, control.Namespace).Close()
	began := time.Now()
	stop(t, server)
	require.Less(t, time.Since(began), 10*time.Second)
	// Postgres ends a session a moment after its connection was closed; one
	// that was forgotten stays.
	require.Eventually(t, func() bool { return sessions(t, database) == "" }, wait, tick,
		"its connections to the database are closed")
	for _, left := range []string{server.HostPort(), strings.TrimPrefix(server.UIURL(), "http://")} {
		listener, err := net.Listen("tcp4", left)
		require.NoError(t, err, "its ports are free")
		require.NoError(t, listener.Close())
	}
}

// requireNoPublicListener looks at the sockets of this process.
func requireNoPublicListener(t *testing.T) {
	t.Helper()
	const listening = "0A"
	inodes := map[string]bool{}
	links, err := filepath.Glob("/proc/self/fd/*")
	require.NoError(t, err)
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, "socket:[") {
			inodes[strings.Trim(target, "socket:[]")] = true
		}
	}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		require.NoError(t, err)
		for _, line := range strings.Split(string(text), "\n")[1:] {
			fields := strings.Fields(line)
			if len(fields) > 9 && fields[3] == listening && inodes[fields[9]] {
				require.True(t, strings.HasPrefix(fields[1], "0100007F:"), "listening on %s", fields[1])
			}
		}
	}
}

func sessions(t *testing.T, database *pgserver.Server) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database.URL("postgres"))
	require.NoError(t, err)
	defer conn.Close(context.Background())
	var names string
	require.NoError(t, conn.QueryRow(t.Context(),
		"SELECT coalesce(string_agg(datname, ' '), '') FROM pg_stat_activity WHERE application_name = 'temporal'").Scan(&names))
	return names
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
