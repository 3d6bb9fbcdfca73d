package roles

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

func TestAConnectionBecomesWhoeverLogsInAndNobodyElse(t *testing.T) {
	t.Parallel()
	account := tokens.Account{Platform: "youtube", Label: "MAIN"}
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	configured := tokens.Status{Account: account, State: tokens.StateReady, Origin: store.OriginEnvironment, GrantedAt: noon}
	named := configured
	named.Owner, named.Scopes = tokens.Owner{AccountID: "UC1", Login: "@marmot"}, []string{"youtube"}
	refreshed := named
	refreshed.Generation, refreshed.RefreshedAt = 2, noon.Add(time.Hour)
	person := named
	person.Origin, person.GrantedAt = store.OriginLogin, noon.Add(time.Minute)
	again := person
	again.GrantedAt = noon.Add(2 * time.Minute)
	other := person
	other.Owner = tokens.Owner{AccountID: "UC2", Login: "@otter"}
	ended := person
	ended.State = tokens.StateNeedsLogin
	for name, c := range map[string]struct {
		from, to []tokens.Status
		itself   bool // does not want to be told
		told     bool // wants to
	}{
		"nothing happened":                    {[]tokens.Status{person}, []tokens.Status{person}, false, false},
		"configured tokens are used at last":  {nil, []tokens.Status{configured}, false, false},
		"it became known whose they are":      {[]tokens.Status{configured}, []tokens.Status{named}, false, true},
		"both at once":                        {nil, []tokens.Status{named}, false, true},
		"a token was refreshed":               {[]tokens.Status{named}, []tokens.Status{refreshed}, false, false},
		"somebody logged in":                  {[]tokens.Status{named}, []tokens.Status{person}, true, true},
		"the same person logged in once more": {[]tokens.Status{person}, []tokens.Status{again}, true, true},
		"somebody else logged in":             {[]tokens.Status{person}, []tokens.Status{other}, true, true},
		"the login ended":                     {[]tokens.Status{person}, []tokens.Status{ended}, true, true},
		"somebody logged out":                 {[]tokens.Status{person}, nil, true, true},
	} {
		for itself, want := range map[bool]bool{true: c.itself, false: c.told} {
			adopted := 0
			f := &follower{account: account, seeded: true, itself: itself, adopt: func(identity) { adopted++ }}
			f.look(c.from)
			require.Equal(t, 1, adopted, "%s: who it is is always said once", name)
			f.look(c.to)
			require.Equal(t, want, adopted == 2, "%s, finds out itself: %t", name, itself)
		}
	}
}
