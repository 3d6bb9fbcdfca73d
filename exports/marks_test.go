package exports

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/connection"
)

// requireMarked checks that a document's mark changes exactly when the document does.
func requireMarked[I any](t *testing.T, some func() I, mark func(I) string, build func(I) (Document, error), change func(*I), changes bool) {
	t.Helper()
	before, after := some(), some()
	change(&after)
	first, err := build(before)
	require.NoError(t, err)
	second, err := build(after)
	require.NoError(t, err)
	require.Equal(t, changes, string(first.Data) != string(second.Data), "the document")
	require.Equal(t, changes, mark(before) != mark(after), "its mark")
}

func TestTheMarkOfTheIngestReportChangesWhenItDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*IngestReportInput)
		same   bool
	}{
		"a connection beats":            {func(in *IngestReportInput) { in.Statuses[0].LastHeartbeat, in.Statuses[0].UpdatedAt = at(59), at(59) }, true},
		"time passes":                   {func(in *IngestReportInput) { in.Now = at(61) }, true},
		"nobody vouches for any":        {func(in *IngestReportInput) { in.Now = at(600) }, false},
		"a connection's state":          {func(in *IngestReportInput) { in.Statuses[0].State = connection.Degraded }, false},
		"a connection's reason":         {func(in *IngestReportInput) { in.Statuses[0].Error = "no answer" }, false},
		"a connection's channel":        {func(in *IngestReportInput) { in.Statuses[0].Channel = "otter" }, false},
		"since when it is so":           {func(in *IngestReportInput) { in.Statuses[0].Since = at(7) }, false},
		"a connection that is gone":     {func(in *IngestReportInput) { in.Statuses = in.Statuses[1:] }, false},
		"a broadcast's messages":        {func(in *IngestReportInput) { in.Reports[0].Messages++ }, false},
		"a broadcast's lag":             {func(in *IngestReportInput) { in.Reports[0].Lag.Observe(time.Hour) }, false},
		"messages by source":            {func(in *IngestReportInput) { in.Reports[0].SourceMessages["polling"]++ }, false},
		"a window":                      {func(in *IngestReportInput) { in.Reports[0].Windows[0].To = at(-800) }, false},
		"a broadcast that ends":         {func(in *IngestReportInput) { in.Reports[0].EndedAt = at(55) }, false},
		"a broadcast that is on longer": {func(in *IngestReportInput) { in.Reports[0].Until = at(58) }, false},
		"another list of broadcasts":    {func(in *IngestReportInput) { in.Reports = in.Reports[:1] }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireMarked(t, someIngest, IngestReportInput.mark, BuildIngestReport, c.change, !c.same)
		})
	}
}

func TestTheMarkOfThePermissionsChangesWhenTheyDo(t *testing.T) {
	t.Parallel()
	some := func() PermissionsInput {
		triggers := someTriggers()
		triggers[0].mark = "one"
		return PermissionsInput{[]CreatorSettings{someCreator()}, someTables(), triggers, at(0)}
	}
	for name, c := range map[string]struct {
		change func(*PermissionsInput)
		same   bool
	}{
		"a creator's name":         {func(in *PermissionsInput) { in.Creators[0].DisplayName = "Somebody Else" }, true},
		"how far a lane is":        {func(in *PermissionsInput) { in.Triggers[0].nextSeq++ }, true},
		"a creator who is off":     {func(in *PermissionsInput) { in.Creators[0].Enabled = false }, false},
		"a creator who may more":   {func(in *PermissionsInput) { in.Tables.Creators[1].Admin = true }, false},
		"another creator":          {func(in *PermissionsInput) { in.Creators[0].ID = "Ab3dE9" }, false},
		"triggers":                 {func(in *PermissionsInput) { in.Triggers[0].Triggers, in.Triggers[0].mark = nil, "two" }, false},
		"an administrator":         {func(in *PermissionsInput) { in.Tables.Administrators = nil }, false},
		"a service that is off":    {func(in *PermissionsInput) { in.Tables.Announcers[0].On = false }, false},
		"an account's creators":    {func(in *PermissionsInput) { in.Tables.Accounts[0].Creators = []string{"Ab3dE9"} }, false},
		"a missing credential":     {func(in *PermissionsInput) { in.Tables.Accounts[0].Complete = false }, false},
		"since when it all is so":  {func(in *PermissionsInput) { in.Since = at(1) }, false},
		"an account that is gone":  {func(in *PermissionsInput) { in.Tables.Accounts = in.Tables.Accounts[1:] }, false},
		"copies of the documents":  {func(in *PermissionsInput) { in.Tables.Copies = nil }, true},
		"limits of other accounts": {func(in *PermissionsInput) { in.Tables.Budgets = nil }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireMarked(t, some, PermissionsInput.mark, BuildPermissions, c.change, !c.same)
		})
	}
}

func TestTheMarkOfTheCreatorsChangesWhenTheyDo(t *testing.T) {
	t.Parallel()
	some := func() CreatorsInput { return CreatorsInput{[]CreatorSettings{someCreator()}, someTables(), at(0)} }
	for name, c := range map[string]struct {
		change func(*CreatorsInput)
		same   bool
	}{
		"a name":                   {func(in *CreatorsInput) { in.Creators[0].DisplayName = "Somebody Else" }, false},
		"an id":                    {func(in *CreatorsInput) { in.Creators[0].ID = "Ab3dE9" }, false},
		"somebody who is off":      {func(in *CreatorsInput) { in.Creators[0].Enabled = false }, false},
		"a platform":               {func(in *CreatorsInput) { in.Creators[0].Platforms = map[string]bool{"twitch": false} }, false},
		"notes":                    {func(in *CreatorsInput) { in.Details.Creators[1].Notes = "Streams on Mondays" }, false},
		"since when it all is so":  {func(in *CreatorsInput) { in.Since = at(1) }, false},
		"how many clips they make": {func(in *CreatorsInput) { in.Details.Creators[1].ClipsPerMinute++ }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireMarked(t, some, CreatorsInput.mark, BuildCreators, c.change, !c.same)
		})
	}
}

func TestWhenTriggersFiredIsAskedOfThoseWhoseLanesMovedOn(t *testing.T) {
	t.Parallel()
	source := &inForceRows{fired: map[string]map[string]time.Time{"Ab3dE9": {"clip": at(1)}, "Qx7Zt2": {"clip": at(2), "ping": at(3)}}}
	c := &collector{source: source}
	triggers := []CreatorTriggers{
		{Creator: CreatorSettings{ID: "Ab3dE9"}, Triggers: []TriggerInForce{{ID: "clip"}}, mark: "one", nextSeq: 5},
		{Creator: CreatorSettings{ID: "Qx7Zt2"}, Triggers: []TriggerInForce{{ID: "clip"}, {ID: "ping"}}, mark: "one", nextSeq: 7},
	}
	for _, step := range []struct {
		what   string
		change func()
		asked  []string
	}{
		{"nothing is known", func() {}, []string{"Ab3dE9", "Qx7Zt2"}},
		{"nothing happened", func() {}, nil},
		{"a lane moved on", func() { triggers[1].nextSeq++ }, []string{"Qx7Zt2"}},
		{"another configuration", func() { triggers[0].mark = "two" }, []string{"Ab3dE9"}},
		{"rows may have been pruned", func() { c.firings = nil }, []string{"Ab3dE9", "Qx7Zt2"}},
	} {
		step.change()
		source.of = nil
		fired, err := c.fired(t.Context(), triggers)
		require.NoError(t, err, step.what)
		require.Equal(t, step.asked, source.of, step.what)
		require.Equal(t, source.fired, fired, step.what)
	}
}
