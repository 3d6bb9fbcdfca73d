package sim

import (
	"context"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/kick"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// kickStage lets the people of the demo speak in a chat on Kick.
type kickStage struct{ *kick.Server }

// Say has somebody say it there; roles have the same names.
func (k kickStage) Say(u twitch.Utterance) (twitch.Message, error) {
	m, err := k.Server.Say(kick.Utterance{User: u.User, Text: u.Text, Roles: u.Roles})
	return twitch.Message{ID: m.ID, User: m.User, Text: m.Text, At: m.At}, err
}

// readEvery is how often it is looked whether somebody reads a chat by now.
const readEvery = time.Second

// awaitReader tells once that somebody reads the chat, unless ctx ends before.
func (k kickStage) awaitReader(ctx context.Context, read chan<- struct{}) {
	look := time.NewTicker(readEvery)
	defer look.Stop()
	for {
		for _, n := range k.Subscribers() {
			if n > 0 {
				read <- struct{}{}
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}
