package exports

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestTelemetryOfARuntimeWithoutRowsIsValid(t *testing.T) {
	t.Parallel()
	events, err := BuildEvents(EventsInput{})
	require.NoError(t, err)
	require.Contains(t, string(events.Data), `"events": []`)
	errors, err := BuildErrors(ErrorsInput{})
	require.NoError(t, err)
	require.Contains(t, string(errors.Data), `"errors": []`)
	rates, err := BuildRates(RatesInput{})
	require.NoError(t, err)
	platforms, err := BuildPlatforms(PlatformsInput{})
	require.NoError(t, err)
	for _, d := range []Document{events, errors, rates, platforms} {
		requireValid(t, d)
		require.NotContains(t, string(d.Data), "null")
	}
}

// eventsOf decodes a document of events.
func eventsOf(t *testing.T, in EventsInput) []string {
	t.Helper()
	d, err := BuildEvents(in)
	require.NoError(t, err)
	requireValid(t, d)
	var doc struct {
		Events []struct {
			Timestamp time.Time
			Source    string
			Severity  string
			Message   string
		}
	}
	require.NoError(t, json.Unmarshal(d.Data, &doc))
	lines := []string{}
	for _, e := range doc.Events {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", e.Timestamp.Format("15:04:05"), e.Severity, e.Source, e.Message))
	}
	return lines
}

func TestEventsAreTheNewestTwoHundredInTheOrderOfTime(t *testing.T) {
	t.Parallel()
	in := EventsInput{Now: at(1000)}
	for n := range 250 {
		in.Events = append(in.Events, event(float64(n), "system", store.SeverityInfo, "", fmt.Sprint("n", n)))
	}
	in.Events[249].At, in.Events[240].At = at(239.5), at(5000)
	lines := eventsOf(t, in)
	require.Len(t, lines, 200)
	require.Equal(t, "12:00:50 info system: n50", lines[0])
	require.Equal(t, "12:16:40 info system: n240", lines[199], "never after now")
	require.Contains(t, lines[slices.Index(lines, "12:03:59 info system: n239")+1], "n249")
}

func TestEventsTellNothingThatWasWrittenInChat(t *testing.T) {
	t.Parallel()
	in := someEvents()
	lines := strings.Join(eventsOf(t, in), "\n")
	require.NotContains(t, lines, "Otter")
	require.NotContains(t, lines, "$.jobs")
	require.Contains(t, lines, "info clips: Clip a00001 queued\n")
	require.Contains(t, lines, "error clips: Clip a00001 failed: The disk is full.")
	require.Contains(t, lines, "12:00:07 info system: Said late", "unknown severities are information")
}

func TestHostileTextNeverBreaksTelemetry(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  ", "<>", "<script>", "a\xffb", "a\x00b", "a\nb", "a\u202eb", strings.Repeat("é", 5000)} {
		e := event(1, text, store.SeverityError, text, text+"!")
		e.ClipID = text
		st := store.PlatformStatus{CreatorID: text, Platform: chat.Platform(text), Channel: text, State: text, Error: text + "!", UpdatedAt: at(2)}
		eventsOf(t, EventsInput{Now: at(9), Events: []store.RuntimeEvent{e}})
		errorsOf(t, ErrorsInput{Now: at(9), Events: []store.RuntimeEvent{e}, Statuses: []store.PlatformStatus{st},
			Failures: []store.ClipFailure{{ClipID: text, CreatorID: text, Reason: text}}})
		rates, err := BuildRates(RatesInput{Platforms: []string{text}, Minute: map[string]Increase{text: {1, 1, 1, 1}}})
		require.NoError(t, err)
		requireValid(t, rates)
	}
}

// errorsOf decodes a document of errors: one line a row.
func errorsOf(t *testing.T, in ErrorsInput) []string {
	t.Helper()
	d, err := BuildErrors(in)
	require.NoError(t, err)
	requireValid(t, d)
	var doc struct {
		Errors []struct {
			Subsystem, Source, Message, Severity string
			Type                                 string `json:"error_type"`
			Active                               bool
		}
	}
	require.NoError(t, json.Unmarshal(d.Data, &doc))
	lines := []string{}
	for _, e := range doc.Errors {
		state := "cleared"
		if e.Active {
			state = "active " + e.Severity
		}
		lines = append(lines, fmt.Sprintf("%s/%s/%s %s: %s", e.Subsystem, e.Type, e.Source, state, e.Message))
	}
	return lines
}

func TestErrorsAreGroupedBySubsystemAndType(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"hot_reload/hot_reload_error/hot_reload active error: The changed configuration is not valid and the one before stays in force: system.json",
		"platform/platform_warning/twitch active warning: 12 messages in the chat of marmot were lost from 12:00:05 UTC for 2s: queue full",
		"clips/disk_full/Qx7Zt2 active error: Clip a00002 failed: The disk is full: free some space and retry. (2 times)",
		"platform/platform_error/twitch active error: The chat of marmot needs a login: Login authentication failed",
	}, errorsOf(t, someErrors()))
}

