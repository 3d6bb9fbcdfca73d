package exports

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/release"
)

// someRelease has one of everything that the records can say.
func someRelease() ReleaseInput {
	return ReleaseInput{
		Version: "0.4.0", Build: "2026.02.01+001", Date: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		Records: release.Records{
			Changelog: []release.Change{
				{ID: "lanterns", Scope: release.Global, Title: "Lanterns", Summary: "There are lanterns.", Details: []string{"They float."}, Tags: []string{"light"}},
				{ID: "otters", Date: "2026-01-17", Version: "0.3.0-alpha", Scope: release.Runtime, Title: "Otters", Summary: "Otters parade.", Details: []string{}, Tags: []string{}},
				{ID: "pages", Date: "2026-01-17", Version: "0.3.0-alpha", Scope: release.Dashboard, Title: "Pages", Summary: "Pages turn.", Details: []string{"By hand.", "Or not."}, Tags: []string{"web", "paper"}},
			},
			Roadmap: []release.Goal{
				{ID: "harbour", Title: "Harbour", Description: "Ships come in.", Done: []string{"quay"}, Open: []string{}},
				{ID: "tower", Title: "Tower", Description: "It is tall.", Done: []string{"door"}, Open: []string{"stairs", "roof"}},
				{ID: "bridge", Title: "Bridge", Description: "It is long.", Now: release.Active, Done: []string{}, Open: []string{"span"}},
				{ID: "ferry", Title: "Ferry", Description: "It is slow.", Done: []string{}, Open: []string{"boat"}},
			},
			About: release.About{
				Owner: "Example Media", Copyright: "© 2026 Example Media", Notice: "",
				Platforms: []release.PlatformSupport{
					{Platform: "youtube", Status: release.Intended, Notes: "Later"},
					{Platform: "twitch", Status: release.Supported, Notes: "Read and send"},
				},
				ControlPlanes: []release.ControlPlane{
					{Name: "chat", Status: release.Supported, Notes: "For moderators", Public: true},
					{Name: "command_line", Status: release.Scaffolded, Notes: "For operators"},
				},
			},
		},
	}
}

func TestWhatTheRepositoryRecordsMakesValidDocuments(t *testing.T) {
	t.Parallel()
	records, err := release.Recorded()
	require.NoError(t, err)
	for _, in := range []ReleaseInput{
		{Version: "0.1.0", Build: "2026.02.01+001", Date: at(0), Records: records},
		{Version: "0.1.0-alpha.1", Build: "1970.01.01+000", Date: time.Unix(0, 0), Records: records},
		{Version: "0.1.0", Build: "2026.02.01+001", Records: release.Records{About: release.About{Owner: "x", Copyright: "x"}}},
	} {
		for _, build := range releaseBuilders() {
			d, err := build(in)
			require.NoError(t, err)
			requireValid(t, d)
			require.NotContains(t, string(d.Data), "null")
			require.Equal(t, Public, d.Visibility)
		}
	}
}

func TestTheCatalogueHasEveryDocumentAboutTheVersion(t *testing.T) {
	t.Parallel()
	for _, build := range releaseBuilders() {
		d, err := build(someRelease())
		require.NoError(t, err)
		k, known := kindOf(d.File)
		require.True(t, known, d.File)
		data, err := k.build(t.Context(), nil, someSettings())
		require.NoError(t, err)
		requireValid(t, Document{File: d.File, Data: data})
		require.Contains(t, string(data), `"0.1.0"`, d.File)
		require.Equal(t, Public, k.visibility)
	}
}

func TestWhatHasNoReleaseIsShownAsPartOfThisBuild(t *testing.T) {
	t.Parallel()
	in := someRelease()
	var entries []struct {
		ID, Version, Date string
		Tags              []string
	}
	show := func() string {
		d, err := BuildRuntimeChangelog(in)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(d.Data, &entries))
		var ids []string
		for _, e := range entries {
			ids = append(ids, strings.Join(append([]string{e.ID, e.Version, e.Date}, e.Tags...), " "))
		}
		return strings.Join(ids, "; ")
	}
	require.Equal(t, "lanterns 0.4.0 2026-02-01 light unreleased; otters 0.3.0-alpha 2026-01-17", show(), "the dashboard tells of its own changes")
	require.Equal(t, []string{"light"}, in.Records.Changelog[0].Tags, "the records stay as they are")
	in.Date = time.Unix(0, 0)
	require.Equal(t, "otters 0.3.0-alpha 2026-01-17", show(), "a build that does not know its day has no date for it")
}

func TestViewersAreNotToldHowOperatorsSteer(t *testing.T) {
	t.Parallel()
	admin, err := BuildAboutAdmin(someRelease())
	require.NoError(t, err)
	require.Contains(t, string(admin.Data), "command_line")
	public, err := BuildAboutPublic(someRelease())
	require.NoError(t, err)
	require.NotContains(t, string(public.Data), "command_line")
	require.Contains(t, string(public.Data), `"chat"`)
}
