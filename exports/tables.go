package exports

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
)

// Tables is what only the administrators' tables say about the configuration and
// about what the runtime stands on, as plain data.
type Tables struct {
	Creators []CreatorDetails  // by id
	Accounts []AccountSettings // by platform and label
	// ClipsPerHour is how many clips chat may start in an hour for each creator; 0
	// is no limit.
	ClipsPerHour int
	// Budgets and Services are filled in by whoever runs the exporter: the limits
	// that hosts share, and the services that this process has looked at.
	Budgets  []BudgetSettings
	Services []ServiceState
	// Copies are the copies of the exports that this state directory knows of; filled
	// in as well.
	Copies []MirrorState
	// Announcers are the services to which things are announced, by name.
	Announcers []AnnouncerSettings
	// Administrators are the Discord users who may administer the runtime, by id.
	Administrators []string
	// Destinations are where clips are published without an account, by name.
	Destinations []DestinationSettings
}

// AnnouncerSettings is a service such as Discord.
type AnnouncerSettings struct {
	Name   string
	On     bool
	Broken bool // it is on and cannot work as it is configured
}

// DestinationSettings is a place for clips that needs no account.
type DestinationSettings struct {
	Name     string
	Creators []string
}

// CreatorDetails is what CreatorSettings leaves out.
type CreatorDetails struct {
	ID     string
	Notes  string // of whoever wrote the configuration
	Admin  bool
	Record bool // names and texts of chat are kept
	// ClipsPerMinute is how many clips chat may start in a minute (jobs_per_minute);
	// config.Unlimited is no limit, 0 allows none.
	ClipsPerMinute int
}

// LimitSettings is so many things in so long a window.
type LimitSettings struct {
	Name   string
	Count  int
	Window time.Duration
}

// AccountSettings is an account with which the runtime acts on a platform, for one
// purpose.
type AccountSettings struct {
	Platform, Label string
	Login           string // empty when it is not configured
	Purpose         string // chat or publishing
	Complete        bool   // no credential is missing
	On              bool   // the platform is used
	Creators        []string
}

// BudgetSettings is a limit of an account or a creator that all hosts share.
type BudgetSettings struct {
	Account, Bucket string // as the store knows it
	Creator         string // id of the creator whose limit it is; empty for an account's
	Scope           string // such as twitch.chat.send
	Platform        string
	Limit           int
	Window          time.Duration
}

// ServiceState is how a service that the runtime stands on was when somebody
// looked.
type ServiceState struct {
	ID, Provider, Type string
	Connected          bool
	Looked             time.Time // zero when nobody says
}

// details returns what the tables say about a creator.
func (t Tables) details(id string) CreatorDetails {
	if i, known := slices.BinarySearchFunc(t.Creators, id, func(d CreatorDetails, id string) int { return cmp.Compare(d.ID, id) }); known {
		return t.Creators[i]
	}
	return CreatorDetails{ID: id}
}

