package sim

import (
	"cmp"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/demo"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// liveStage lets the people of the demo speak in a live chat of YouTube.
type liveStage struct{ *youtube.Server }

// standings are what people are there who are something elsewhere.
var standings = map[string]string{twitch.RoleModerator: youtube.RoleModerator, twitch.RoleSubscriber: youtube.RoleMember}

// Say has somebody say it there; of the roles, those that the platform knows count.
// A chat that is over is silent: there is none between two broadcasts.
func (l liveStage) Say(u twitch.Utterance) (twitch.Message, error) {
	if !l.Live(u.Channel) {
		return twitch.Message{}, nil
	}
	var roles []string
	for _, role := range u.Roles {
		if there, known := standings[role]; known {
			roles = append(roles, there)
		}
	}
	m, err := l.Server.Say(youtube.Utterance{User: u.User, Text: u.Text, Roles: roles})
	return twitch.Message{ID: m.ID, User: m.User, Text: m.Text, At: m.At}, err
}

// quieter is a script for one of the other platforms: fewer people, who say other
// things and ask for clips of their own, a while after those of the first.
func quieter(script demo.Options, nth int) demo.Options {
	script.Rate = cmp.Or(script.Rate, 8) / 4
	script.ClipAfter = cmp.Or(script.ClipAfter, 25*time.Second+time.Duration(nth)*time.Minute)
	script.Seed += uint64(nth)
	return script
}

// Live reports whether the first channel broadcasts.
func (l liveStage) Live(channel string) bool {
	_, live := l.LiveNow(channel)
	return live
}
