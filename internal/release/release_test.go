package release

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/version"
)

var update = flag.Bool("update", false, "add new ids to the list of those that are taken")

func TestTheRecordsAreInOrder(t *testing.T) {
	t.Parallel()
	records, err := Recorded()
	require.NoError(t, err)
	require.NotEmpty(t, records.Changelog)
	require.NotEmpty(t, records.Roadmap)
	require.NotEmpty(t, records.About.Platforms)

	kept, err := os.ReadFile("changelog.json")
	require.NoError(t, err)
	written, err := encodeChangelog(records.Changelog)
	require.NoError(t, err)
	require.Equal(t, string(written), string(kept), "kept as a stamp writes it, so that a release changes no other line")
	for _, c := range records.Changelog {
		require.LessOrEqual(t, c.Date, time.Now().UTC().Format(dayForm), "%s is of the future", c.ID)
	}
}

func TestTheChangelogTellsOfTheReleasesInCHANGELOGmd(t *testing.T) {
	t.Parallel()
	records, err := Recorded()
	require.NoError(t, err)
	markdown, err := os.ReadFile("../../CHANGELOG.md")
	require.NoError(t, err)
	require.NoError(t, Corresponds(records.Changelog, string(markdown)))
}

// The dashboard remembers ids, so that one that was in use is never given away or
// changed. testdata/ids.txt lists all that ever were; -update adds the new ones.
func TestIDsAreForEver(t *testing.T) {
	t.Parallel()
	records, err := Recorded()
	require.NoError(t, err)
	var now []string
	for _, c := range records.Changelog {
		now = append(now, "changelog "+c.ID)
	}
	for _, g := range records.Roadmap {
		now = append(now, "roadmap "+g.ID)
	}
	slices.Sort(now)
	const list = "testdata/ids.txt"
	text, err := os.ReadFile(list)
	require.NoError(t, err)
	taken := strings.Fields(strings.ReplaceAll(string(text), " ", "\x00"))
	for i := range taken {
		taken[i] = strings.ReplaceAll(taken[i], "\x00", " ")
		require.Contains(t, now, taken[i], "this id was in use and has to stay")
	}
	if *update {
		require.NoError(t, os.WriteFile(list, []byte(strings.Join(now, "\n")+"\n"), 0o644))
		return
	}
	require.Equal(t, taken, now, "run with -update to take new ids")
}

const change = `{"id": "a", "date": "2026-01-02", "version": "1.2.3", "scope": "runtime", "title": "T", "summary": "S", "details": ["D"], "tags": ["t"]}`

// waiting is a change without a release.
func waiting(id string) string {
	return strings.NewReplacer(`"date": "2026-01-02", "version": "1.2.3", `, "", `"a"`, `"`+id+`"`).Replace(change)
}

func TestAMistakeInTheChangelogIsNamed(t *testing.T) {
	t.Parallel()
	_, err := ParseChangelog([]byte("[" + change + "]"))
	require.NoError(t, err)
	for complaint, with := range map[string][2]string{
		"the id has other":         {`"id": "a"`, `"id": "A b"`},
		"date is \"2026-02-30\"":   {"2026-01-02", "2026-02-30"},
		"belong together":          {`"version": "1.2.3", `, ``},
		"version is \"v1.2.3\"":    {"1.2.3", "v1.2.3"},
		"version is \"next\"":      {"1.2.3", "next"},
		"scope is \"site\"":        {"runtime", "site"},
		"title is missing":         {`"T"`, `""`},
		"the dashboard hides":      {`"T"`, `"Runtime RESUMED"`},
		"summary has line breaks":  {`"S"`, `"S<b>"`},
		"details[0] has line":      {`"D"`, `"D\nE"`},
		"details and tags":         {`, "tags": ["t"]`, ``},
		"tags[0] has":              {`["t"]`, `["T"]`},
		"the tag t stands twice":   {`["t"]`, `["t", "t"]`},
		"unknown field \"titel\"":  {`"title"`, `"titel"`},
		"something stands behind":  {`]}`, `]}] [`},
		"cannot unmarshal":         {`["D"]`, `"D"`},
		"the id stands twice":      {"", change + ","},
		"a: stands below an older": {"", strings.NewReplacer(`"a"`, `"b"`, "2026-01-02", "2025-01-02").Replace(change) + ","},
		"b: stands below an older": {`}`, `},` + waiting("b")}, // what is unreleased comes first
	} {
		text := strings.Replace(change, with[0], with[1], 1)
		_, err := ParseChangelog([]byte("[" + text + "]"))
		require.ErrorContains(t, err, complaint)
		require.ErrorContains(t, err, "changelog.json")
	}
}

