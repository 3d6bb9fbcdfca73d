package exports

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestDocumentsLookAsTheyAlwaysDid(t *testing.T) {
	t.Parallel()
	for file, d := range build(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			golden := filepath.Join("testdata", filepath.FromSlash(file))
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
				require.NoError(t, os.WriteFile(golden, d.Data, 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), string(d.Data))
		})
	}
}

func TestDocumentsAreValid(t *testing.T) {
	t.Parallel()
	for _, d := range build(t) {
		requireValid(t, d)
	}
}

func TestEmptyDocumentsAreValidAndHoldListsInsteadOfNull(t *testing.T) {
	t.Parallel()
	clips, err := BuildClips(FileClips, ClipsInput{})
	require.NoError(t, err)
	jobs, err := BuildJobs(JobsInput{})
	require.NoError(t, err)
	snapshot, err := BuildSnapshot(SnapshotInput{Settings: Settings{Version: "0.1.0", Build: "2026.02.01+001",
		SystemPlatforms: someSettings().SystemPlatforms, HotReload: HotReload{WatchPath: "x"}}})
	require.NoError(t, err)
	for _, d := range []Document{clips, jobs, snapshot} {
		requireValid(t, d)
	}
	require.Contains(t, string(clips.Data), `"clips": []`)
	require.Contains(t, string(clips.Data), `"generated_at": "1970-01-01T00:00:00.000000Z"`)
	require.Contains(t, string(jobs.Data), `"triggers": {}`)
	require.NotContains(t, string(jobs.Data), "null")
}

func TestEveryDocumentFollowsTheRulesOfForm(t *testing.T) {
	t.Parallel()
	stamps := regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`)
	good := regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"$`)
	for file, d := range build(t) {
		text := string(d.Data)
		require.Regexp(t, `(?s)^(\{\n  "|\[\n  \{\n    ").*\S\n[\]}]\n$`, text, file)
		require.NotContains(t, text, "\r", file)
		for _, s := range stamps.FindAllString(text, -1) {
			require.Regexp(t, good, s, file)
		}
		require.NotRegexp(t, `[^"]\d[eE][+-]?\d`, text, "%s: numbers without exponent", file)
	}
}

func TestEqualRowsGiveEqualBytes(t *testing.T) {
	t.Parallel()
	for range 20 { // map order differs from run to run
		a, b := build(t), build(t)
		for file := range a {
			require.Equal(t, string(a[file].Data), string(b[file].Data), file)
		}
	}
}

// mutate calls visit with the document once for each field left out of it.
func mutate(t *testing.T, data []byte, visit func(path string, v any)) {
	t.Helper()
	var walk func(root, v any, path string)
	walk = func(root, v any, path string) {
		switch node := v.(type) {
		case map[string]any:
			for key, child := range node {
				delete(node, key)
				visit(path+"/"+key, root)
				node[key] = child
				walk(root, child, path+"/"+key)
			}
		case []any:
			for _, child := range node {
				walk(root, child, path+"/-")
			}
		}
	}
	var root any
	require.NoError(t, json.Unmarshal(data, &root))
	walk(root, root, "")
}

func TestLeavingAnyFieldOutIsNoticed(t *testing.T) {
	t.Parallel()
	// Maps by name, by creator and by source, and free payloads, have no required
	// keys, and a viewer is no team.
	free := regexp.MustCompile(`/(payload|triggers|source_messages)/|^/creators/-/platforms(_enabled)?/|/team$`)
	for file, d := range build(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			seen := 0
			mutate(t, d.Data, func(path string, v any) {
				if free.MatchString(path) || file == FileRateLimits && strings.HasSuffix(path, "/creator") {
					return // an account's limit is no creator's
				}
				seen++
				data, err := json.Marshal(v)
				require.NoError(t, err)
				// A job's error may be left out unless it failed: only the failed one has it.
				require.Error(t, Validate(Document{File: d.File, Data: data}), path)
			})
			require.Positive(t, seen)
		})
	}
}

func TestStampsComeFromTheNewestRow(t *testing.T) {
	t.Parallel()
	clips := []clip.Clip{someClip(9, clip.Queued), someClip(3, clip.Failed)}
	clips[1].UpdatedAt = at(100.5)
	d, err := BuildClips(FileClips, ClipsInput{Clips: clips, Since: at(500)})
	require.NoError(t, err)
	require.Contains(t, string(d.Data), `"generated_at": "2026-02-01T12:01:40.500000Z"`)
	in := someJobs()
	in.Fired["Qx7Zt2"]["clip"] = at(77)
	jobs, err := BuildJobs(in)
	require.NoError(t, err)
	require.Contains(t, string(jobs.Data), `"generated_at": "2026-02-01T12:01:17.000000Z"`)
}