func TestAnErrorIsActiveAsLongAsItLasts(t *testing.T) {
	t.Parallel()
	refused := event(0, "hot_reload", store.SeverityError, "", "refused")
	lost := event(0, "twitch", store.SeverityWarning, "a", "lost")
	recording := event(0, "capture", store.SeverityError, "a", "cannot be recorded")
	retried := event(0, "clips", store.SeverityError, "a", "Clip a00001 failed: x")
	retried.ClipID = "a00001"
	status := store.PlatformStatus{CreatorID: "a", Platform: chat.Twitch, Channel: "marmot", State: "degraded", Error: "slow", UpdatedAt: at(0), LastHeartbeat: at(0)}
	failure := store.ClipFailure{ClipID: "a00001", CreatorID: "a", Code: clip.DiskFull, Reason: "x", At: at(0)}
	withdrawn := failure
	withdrawn.Code = clip.Withdrawn
	for name, c := range map[string]struct {
		in   ErrorsInput
		want string
	}{
		"a loss is for five minutes":         {ErrorsInput{Now: at(299), Events: []store.RuntimeEvent{lost}}, "active"},
		"and then over":                      {ErrorsInput{Now: at(300), Events: []store.RuntimeEvent{lost}}, "cleared"},
		"or until good news":                 {ErrorsInput{Now: at(9), Events: []store.RuntimeEvent{lost, event(1, "twitch", store.SeverityInfo, "a", "Reading")}}, "cleared"},
		"which is about the same creator":    {ErrorsInput{Now: at(9), Events: []store.RuntimeEvent{lost, event(1, "twitch", store.SeverityInfo, "b", "Reading")}}, "active"},
		"a refusal lasts":                    {ErrorsInput{Now: at(9000), Events: []store.RuntimeEvent{refused}}, "active"},
		"until the next look":                {ErrorsInput{Now: at(9000), Events: []store.RuntimeEvent{refused, event(1, "hot_reload", store.SeverityInfo, "", "in force")}}, "cleared"},
		"a recording that failed stays so":   {ErrorsInput{Now: at(9000), Events: []store.RuntimeEvent{recording}}, "active"},
		"a connection's trouble is its own":  {ErrorsInput{Now: at(9), Statuses: []store.PlatformStatus{status}}, "active"},
		"as long as a connection is heard":   {ErrorsInput{Now: at(600), Statuses: []store.PlatformStatus{status}}, ""},
		"a clip is failed until its retry":   {ErrorsInput{Now: at(90000), Failures: []store.ClipFailure{failure}}, "active"},
		"and told once":                      {ErrorsInput{Now: at(9), Failures: []store.ClipFailure{failure}, Events: []store.RuntimeEvent{retried}}, "active"},
		"a retried one is not failed":        {ErrorsInput{Now: at(9), Events: []store.RuntimeEvent{retried}}, "cleared"},
		"a withdrawn one is no error":        {ErrorsInput{Now: at(9), Failures: []store.ClipFailure{withdrawn}, Events: []store.RuntimeEvent{retried}}, ""},
		"a failure is given up after a week": {ErrorsInput{Now: at(0).Add(8 * 24 * time.Hour), Failures: []store.ClipFailure{failure}}, "cleared"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := errorsOf(t, c.in)
			if c.want == "" {
				require.Empty(t, lines)
				return
			}
			require.Len(t, lines, 1)
			require.Contains(t, lines[0], c.want)
			require.NotContains(t, lines[0], "times")
		})
	}
}

func TestErrorsAreTheNewestTwoHundred(t *testing.T) {
	t.Parallel()
	in := ErrorsInput{Now: at(1000)}
	for n := range 250 {
		in.Failures = append(in.Failures, store.ClipFailure{ClipID: "a", CreatorID: fmt.Sprint("c", n), Reason: "x", At: at(float64(n))})
	}
	lines := errorsOf(t, in)
	require.Len(t, lines, 200)
	require.Contains(t, lines[0], "c50 ")
}

func TestPlatformsTellWhatTheRuntimeCanAndMay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*PlatformsInput)
		want   string
	}{
		"it can and may": {func(*PlatformsInput) {}, "active Reads and answers chats, sees streams begin and end true"},
		"paused": {func(in *PlatformsInput) {
			in.Platforms[0].State, in.Platforms[0].PausedReason = "paused", "On <holiday>"
		}, "paused On holiday false"},
		"paused without reason": {func(in *PlatformsInput) { in.Platforms[0].State = "paused" }, "paused Paused by the configuration false"},
		"disabled":              {func(in *PlatformsInput) { in.Platforms[0].State = "disabled" }, "paused Switched off by the configuration false"},
		"not configured":        {func(in *PlatformsInput) { in.Platforms = nil }, "paused Switched off by the configuration false"},
		"nothing is polled":     {func(in *PlatformsInput) { in.Polling = false }, "paused No platform is read: polling is switched off by the configuration false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := somePlatforms()
			c.change(&in)
			d, err := BuildPlatforms(in)
			require.NoError(t, err)
			requireValid(t, d)
			var doc struct{ Platforms []platformStatus }
			require.NoError(t, json.Unmarshal(d.Data, &doc))
			for _, p := range doc.Platforms {
				if p.Name == "twitch" {
					require.Equal(t, c.want, fmt.Sprint(p.Status, " ", *p.Notes, " ", p.ReplaySupported))
					continue
				}
				if p.Name == "kick" || p.Name == "youtube" {
					require.NotEqual(t, "planned", p.Status, p.Name)
					continue
				}
				require.Equal(t, "planned", p.Status, p.Name)
				require.False(t, p.ReplaySupported || p.OverlaySupported, p.Name)
			}
		})
	}
}