func TestAGoalIsAsFarAsItsPartsAre(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		goal    Goal
		status  Status
		percent int32
		parts   string
	}{
		{Goal{Done: []string{"a", "b"}}, Complete, 100, "Done: a, b."},
		{Goal{Open: []string{"a"}}, Planned, 0, "To come: a."},
		{Goal{Open: []string{"a"}, Now: Active}, Active, 0, "To come: a."},
		{Goal{Done: []string{"a"}, Open: []string{"b", "c"}}, Partial, 33, "Done: a. To come: b, c."},
		{Goal{Done: []string{"a"}, Open: []string{"b"}, Now: Paused}, Paused, 50, "Done: a. To come: b."},
	} {
		require.Equal(t, c.status, c.goal.Status())
		require.Equal(t, c.percent, c.goal.Percent())
		require.Equal(t, c.parts, c.goal.Parts())
	}
	require.Equal(t, "1 of 3 parts", Goal{Done: []string{"a"}, Open: []string{"b", "c"}}.Count())
}

func TestAMistakeInTheRoadmapIsNamed(t *testing.T) {
	t.Parallel()
	for complaint, text := range map[string]string{
		"the id stands twice":      `[{"id":"a","title":"T","description":"D","done":["x"],"open":[]},{"id":"a","title":"T","description":"D","done":["x"],"open":[]}]`,
		"a goal has parts":         `[{"id":"a","title":"T","description":"D","done":[],"open":[]}]`,
		"title is missing":         `[{"id":"a","description":"D","done":["x"],"open":[]}]`,
		"description has":          `[{"id":"a","title":"T","description":"a > b","done":["x"],"open":[]}]`,
		"now is \"complete\"":      `[{"id":"a","title":"T","description":"D","now":"complete","done":[],"open":["x"]}]`,
		"nobody works on it":       `[{"id":"a","title":"T","description":"D","now":"active","done":["x"],"open":[]}]`,
		"a part is missing":        `[{"id":"a","title":"T","description":"D","done":[""],"open":[]}]`,
		"unknown field \"status\"": `[{"id":"a","status":"complete"}]`,
	} {
		_, err := ParseRoadmap([]byte(text))
		require.ErrorContains(t, err, complaint)
	}
}

func TestAMistakeInAboutIsNamed(t *testing.T) {
	t.Parallel()
	const good = `{"owner":"O","copyright":"C","notice":"","platforms":[{"platform":"twitch","status":"active","notes":"N"}],"control_planes":[{"name":"chat","status":"planned","notes":"N","public":true}]}`
	_, err := ParseAbout([]byte(good))
	require.NoError(t, err)
	for complaint, with := range map[string][2]string{
		"owner is missing":                {`"O"`, `""`},
		"copyright has":                   {`"C"`, `" C"`},
		"notice has":                      {`"notice":""`, `"notice":"<"`},
		"platform myspace: is not one":    {"twitch", "myspace"},
		"platform twitch: stands twice":   {`"notes":"N"}`, `"notes":"N"},{"platform":"twitch","status":"active","notes":"N"}`},
		"platform twitch: status is":      {`"active"`, `"on"`},
		"control plane chat: status is":   {`"planned"`, `""`},
		"control plane chat: notes is":    {`"notes":"N","public"`, `"notes":"","public"`},
		"control plane : name is missing": {`"name":"chat"`, `"name":""`},
	} {
		_, err := ParseAbout([]byte(strings.Replace(good, with[0], with[1], 1)))
		require.ErrorContains(t, err, complaint)
	}
}