func TestHostileTextNeverBreaksADocument(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"markup": `<script>alert("x")</script>`, "nothing": "", "invalid UTF-8": "a\xff\xfeb", "NUL": "a\x00b", "lines": "a\nb\r\nc",
		"direction": "a\u202eb\u200bc", "long": strings.Repeat("é", 5000), "only markup": "<<>>", "spaces": "   ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := someClip(1, clip.Failed)
			c.Title, c.SourceTitle, c.Creator, c.Clipper, c.RequestedBy, c.Reason, c.Destination = text, text, text, text, text, text, text
			p := someClip(2, clip.Published)
			p.Creator = text
			d, err := BuildClips(FileClips, ClipsInput{Clips: []clip.Clip{c, p}, ChannelURL: text})
			require.NoError(t, err)
			requireValid(t, d)
			require.NotContains(t, strings.ReplaceAll(string(d.Data), `"platform": `, ""), "<script")

			in := someJobs()
			in.Jobs[0].Error, in.Jobs[0].Payload = text, json.RawMessage(text)
			jobs, err := BuildJobs(in)
			require.NoError(t, err)
			requireValid(t, jobs)

			s := someSnapshot()
			s.Statuses[0].Error, s.Settings.Platforms[1].Error, s.Settings.Platforms[2].PausedReason = text, text, text+"x"
			s.Settings.Creators[0].DisplayName = text
			snapshot, err := BuildSnapshot(s)
			require.NoError(t, err)
			requireValid(t, snapshot)
		})
	}
}

func TestNumbersStayWithinWhatTheDesktopConsoleReads(t *testing.T) {
	t.Parallel()
	s := someSnapshot()
	s.Counters = append(s.Counters, store.Counter{CreatorID: "b", Platform: chat.Twitch, Messages: math.MaxInt64 / 2, Actions: -5})
	d, err := BuildSnapshot(s)
	require.NoError(t, err)
	requireValid(t, d)
	require.Contains(t, string(d.Data), `"messages": 2147483647`)
	c := someClip(1, clip.Published)
	c.Duration = 1000 * time.Hour
	clips, err := BuildClips(FileClips, ClipsInput{Clips: []clip.Clip{c}})
	require.NoError(t, err)
	requireValid(t, clips)
}

func TestPicturesAreLinkedWhereTheServerHasThem(t *testing.T) {
	t.Parallel()
	c := someClip(1, clip.Published)
	require.Equal(t, "http://127.0.0.1:8080/clips/a00001.jpg", *thumbnailURL(c))
	c.URL = "https://video.example.com/watch/a00001"
	require.Nil(t, thumbnailURL(c))
	c = someClip(1, clip.Published)
	c.Thumbnail = ""
	require.Nil(t, thumbnailURL(c))
}

func TestAddressesWithPasswordsOrOddSchemesAreNotPublished(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"javascript:alert(1)", "https://user:pass@example.com/x", "ftp://example.com", "/clips/x.mp4", "https://", "https://a b"} {
		require.Empty(t, webAddress(bad), bad)
	}
	require.Equal(t, "https://example.com/a?b=c", webAddress("https://example.com/a?b=c"))
}

func platformOf(t *testing.T, in SnapshotInput, name string) platformRow {
	t.Helper()
	for _, p := range in.Settings.Platforms {
		if p.Name == name {
			return platformRowOf(p, in)
		}
	}
	t.Fatalf("no platform %s", name)
	return platformRow{}
}

func TestAPlatformsStatusFollowsItsConnections(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		states    []string
		age       time.Duration
		configErr string
		final     bool
		status    string
		trouble   string
	}{
		"live is running":                       {states: []string{"live"}, status: "running"},
		"silent is running":                     {states: []string{"silent"}, status: "running"},
		"degraded is running":                   {states: []string{"degraded"}, status: "running"},
		"connecting":                            {states: []string{"connecting"}, status: "connecting"},
		"a missing login is an error":           {states: []string{"needs_login"}, status: "error", trouble: "c0: trouble with needs_login"},
		"one that the platform refuses":         {states: []string{"paused"}, status: "paused"},
		"waiting for quota is paused":           {states: []string{"waiting_for_quota"}, status: "paused"},
		"one that waits does not stop others":   {states: []string{"waiting_for_quota", "live"}, status: "running"},
		"one that runs makes the platform run":  {states: []string{"needs_login", "live", "connecting"}, status: "running", trouble: "c0: trouble with needs_login"},
		"no connection is inactive":             {status: "inactive"},
		"a state nobody knows is inactive":      {states: []string{"odd"}, status: "inactive"},
		"one that fell silent is inactive":      {states: []string{"live"}, age: 2 * time.Minute, status: "inactive"},
		"missing credentials are an error":      {configErr: "missing credentials: X", status: "error", trouble: "missing credentials: X"},
		"credentials do not matter to a runner": {states: []string{"live"}, configErr: "missing credentials: X", status: "running"},
		"at the end everything is inactive":     {states: []string{"live"}, final: true, status: "inactive"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := SnapshotInput{Now: at(0), Final: c.final, Settings: Settings{Platforms: []PlatformSettings{
				{Name: "twitch", State: "active", Telemetry: true, Error: c.configErr}}}}
			for i, s := range c.states {
				st := store.PlatformStatus{CreatorID: "c" + string(rune('0'+i)), Platform: chat.Twitch, State: connection.State(s), LastHeartbeat: at(-1).Add(-c.age), UpdatedAt: at(-1).Add(-c.age)}
				if s == "needs_login" {
					st.Error = "trouble with " + s
				}
				in.Statuses = append(in.Statuses, st)
			}
			row := platformOf(t, in, "twitch")
			require.Equal(t, c.status, row.Status)
			require.Equal(t, textOrNull(c.trouble), row.Error)
		})
	}
}