func TestTelemetryIsWrittenWithTheSnapshot(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		_, _, stop := running(t, tr, &rows{})
		defer stop()
		stamps := func() (all []string) {
			for _, file := range []string{FileSnapshot, FileEvents, FileErrors, FileRates} {
				var doc struct {
					At string `json:"generated_at"`
				}
				require.NoError(t, json.Unmarshal([]byte(tr.read(tr.mirror, file)), &doc))
				all = append(all, doc.At)
			}
			return all
		}
		generation := tr.manifest().Generation
		before := stamps()
		time.Sleep(11 * time.Second)
		synctest.Wait()
		after := stamps()
		for i := range before {
			require.Equal(t, before[0], before[i])
			require.Equal(t, after[0], after[i])
			require.NotEqual(t, before[i], after[i])
		}
		require.Equal(t, generation, tr.manifest().Generation, "heartbeats are no changes")
		require.Contains(t, tr.read(tr.canonical, FileDiscord), `"running": false`)
	})
}

func TestHalfWrittenTelemetryIsSwept(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	mustWrite(t, tr.open(), Document{File: FileRates, Visibility: Public, Heartbeat: true, Data: []byte("{}")})
	left := filepath.Join(tr.mirror, "telemetry", ".rates.json-1.tmp")
	require.NoError(t, os.WriteFile(left, nil, 0o644))
	require.NoError(t, tr.open().Sweep())
	require.NoFileExists(t, left)
	require.FileExists(t, filepath.Join(tr.mirror, "telemetry", "rates.json"))
}

func TestTelemetryIsPublicAndDiscordIsNot(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]Visibility{FileEvents: Public, FileErrors: Public, FileRates: Public, FilePlatforms: Public, FileDiscord: DashboardOnly} {
		v, known := VisibilityOf(file)
		require.True(t, known, file)
		require.Equal(t, want, v, file)
	}
}

// TestTelemetryIsReadFromTheDatabase lets a real database count and fail.
func TestTelemetryIsReadFromTheDatabase(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, committer.Close(context.Background())) })
	epochs, err := s.ClaimCreators(t.Context(), "host", []string{"Qx7Zt2"})
	require.NoError(t, err)
	now := time.Now().UTC().Truncate(time.Second)
	count := func(seq, n int64, clips ...clip.Request) {
		_, err := committer.Commit(t.Context(), []store.LaneCommit{{
			CreatorID: "Qx7Zt2", Epoch: epochs["Qx7Zt2"], NextSeq: seq, Clock: now, Clips: clips,
			Counters: map[chat.Platform]store.CounterDelta{chat.Twitch: {Messages: n, LastEventAt: now}},
		}})
		require.NoError(t, err)
	}
	request := someClip(1, clip.Queued).Request
	request.RequestedAt, request.Start, request.End = now, now.Add(-30*time.Second), now
	count(2, 1000, request)

	tr := newTree(t)
	settings := someSettings()
	e := New(Options{Source: s, Settings: func() Settings { return settings }, Writer: tr.options()})
	require.NoError(t, e.Once(t.Context()))
	require.NotContains(t, tr.read(tr.mirror, FileRates), "1000", "the exporter was not there when it was counted")
	require.Contains(t, tr.read(tr.mirror, FileEvents), "Clip a00001 queued\"")
	require.Contains(t, tr.read(tr.mirror, FileErrors), `"errors": []`)

	count(3, 77)
	_, err = s.Transition(t.Context(), store.Transition{ClipID: "a00001", Seq: 1, State: clip.Failed, Reason: "Full.", Code: clip.DiskFull})
	require.NoError(t, err)
	require.NoError(t, s.SavePlatformStatus(t.Context(), []store.PlatformStatus{{CreatorID: "Qx7Zt2", Epoch: epochs["Qx7Zt2"], Platform: chat.Twitch, Channel: "marmot",
		State: "needs_login", Error: "refused", LastHeartbeat: time.Now()}}))
	require.NoError(t, e.Once(t.Context()))
	require.Contains(t, tr.read(tr.mirror, FileRates), `"value": 77`)
	errors := tr.read(tr.mirror, FileErrors)
	require.Contains(t, errors, `"error_type": "disk_full"`)
	require.Contains(t, errors, "The chat of marmot needs a login: refused")
	require.NoError(t, e.Final(t.Context()))
	for _, file := range []string{FileEvents, FileErrors, FileRates, FileDiscord, FilePlatforms} {
		requireValid(t, Document{File: file, Data: []byte(tr.read(tr.mirror, file))})
	}
}
