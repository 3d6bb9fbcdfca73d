package config

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestLabelsAreWhatCreatorsCanNameAnAccountBy(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]bool{"MAIN": true, "2ND_BOT": true, "": false, "main": false, "_X": false, "A B": false} {
		require.Equal(t, want, IsLabel(label), label)
	}
	c := Creator{TwitchAccount: "T", YouTubeAccount: "Y", KickAccount: "K"}
	require.Equal(t, []string{"T", "Y", "K", ""},
		[]string{c.AccountOn(chat.Twitch), c.AccountOn(chat.YouTube), c.AccountOn(chat.Kick), c.AccountOn(chat.Rumble)})
}
