package youtube

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// chatPage is a page of a chat, as far as the tests look at it.
type chatPage struct {
	Kind, NextPageToken, OfflineAt string
	PollingIntervalMillis          int
	Items                          []chatItem
	ActivePollItem                 *chatItem
}

type chatItem struct {
	Kind, ID string
	Snippet  struct {
		Type, LiveChatID, AuthorChannelID, PublishedAt, DisplayMessage string
		HasDisplayContent                                              bool
		TextMessageDetails                                             struct{ MessageText string }
		MembershipGiftingDetails                                       struct{ GiftMembershipsCount int }
		GiftMembershipReceivedDetails                                  struct{ AssociatedMembershipGiftingMessageID string }
		UserBannedDetails                                              struct {
			BanType, BanDurationSeconds string
			BannedUserDetails           struct{ ChannelID string }
		}
	}
	AuthorDetails struct {
		ChannelID, DisplayName                                  string
		IsVerified, IsChatOwner, IsChatSponsor, IsChatModerator bool
	}
}

// texts are what items show of what people wrote.
func (p chatPage) texts() []string {
	texts := []string{}
	for _, i := range p.Items {
		texts = append(texts, i.Snippet.TextMessageDetails.MessageText)
	}
	return texts
}

func (p chatPage) types() []string {
	types := []string{}
	for _, i := range p.Items {
		types = append(types, i.Snippet.Type)
	}
	return types
}

// live is a rig whose first channel broadcasts.
func live(t testing.TB) (*rig, Broadcast) {
	t.Helper()
	r := build(t)
	return r, r.goLive()
}

func (r *rig) goLive() Broadcast {
	r.t.Helper()
	b, err := r.SetLive("", true, "")
	require.NoError(r.t, err)
	return b
}

func (r *rig) say(user, text string, roles ...string) string {
	r.t.Helper()
	m, err := r.Say(Utterance{User: user, Text: text, Roles: roles})
	require.NoError(r.t, err)
	return m.ID
}

// chat asks for a page of a chat, after a token if there is one.
func (r *rig) ask(b Broadcast, token string) answer {
	r.t.Helper()
	query := url.Values{"liveChatId": {b.ChatID}, "part": {"id,snippet,authorDetails"}}
	if token != "" {
		query.Set("pageToken", token)
	}
	return r.get("/liveChat/messages?" + query.Encode())
}

// page asks for a page and needs it; the clock is moved so far that the next one
// can follow.
func (r *rig) page(b Broadcast, token string) chatPage {
	r.t.Helper()
	a := r.ask(b, token)
	require.Equal(r.t, http.StatusOK, a.status, a.body)
	var p chatPage
	a.decode(r.t, &p)
	require.Equal(r.t, "youtube#liveChatMessageListResponse", p.Kind)
	require.NotEmpty(r.t, p.NextPageToken)
	r.clock.move(time.Duration(p.PollingIntervalMillis) * time.Millisecond)
	return p
}

// write writes into a chat as an account.
func (r *rig) write(refresh string, snippet any) answer {
	r.t.Helper()
	body, err := json.Marshal(map[string]any{"snippet": snippet})
	require.NoError(r.t, err)
	return r.as(refresh, http.MethodPost, "/liveChat/messages?part=snippet", body)
}

// as asks the Data API as another account.
func (r *rig) as(refresh, method, path string, body []byte) answer {
	r.t.Helper()
	return r.must(method, r.url+APIPath+path, map[string]string{"Authorization": "Bearer " + r.grantFor(refresh)}, body)
}

// text is the snippet of a message.
func text(b Broadcast, said string) map[string]any {
	return map[string]any{"liveChatId": b.ChatID, "type": typeText, "textMessageDetails": map[string]any{"messageText": said}}
}

// The accounts of the default world.
const (
	owner    = "1//simulated-youtube-refresh"
	stranger = "1//simulated-youtube-refresh-tidepool"
	nobody   = "1//simulated-youtube-refresh-nobody"
	bot      = "1//simulated-youtube-refresh-lanternbot"
)
