package sim

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/demo"
	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// chatOf is the id of the first channel's chat.
func (b Bound) chatOf(t *testing.T) string {
	t.Helper()
	var airing struct {
		ChatID string `json:"chat_id"`
	}
	require.NoError(t, json.Unmarshal([]byte(b.post(t, "/youtube/live", `{"live":true}`)), &airing))
	return airing.ChatID
}

// chatPage reads a page of a chat, after a token if there is one.
func (b Bound) chatPage(t *testing.T, chat, token string) (texts []string, next string) {
	t.Helper()
	query := url.Values{"part": {"snippet"}, "liveChatId": {chat}, "key": {youtube.DefaultSeed().APIKey}}
	if token != "" {
		query.Set("pageToken", token)
	}
	var page struct {
		NextPageToken string
		Items         []struct {
			Snippet struct{ DisplayMessage string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(fetch(t, b.YouTube+youtube.APIPath+"/liveChat/messages?"+query.Encode())), &page))
	for _, i := range page.Items {
		texts = append(texts, i.Snippet.DisplayMessage)
	}
	return texts, page.NextPageToken
}

func TestASimulatorKilledInTheMiddleOfAChatGoesOnWithIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := spawn(t, dir)
	first.post(t, "/youtube/chat", `{"polling_seconds":0.001}`)
	chat := first.chatOf(t)
	first.post(t, "/youtube/say", `{"user":"Anna","text":"one"}`)
	texts, token := first.chatPage(t, chat, "")
	require.Equal(t, []string{"one"}, texts)
	first.post(t, "/youtube/say", `{"user":"Ben","text":"two"}`)
	said := fetch(t, first.Control+"/youtube/messages")
	first.kill()

	second := spawn(t, dir)
	require.Equal(t, first.Bound, second.Bound)
	require.Equal(t, chat, second.chatOf(t), "the broadcast goes on")
	require.Equal(t, said, fetch(t, second.Control+"/youtube/messages"))
	texts, _ = second.chatPage(t, chat, token)
	require.Equal(t, []string{"two"}, texts)
}

func TestTheDemoTalksOnYouTubeTooAndAsksForAClipOnceItIsRead(t *testing.T) {
	t.Parallel()
	r := begin(t, Options{Dir: t.TempDir(), Demo: &demo.Options{Rate: 200, ClipAfter: time.Millisecond}})
	said := func(prefix string) func() bool {
		return func() bool {
			messages, err := r.YouTube.Messages("", "", 1000)
			require.NoError(t, err)
			for _, m := range messages {
				if strings.HasPrefix(m.Text, prefix) {
					return true
				}
			}
			return false
		}
	}
	require.Eventually(t, said(""), 30*time.Second, 10*time.Millisecond)
	require.False(t, said("!clip")())
	r.Bound.chatPage(t, r.Bound.chatOf(t), "")
	require.Eventually(t, said("!clip"), 30*time.Second, 10*time.Millisecond)
}