// recorded lists the creators whose names and texts of chat are kept.
func (t Tables) recorded() []string {
	ids := []string{}
	for _, d := range t.Creators {
		if d.Record {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

func tablesFrom(c *config.Config) Tables {
	t := Tables{ClipsPerHour: c.System.Clips.PerHour}
	for i := range c.Creators {
		creator := &c.Creators[i]
		d := CreatorDetails{ID: creator.ID, Notes: creator.Notes, Admin: creator.IsAdmin, Record: creator.Chat.Record,
			ClipsPerMinute: c.ClipLimits(creator).PerMinute}
		t.Creators = append(t.Creators, d)
	}
	slices.SortFunc(t.Creators, func(a, b CreatorDetails) int { return cmp.Compare(a.ID, b.ID) })
	for label, a := range c.Twitch {
		t.Accounts = append(t.Accounts, AccountSettings{
			Platform: string(chat.Twitch), Label: label, Login: a.Nick, Purpose: "chat", Complete: a.Token.IsSet(), On: c.Polls(chat.Twitch),
			Creators: served(c, func(creator *config.Creator) bool { return creator.On(chat.Twitch) && creator.TwitchAccount == label }),
		})
	}
	for label, a := range c.Kick {
		t.Accounts = append(t.Accounts, AccountSettings{
			Platform: string(chat.Kick), Label: label, Purpose: "chat", Complete: a.HasApplication() && a.RefreshToken.IsSet(), On: c.Polls(chat.Kick),
			Creators: served(c, func(creator *config.Creator) bool { return creator.On(chat.Kick) && creator.KickAccount == label }),
		})
	}
	for label, a := range c.YouTube {
		readers := served(c, func(creator *config.Creator) bool { return creator.On(chat.YouTube) && creator.YouTubeAccount == label })
		if len(readers) > 0 {
			t.Accounts = append(t.Accounts, AccountSettings{
				Platform: string(chat.YouTube), Label: label, Purpose: "chat", Complete: a.Complete() || a.APIKey.IsSet(), On: c.Polls(chat.YouTube), Creators: readers,
			})
		}
		t.Accounts = append(t.Accounts, AccountSettings{
			Platform: string(chat.YouTube), Label: label, Purpose: "publishing", Complete: a.Complete(), On: true,
			Creators: served(c, func(creator *config.Creator) bool {
				return creator.YouTubeAccount == label && slices.Contains(c.ClipLimits(creator).Destinations, string(chat.YouTube))
			}),
		})
	}
	slices.SortFunc(t.Accounts, func(a, b AccountSettings) int {
		return cmp.Or(cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Label, b.Label), cmp.Compare(b.Purpose, a.Purpose))
	})
	for _, name := range announcers {
		platform := c.Platform(name)
		on := platform.State == config.Active && c.System.PlatformOn(string(name))
		t.Announcers = append(t.Announcers, AnnouncerSettings{string(name), on, on && platform.Error != ""})
	}
	t.Destinations, t.Administrators = destinationsFrom(c), slices.Clone(c.Discord.Admins)
	return t
}

// announcers are the services that the configuration knows besides the platforms.
var announcers = []chat.Platform{"discord", "x"}

// destinationsFrom lists the places that enabled creators publish at and that are
// nobody's account.
func destinationsFrom(c *config.Config) (all []DestinationSettings) {
	creators := map[string][]string{}
	for i := range c.Creators {
		creator := &c.Creators[i]
		if limits := c.ClipLimits(creator); creator.Enabled {
			for _, name := range limits.Destinations {
				creators[name] = append(creators[name], creator.ID)
			}
		}
	}
	delete(creators, string(chat.YouTube))
	for _, name := range slices.Sorted(maps.Keys(creators)) {
		all = append(all, DestinationSettings{name, creators[name]})
	}
	return all
}

// served lists the enabled creators for whom an account acts.
func served(c *config.Config, by func(*config.Creator) bool) []string {
	ids := []string{}
	for i := range c.Creators {
		if c.Creators[i].Enabled && by(&c.Creators[i]) {
			ids = append(ids, c.Creators[i].ID)
		}
	}
	return ids
}

var identForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$`)

// ident returns parts, joined by colons, as an identifier that pages can show:
// what cannot be one is replaced by something that is the same for the same parts.
func ident(parts ...string) string {
	id := strings.Join(parts, ":")
	if identForm.MatchString(id) {
		return id
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	letters := []byte("id-")
	for _, b := range sum[:12] {
		letters = append(letters, 'a'+b>>4, 'a'+b&15) // no digits: some would look like numbers with exponents
	}
	return string(letters)
}

// shownName is how tables call a creator.
func shownName(c CreatorSettings) string { return or(plain(c.DisplayName, 200), c.ID) }

// namesOf are the shown names of creators by their ids.
func namesOf(s Settings) map[string]string {
	names := make(map[string]string, len(s.Creators))
	for _, c := range s.Creators {
		names[c.ID] = shownName(c)
	}
	return names
}

// creatorsByID are the creators, sorted.
func creatorsByID(s Settings) []CreatorSettings {
	return slices.SortedFunc(slices.Values(s.Creators), func(a, b CreatorSettings) int { return cmp.Compare(a.ID, b.ID) })
}

// wholeSeconds rounds up.
func wholeSeconds(d time.Duration) int32 { return count32(int64(math.Ceil(d.Seconds()))) }
