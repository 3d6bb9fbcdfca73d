package metrics

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

func newMetrics(t *testing.T) *Metrics {
	t.Helper()
	m, err := New(Build{"0.1.0", "2026.02.01+001", "abc"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close(t.Context())) })
	return m
}

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code)
	body, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return string(body)
}

func TestFiguresOfEveryPartAreServed(t *testing.T) {
	t.Parallel()
	m := newMetrics(t)
	ingest := m.Ingest()
	ingest.Commit(100, 3*time.Millisecond, nil)
	ingest.Commit(0, time.Second, errors.New("down"))
	ingest.Lag(20*time.Millisecond, 100)
	ingest.Signal(1, time.Millisecond, nil)
	ingest.Reply("sent")
	ingest.Poll(3, time.Millisecond, nil)
	require.NoError(t, m.ObserveHost(func() Stats {
		return Stats{Lines: 42, Committed: 40, QueueLines: 2, Uncommitted: 1500 * time.Millisecond, LastCommit: time.Unix(1769947200, 0)}
	}))
	clips := m.Clips()
	clips.Changed("queued")
	clips.Failed("disk_full")
	clips.Encoded(3*time.Second, 2*time.Second, 30*time.Second)
	clips.Uploaded("folder", 1000, time.Second, nil)
	clips.Published(12 * time.Second)
	require.NoError(t, m.ClipStates(func() map[string]int { return map[string]int{"queued": 2} }))
	m.Export()(ExportPass{Snapshot: true, Duration: time.Millisecond, Written: 1, Generation: 7})
	m.Temporal().WithTags(map[string]string{"namespace": "default"}).Counter("temporal_request").Inc(3)
	m.Temporal().Timer("temporal_request_latency").Record(30 * time.Millisecond)

	text := scrape(t, m)
	for _, line := range []string{
		`streamsuites_build_info{build="2026.02.01+001",commit="abc",version="0.1.0"} 1`,
		`streamsuites_ingest_messages_total 42`,
		`streamsuites_committer_messages_total 40`,
		`streamsuites_lane_queue_messages 2`,
		`streamsuites_committer_oldest_uncommitted_seconds 1.5`,
		`streamsuites_committer_last_commit_timestamp_seconds 1.7699472e+09`,
		`streamsuites_committer_commit_seconds_count{outcome="ok"} 1`,
		`streamsuites_committer_commit_seconds_count{outcome="failed"} 1`,
		`streamsuites_lane_lag_seconds_count 1`,
		`streamsuites_ingest_replies_total{outcome="sent"} 1`,
		`streamsuites_clips_state_changes_total{state="queued"} 1`,
		`streamsuites_clips_by_state{state="queued"} 2`,
		`streamsuites_clips_failures_total{code="disk_full"} 1`,
		`streamsuites_clips_encoded_media_seconds_total 30`,
		`streamsuites_clips_uploaded_bytes_total{destination="folder"} 1000`,
		`streamsuites_export_generation 7`,
		`temporal_request{namespace="default"} 3`,
		`temporal_request_latency_seconds_bucket{le="0.05"} 1`,
		`go_goroutines`,
	} {
		require.Contains(t, text, line)
	}
}

func TestTwoRegistriesLiveSideBySide(t *testing.T) {
	t.Parallel()
	a, b := newMetrics(t), newMetrics(t)
	a.Ingest().Reply("sent")
	require.NotContains(t, scrape(t, b), `outcome="sent"`)
}

func TestAFigureCannotBeRegisteredTwice(t *testing.T) {
	t.Parallel()
	m := newMetrics(t)
	require.NoError(t, m.ObserveHost(func() Stats { return Stats{} }))
	require.ErrorContains(t, m.ObserveHost(func() Stats { return Stats{} }), "register a metric")
	require.NoError(t, m.Register(prometheus.NewGauge(prometheus.GaugeOpts{Name: "other"})))
}

func TestConnectionsAreCountedByPlatformAndState(t *testing.T) {
	t.Parallel()
	m := newMetrics(t)
	require.NoError(t, m.ObserveConnections(func() map[[2]string]int {
		return map[[2]string]int{{"twitch", "live"}: 3, {"twitch", "silent"}: 1, {"kick", "needs_login"}: 2}
	}))
	text := scrape(t, m)
	require.Contains(t, text, `streamsuites_ingest_connections{platform="twitch",state="live"} 3`)
	require.Contains(t, text, `streamsuites_ingest_connections{platform="twitch",state="silent"} 1`)
	require.Contains(t, text, `streamsuites_ingest_connections{platform="kick",state="needs_login"} 2`)
}

func TestLoginsAreShownWithTheirEnds(t *testing.T) {
	t.Parallel()
	m := newMetrics(t)
	require.NoError(t, m.ObserveLogins(func() []Login {
		return []Login{
			{"twitch", "", "ready", time.Unix(1769947200, 0), time.Time{}},
			{"youtube", "SIDE", "ending", time.Unix(1769950800, 0), time.Unix(1770552000, 0)},
			{"kick", "", "not_logged_in", time.Time{}, time.Time{}},
		}
	}))
	text := scrape(t, m)
	for _, line := range []string{
		`streamsuites_login_state{account="",platform="twitch",state="ready"} 1`,
		`streamsuites_login_state{account="SIDE",platform="youtube",state="ending"} 1`,
		`streamsuites_login_state{account="",platform="kick",state="not_logged_in"} 1`,
		`streamsuites_login_token_expires_timestamp_seconds{account="",platform="twitch"} 1.7699472e+09`,
		`streamsuites_login_ends_timestamp_seconds{account="SIDE",platform="youtube"} 1.770552e+09`,
	} {
		require.Contains(t, text, line)
	}
	require.NotContains(t, text, `streamsuites_login_token_expires_timestamp_seconds{account="",platform="kick"}`)
	require.NotContains(t, text, `streamsuites_login_ends_timestamp_seconds{account="",platform="twitch"}`)
}

func TestWebhooksAreCountedByWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	m := newMetrics(t)
	require.NoError(t, m.ObserveWebhooks("kick", func() (map[string]int64, int64) {
		return map[string]int64{"accepted": 90, "bad_signature": 2}, 7
	}))
	text := scrape(t, m)
	require.Contains(t, text, `streamsuites_webhooks_calls_total{outcome="accepted",platform="kick"} 90`)
	require.Contains(t, text, `streamsuites_webhooks_calls_total{outcome="bad_signature",platform="kick"} 2`)
	require.Contains(t, text, `streamsuites_webhooks_late_total{platform="kick"} 7`)
}