func TestAPlatformThatWaitsForItsQuotaSaysSo(t *testing.T) {
	t.Parallel()
	in := someSnapshot()
	in.Statuses[0].State, in.Statuses[0].Error = connection.Quota, "10,000 units are used up until 08:00 UTC"
	d, err := BuildSnapshot(in)
	require.NoError(t, err)
	requireValid(t, d)
	row := platformOf(t, in, "twitch")
	require.Equal(t, statusPaused, row.Status)
	require.True(t, row.Paused)
	require.Equal(t, "Qx7Zt2 waits for the platform's quota: 10,000 units are used up until 08:00 UTC", *row.PausedReason)
	require.Nil(t, row.Error)
}

func TestStampsAreNeverInTheFuture(t *testing.T) {
	t.Parallel()
	in := someSnapshot()
	in.Statuses[0].LastHeartbeat, in.Counters[0].LastEventAt = at(1000), at(1000)
	d, err := BuildSnapshot(in)
	require.NoError(t, err)
	require.NotContains(t, string(d.Data), "12:16:40")
}

func TestAFinalSnapshotShowsNothingActive(t *testing.T) {
	t.Parallel()
	in := someSnapshot()
	in.Final = true
	d, err := BuildSnapshot(in)
	require.NoError(t, err)
	requireValid(t, d)
	for _, active := range []string{`"running"`, `"connecting"`, `"error": "`} {
		require.NotContains(t, string(d.Data), active)
	}
}

func TestARestartThatWaitsIsShown(t *testing.T) {
	t.Parallel()
	in := someSnapshot()
	in.Settings.Pending = Pending{System: true}
	d, err := BuildSnapshot(in)
	require.NoError(t, err)
	requireValid(t, d)
	require.Contains(t, string(d.Data), `"reason": "restart required"`)
	require.Contains(t, string(d.Data), `"required": true`)
	require.NotContains(t, string(d.Data), `"applied": true`)
}

func TestOlderClipsMoveToPagesThatStayAsTheyAre(t *testing.T) {
	t.Parallel()
	var all []clip.Clip
	pages := map[string]string{}
	for n := range 26 {
		all = append([]clip.Clip{someClip(n, clip.Published)}, all...)
		docs, err := BuildAllClips(ClipsInput{Clips: all}, 5)
		require.NoError(t, err)
		require.Equal(t, FileClips, docs[len(docs)-1].File, "the front comes last")
		seen := map[string]int{}
		var changed []string
		for _, d := range docs {
			requireValid(t, d)
			var doc struct {
				Clips []struct {
					ID string `json:"clip_id"`
				} `json:"clips"`
			}
			require.NoError(t, json.Unmarshal(d.Data, &doc))
			require.LessOrEqual(t, len(doc.Clips), 5)
			for _, c := range doc.Clips {
				seen[c.ID]++
			}
			if pages[d.File] != string(d.Data) {
				changed = append(changed, d.File)
			}
			pages[d.File] = string(d.Data)
		}
		require.LessOrEqual(t, len(changed), 2, "the front and one page")
		require.Len(t, seen, n+1)
		for id, times := range seen {
			require.Equal(t, 1, times, id)
		}
		meta, err := metaOf([]part{{docs: docs, whole: true}}, Settings{Newest: 5})
		require.NoError(t, err)
		requireValid(t, meta)
		require.Equal(t, len(docs)-1, strings.Count(string(meta.Data), `"file": "clips/page-`))
	}
}

func TestOnlyDocumentsOfThisVersionAreKnownAndInternalOnesAreMarked(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"clips.json", "clips/page-1.json", "clips/page-20.json", "runtime_snapshot.json", "jobs.json", "meta.json", "manifest.json",
		"admin/creators.json", "admin_activity.json", "signals/chat_events.json"} {
		v, known := VisibilityOf(file)
		require.True(t, known && v != InternalOnly, file)
	}
	for _, file := range []string{"", "clips/page-0.json", "clips/page-01.json", "clips/page-1.json.tmp", "clips/page--1.json", "other.json", "../clips.json", "clips/../clips.json",
		"admin/integrations.json", "admin/permissions.json", "integrations.json", "permissions.json"} {
		v, known := VisibilityOf(file)
		require.False(t, known && v != InternalOnly, file)
	}
}
