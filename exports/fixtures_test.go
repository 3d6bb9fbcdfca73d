package exports

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// at is a moment of the test day, given as seconds after noon.
func at(seconds float64) time.Time {
	noon := time.Date(2026, 2, 1, 12, 0, 0, 0, time.FixedZone("east", 3600)).Add(time.Hour)
	return noon.Add(time.Duration(seconds * float64(time.Second)))
}

func someClip(n int, state clip.State) clip.Clip {
	id := fmt.Sprintf("a%05d", n)
	c := clip.Clip{
		Request: clip.Request{
			ClipID: id, JobID: fmt.Sprintf("8c2c52a8-0000-4000-8000-%012d", n), CreatorID: "Qx7Zt2", Creator: "Marmot Lantern",
			Title: "Otter parade - 02/01/26 clip by viewer77 [" + id + "]", SourceTitle: "Otter parade", Platform: chat.Twitch, Channel: "marmot",
			MessageID: "m1", RequestedBy: "twitch:viewer77", Clipper: "viewer77", RequestedAt: at(float64(n)), Destination: "folder",
		},
		State: state, CreatedAt: at(float64(n)), UpdatedAt: at(float64(n) + 0.25),
	}
	switch state {
	case clip.Published:
		c.URL, c.Thumbnail, c.OutputPath = "http://127.0.0.1:8080/clips/"+id+".mp4", "clips/output/"+id+".jpg", "clips/output/"+id+".mp4"
		c.Duration, c.PublishedAt = 29967*time.Millisecond, at(float64(n)+0.25)
	case clip.Failed:
		c.Reason, c.FailureCode = "The disk is full: free some space and retry.", clip.DiskFull
	}
	return c
}

// clipsInAllStates are one clip of each state, the newest first.
func clipsInAllStates() []clip.Clip {
	var clips []clip.Clip
	for i, s := range clip.States {
		clips = append([]clip.Clip{someClip(i, s)}, clips...)
	}
	return clips
}

func someJobs() JobsInput {
	job := func(n int, status store.JobStatus) store.Job {
		j := store.Job{ID: fmt.Sprintf("8c2c52a8-0000-4000-8000-%012d", n), ClipID: "a00001", Type: "clip", CreatorID: "Qx7Zt2", Status: status,
			Payload: json.RawMessage(`{"seconds": 30, "requested_by": "twitch:viewer77"}`), CreatedAt: at(float64(n)), UpdatedAt: at(float64(n) + 1.5)}
		if status != store.JobPending {
			j.StartedAt = at(float64(n) + 1)
		}
		if status == store.JobCompleted || status == store.JobFailed {
			j.CompletedAt = at(float64(n) + 1.5)
		}
		if status == store.JobFailed {
			j.Error = "The disk is full."
		}
		return j
	}
	return JobsInput{
		Jobs:     []store.Job{job(1, store.JobFailed), job(2, store.JobCompleted), job(3, store.JobRunning), job(4, store.JobPending)},
		Fired:    map[string]map[string]time.Time{"Qx7Zt2": {"clip": at(4.25), "ping": at(2)}},
		Switches: map[string]bool{"clips": true}, Since: at(-3600),
	}
}

func someSettings() Settings {
	return Settings{
		Version: "0.1.0", Build: "2026.02.01+001", Since: at(-3600), Polling: true,
		SystemPlatforms: map[string]bool{"youtube": true, "twitch": true, "discord": true, "kick": false, "rumble": true},
		HotReload:       HotReload{false, "shared/config", 5},
		Jobs:            map[string]bool{"clips": true, "polls": false, "tallies": true},
		Platforms: []PlatformSettings{
			{Name: "twitch", State: "active", Telemetry: true, Replay: true, Overlay: true},
			{Name: "youtube", State: "active", Telemetry: true, Error: "missing credentials: YOUTUBE_API_KEY", Replay: true, Overlay: true},
			{Name: "rumble", State: "paused", Telemetry: true, PausedReason: "Platform ingestion paused", Replay: true, Overlay: true},
			{Name: "kick", State: "disabled"}, {Name: "discord", State: "disabled"}, {Name: "pilled", State: "disabled", Replay: true},
		},
		Creators: []CreatorSettings{
			{"Qx7Zt2", "Marmot Lantern", true, map[string]bool{"twitch": true, "youtube": true, "rumble": false}},
			{"Ab3dE9", "", false, nil},
		},
		Newest: 500, Tables: someTables(),
	}
}

func someSnapshot() SnapshotInput {
	return SnapshotInput{
		Now: at(60), Settings: someSettings(),
		Statuses: []store.PlatformStatus{
			{CreatorID: "Qx7Zt2", Platform: chat.Twitch, Channel: "marmot", State: "live", LastHeartbeat: at(58), LastSuccess: at(57), UpdatedAt: at(58)},
		},
		Counters: []store.Counter{
			{CreatorID: "Qx7Zt2", Platform: chat.Twitch, Messages: 4211, Triggers: 37, Actions: 31, ActionsFailed: 2, LastEventAt: at(59.5)},
		},
		Recorded: []Recorded{{"Qx7Zt2", chat.Twitch, 4211, at(59.5)}},
		Triggers: someTriggers(),
	}
}

// build builds one document of each kind from the fixtures.
func build(t *testing.T) map[string]Document {
	t.Helper()
	docs := map[string]Document{}
	add := func(d Document, err error) {
		require.NoError(t, err)
		docs[d.File] = d
	}
	add(BuildClips(FileClips, ClipsInput{Clips: clipsInAllStates(), ChannelURL: "https://video.example.com/c/marmot", Since: at(-3600)}))
	add(BuildJobs(someJobs()))
	add(BuildMeta(2, at(-3600)))
	add(BuildSnapshot(someSnapshot()))
	for _, document := range releaseBuilders() {
		add(document(someRelease()))
	}
	add(BuildEvents(someEvents()))
	add(BuildErrors(someErrors()))
	add(BuildRates(someRates()))
	add(BuildDiscordRuntime())
	add(BuildPlatforms(somePlatforms()))
	addTables(add)
	add(BuildCounters(someCounters()))
	add(BuildQuotas(someQuotas()))
	add(BuildPolls(FilePolls, somePolls()))
	add(BuildTallies(FileTallies, someTallies()))
	add(BuildScoreboards(FileScoreboards, someScoreboards()))
	add(BuildScoreSnapshot(ScoreSnapshotInput{"Qx7Zt2", someScoreboards().Scoreboards}))
	log, err := BuildChatLog(someChatLog())
	require.NoError(t, err)
	require.Len(t, log, 1)
	add(log[0], nil)
	add(BuildPollVotes(someVotes()))
	add(BuildTallyEvents(someIncrements()))
	add(BuildScoreEvents(someScores()))
	return docs
}

// contractSchema compiles a schema of the export contract that the checkout
// stands beside, or returns nil where there is none: the documents are always
// held against the schemas of this package as well.
func contractSchema(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "shared", "contract", "schemas", schemaName(file)+".schema.json"))
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	s, err := compiler.Compile(path)
	require.NoError(t, err)
	return s
}

// requireValid holds a document against both schemas.
func requireValid(t *testing.T, d Document) {
	t.Helper()
	require.NoError(t, Validate(d))
	if s := contractSchema(t, d.File); s != nil {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(d.Data)))
		require.NoError(t, err)
		require.NoError(t, s.Validate(v))
	}
}
