package exports

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestAPlaceToPublishAtIsAsItsLastAttemptEnded(t *testing.T) {
	t.Parallel()
	attempt := func(creator, destination string, state clip.UploadState, when float64) store.UploadOutcome {
		return store.UploadOutcome{CreatorID: creator, Destination: destination, State: state, AttemptAt: at(when), UpdatedAt: at(when + 1)}
	}
	for name, c := range map[string]struct {
		uploads []store.UploadOutcome
		status  string
		tried   float64
	}{
		"nothing was tried":                {status: "standby"},
		"one is being tried":               {uploads: []store.UploadOutcome{attempt("A", "youtube", clip.UploadRunning, 9)}, status: "standby", tried: 9},
		"the last one was published":       {uploads: []store.UploadOutcome{attempt("A", "youtube", clip.UploadBroken, 1), attempt("B", "youtube", clip.UploadPublished, 2)}, status: "connected", tried: 2},
		"the last one failed":              {uploads: []store.UploadOutcome{attempt("A", "youtube", clip.UploadPublished, 1), attempt("B", "youtube", clip.UploadBroken, 2)}, status: "error", tried: 2},
		"a limit is no trouble":            {uploads: []store.UploadOutcome{attempt("A", "youtube", clip.UploadDeferred, 3)}, status: "connected", tried: 3},
		"somebody else's and other places": {uploads: []store.UploadOutcome{attempt("C", "youtube", clip.UploadBroken, 3), attempt("A", "folder", clip.UploadBroken, 3)}, status: "standby"},
	} {
		row := accountRow(AccountSettings{Platform: "youtube", Purpose: "publishing", Complete: true, On: true, Creators: []string{"A", "B"}}, IntegrationsInput{Uploads: c.uploads}, nil)
		require.Equal(t, c.status, row.Status, name)
		require.Equal(t, c.tried != 0, row.LastAttemptAt != nil, name)
		if c.tried != 0 {
			require.Equal(t, instant(at(c.tried)), *row.LastAttemptAt, name)
			require.Equal(t, instant(at(c.tried+1)), *row.UpdatedAt, name)
		}
	}
	row := accountRow(AccountSettings{Platform: "youtube", Purpose: "publishing", On: true, Creators: []string{"A"}},
		IntegrationsInput{Uploads: []store.UploadOutcome{attempt("A", "youtube", clip.UploadPublished, 2)}}, nil)
	require.Equal(t, "error", row.Status, "a credential is missing by now")
}

func TestAnAccountThatPublishesAndAnswersHasARowForEach(t *testing.T) {
	t.Parallel()
	in := IntegrationsInput{Now: at(0), Tables: Tables{Accounts: []AccountSettings{
		{Platform: "youtube", Label: "MAIN", Purpose: "publishing", Complete: true, On: true, Creators: []string{"A"}},
		{Platform: "youtube", Label: "MAIN", Purpose: "chat", Complete: true, On: true, Creators: []string{"A", "B"}},
	}}, Statuses: []store.PlatformStatus{{CreatorID: "B", Platform: "youtube", State: "live", LastHeartbeat: at(-1), UpdatedAt: at(-1)}}}
	d, err := BuildIntegrations(in)
	require.NoError(t, err)
	requireValid(t, d)
	var doc integrationsDocument
	require.NoError(t, json.Unmarshal(d.Data, &doc))
	shown := map[string][2]string{}
	for _, row := range doc.Integrations {
		shown[row.ID] = [2]string{row.Scope, row.Status}
	}
	require.Equal(t, map[string][2]string{
		"postgres": {"runtime", "connected"}, "youtube:MAIN": {"A", "standby"}, "youtube:MAIN:chat": {"A,B", "connected"},
	}, shown)
}

func TestAServiceToWhichNothingIsSaidIsAsItIsConfigured(t *testing.T) {
	t.Parallel()
	require.Equal(t, "standby", announcerStatus(AnnouncerSettings{On: true}))
	require.Equal(t, "error", announcerStatus(AnnouncerSettings{On: true, Broken: true}))
	require.Equal(t, "disabled", announcerStatus(AnnouncerSettings{}))
}