// checkout makes a small checkout with one release and one change after it.
func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	released := strings.ReplaceAll(change, `"a"`, `"old"`)
	for file, text := range map[string]string{
		constantFile:  "package version\n\nconst Version = \"1.2.3\"\n",
		changelogFile: "[" + waiting("new") + "," + released + "]",
		markdownFile:  "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- D\n\n## [1.2.3] - 2026-01-02\n\n- D\n",
		roadmapFile:   "[]", aboutFile: `{"owner":"O","copyright":"C"}`,
	} {
		path := filepath.Join(dir, filepath.FromSlash(file))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func stampAs(t *testing.T, v, build string) version.Release {
	t.Helper()
	r, err := version.ParseRelease(v, build, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	return r
}

func read(t *testing.T, dir, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
	require.NoError(t, err)
	return string(text)
}

func TestACheckoutIsStampedInAllThreePlaces(t *testing.T) {
	t.Parallel()
	dir := checkout(t)
	plan, err := PlanCheckout(dir, stampAs(t, "v1.3.0-alpha", "2026.02.01+001"))
	require.NoError(t, err)
	require.Contains(t, read(t, dir, constantFile), "1.2.3", "planning writes nothing")
	changed, err := plan.Write()
	require.NoError(t, err)
	require.Len(t, changed, 3)
	require.Equal(t, "package version\n\nconst Version = \"1.3.0-alpha\"\n", read(t, dir, constantFile))
	require.Equal(t, "# Changelog\n\n## [Unreleased]\n\n## [1.3.0-alpha] - 2026-02-01\n\n### Added\n\n- D\n\n## [1.2.3] - 2026-01-02\n\n- D\n", read(t, dir, markdownFile))
	changes, err := ParseChangelog([]byte(read(t, dir, changelogFile)))
	require.NoError(t, err)
	require.Equal(t, changes, plan.Records.Changelog)
	require.Equal(t, []string{"new", "1.3.0-alpha", "2026-02-01"}, []string{changes[0].ID, changes[0].Version, changes[0].Date})
	require.Equal(t, "1.2.3", changes[1].Version, "a release stays as it was")

	again, err := PlanCheckout(dir, stampAs(t, "1.3.0-alpha", "2026.02.01+002"))
	require.NoError(t, err)
	changed, err = again.Write()
	require.NoError(t, err)
	require.Empty(t, changed)
}

func TestAnInterruptedStampOfACheckoutGoesOn(t *testing.T) {
	t.Parallel()
	for _, done := range [][]string{{markdownFile}, {markdownFile, changelogFile}} {
		whole, part := checkout(t), checkout(t)
		r := stampAs(t, "1.3.0", "2026.02.01+001")
		plan, err := PlanCheckout(whole, r)
		require.NoError(t, err)
		_, err = plan.Write()
		require.NoError(t, err)
		for _, file := range done {
			require.NoError(t, os.WriteFile(filepath.Join(part, filepath.FromSlash(file)), []byte(read(t, whole, file)), 0o644))
		}
		plan, err = PlanCheckout(part, r)
		require.NoError(t, err)
		_, err = plan.Write()
		require.NoError(t, err)
		for _, file := range []string{constantFile, changelogFile, markdownFile} {
			require.Equal(t, read(t, whole, file), read(t, part, file))
		}
	}
}

func TestACheckoutInDisorderIsNotStamped(t *testing.T) {
	t.Parallel()
	r := stampAs(t, "1.3.0", "2026.02.01+001")
	_, err := PlanCheckout(t.TempDir(), r)
	require.ErrorContains(t, err, "is not a checkout of StreamSuites")
	for complaint, spoil := range map[string][2]string{
		"stands on no line": {constantFile, "package version\n"},
		"CHANGELOG.md lists Unreleased, of which changelog.json does not tell": {changelogFile, "[]"},
		"CHANGELOG.md has no heading":                                          {markdownFile, "# Changelog\n\n## [1.2.3] - 2026-01-02\n\n- D\n"},
		"old: CHANGELOG.md lists nothing of 1.2.3":                             {markdownFile, "# Changelog\n\n## [Unreleased]\n\n- D\n"},
		"CHANGELOG.md lists 1.2.3 2026-01-03, of which":                        {markdownFile, "# Changelog\n\n## [Unreleased]\n\n- D\n\n## [1.2.3] - 2026-01-03\n\n- D\n"},
		"new: CHANGELOG.md lists nothing of 1.3.0 2026-02-01":                  {markdownFile, "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-02\n\n- D\n"},
	} {
		dir := checkout(t)
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(spoil[0])), []byte(spoil[1]), 0o644))
		_, err := PlanCheckout(dir, r)
		require.ErrorContains(t, err, complaint)
		require.Equal(t, spoil[1], read(t, dir, spoil[0]))
	}
}

func TestWhatCameAfterAReleaseWaitsForTheNextOne(t *testing.T) {
	t.Parallel()
	var changes []Change
	require.NoError(t, json.Unmarshal([]byte("["+waiting("new")+","+change+"]"), &changes))
	require.Equal(t, changes, Release(changes, stampAs(t, "1.2.3", "2026.01.03+001")))
	dir := checkout(t)
	plan, err := PlanCheckout(dir, stampAs(t, "1.2.3", "2026.01.03+001"))
	require.NoError(t, err)
	changed, err := plan.Write()
	require.NoError(t, err)
	require.Empty(t, changed)
}

func FuzzParseChangelog(f *testing.F) {
	f.Add([]byte("[" + change + "]"))
	f.Add([]byte("[]"))
	f.Add([]byte(`[{"id":"a"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		changes, err := ParseChangelog(data)
		if err != nil {
			return
		}
		text, err := encodeChangelog(changes)
		require.NoError(t, err)
		again, err := ParseChangelog(text)
		require.NoError(t, err)
		require.Equal(t, len(changes), len(again))
	})
}
