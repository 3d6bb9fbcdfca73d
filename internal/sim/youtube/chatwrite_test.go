package youtube

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatIsWrittenIsCheckedAndComesBackToItsAuthor(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	p := r.page(b, "")
	for reason, snippet := range map[string]map[string]any{
		"liveChatIdRequired":      {"type": typeText},
		"typeRequired":            {"liveChatId": b.ChatID},
		"messageTextRequired":     {"liveChatId": b.ChatID, "type": typeText},
		"messageTextInvalid":      text(b, strings.Repeat("é", 201)),
		"preconditionCheckFailed": {"liveChatId": b.ChatID, "type": typeSuperChat},
		"liveChatNotFound":        {"liveChatId": "x", "type": typeText, "textMessageDetails": map[string]any{"messageText": "hi"}},
	} {
		require.Equal(t, reason, r.write(bot, snippet).reason(t))
	}
	require.Equal(t, "insufficientPermissions", r.write("reader", text(b, "hi")).reason(t))
	require.Equal(t, "youtubeSignupRequired", r.write(nobody, text(b, "hi")).reason(t))
	require.Equal(t, http.StatusOK, r.write(bot, text(b, strings.Repeat("é", 200))).status)
	back := r.page(b, p.NextPageToken)
	require.Len(t, back.Items, 1)
	require.Equal(t, []any{botChannel, true}, []any{back.Items[0].AuthorDetails.ChannelID, back.Items[0].AuthorDetails.IsChatModerator})
	messages, err := r.Messages("", "", 5)
	require.NoError(t, err)
	require.True(t, messages[0].Metered)
}

func TestAnAnswerThatIsLostHidesThatItWasWritten(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	token := r.grantFor(bot)
	body, err := json.Marshal(map[string]any{"snippet": text(b, "hello")})
	require.NoError(t, err)
	for _, kind := range []string{kindClose, kindTruncate} {
		r.fault(TargetChatInsert, kind, 1)
		_, err := r.send(http.MethodPost, r.url+APIPath+"/liveChat/messages?part=snippet", map[string]string{"Authorization": "Bearer " + token}, body)
		require.Error(t, err, kind)
	}
	r.fault(TargetChatInsert, "503", 1)
	require.Equal(t, http.StatusServiceUnavailable, r.write(bot, text(b, "hello")).status)
	require.Equal(t, []string{"hello", "hello"}, r.page(b, "").texts())
}

func TestOnlyModeratorsDeleteAndBan(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	id := r.say("Anna", "spam")
	p := r.page(b, "")
	remove := "/liveChat/messages?id=" + id
	banish := func(channel, kind, seconds string) []byte {
		body, err := json.Marshal(map[string]any{"snippet": map[string]any{"liveChatId": b.ChatID, "type": kind, "banDurationSeconds": seconds,
			"bannedUserDetails": map[string]any{"channelId": channel}}})
		require.NoError(t, err)
		return body
	}
	anna := p.Items[0].AuthorDetails.ChannelID
	require.Equal(t, "forbidden", r.as(stranger, http.MethodDelete, remove, nil).reason(t))
	require.Equal(t, "forbidden", r.as(stranger, http.MethodPost, "/liveChat/bans?part=snippet", banish(anna, "permanent", "0")).reason(t))
	require.Equal(t, "liveChatBanInsertionNotAllowed", r.as(bot, http.MethodPost, "/liveChat/bans?part=snippet", banish(b.Channel, "permanent", "0")).reason(t))
	require.Equal(t, "invalidChannelId", r.as(bot, http.MethodPost, "/liveChat/bans?part=snippet", banish("UCnobody", "permanent", "0")).reason(t))
	require.Equal(t, "preconditionCheckFailed", r.as(bot, http.MethodPost, "/liveChat/bans?part=snippet", banish(anna, "temporary", "0")).reason(t))

	require.Equal(t, http.StatusNoContent, r.as(bot, http.MethodDelete, remove, nil).status)
	require.Equal(t, "liveChatMessageNotFound", r.as(bot, http.MethodDelete, remove, nil).reason(t))
	require.Equal(t, http.StatusOK, r.as(bot, http.MethodPost, "/liveChat/bans?part=snippet", banish(anna, "temporary", "60")).status)
	next := r.page(b, p.NextPageToken)
	require.Equal(t, []string{typeTombstone, typeBanned}, next.types())
	require.Equal(t, id, next.Items[0].ID)
	require.Empty(t, next.Items[0].AuthorDetails.ChannelID)
	require.Equal(t, []string{"temporary", "60", anna}, []string{next.Items[1].Snippet.UserBannedDetails.BanType,
		next.Items[1].Snippet.UserBannedDetails.BanDurationSeconds, next.Items[1].Snippet.UserBannedDetails.BannedUserDetails.ChannelID})
	_, err := r.Say(Utterance{User: "Anna", Text: "more"})
	var refused *InvalidError
	require.ErrorAs(t, err, &refused)
	r.clock.move(time.Minute)
	r.say("Anna", "sorry")
}

func TestAChatForMembersIsClosedToOthers(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	_, err := r.Happen(Happening{Type: typeSponsorsOnly})
	require.NoError(t, err)
	require.Equal(t, "forbidden", r.write(stranger, text(b, "hi")).reason(t))
	require.Equal(t, http.StatusOK, r.write(bot, text(b, "hi")).status)
	_, err = r.Happen(Happening{Type: typeSponsorsOnlyOff})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, r.write(stranger, text(b, "hi")).status)
}

func TestAGiftOfMembershipsIsOneEventAndOneForEachWhoGotOne(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	ids, err := r.Happen(Happening{Type: typeGifting, User: "Ben", Count: 3, Recipients: []string{"Cy"}})
	require.NoError(t, err)
	require.Len(t, ids, 4)
	p := r.page(b, "")
	require.Equal(t, []string{typeGifting, typeGiftReceived, typeGiftReceived, typeGiftReceived}, p.types())
	require.Equal(t, 3, p.Items[0].Snippet.MembershipGiftingDetails.GiftMembershipsCount)
	require.Equal(t, ids[0], p.Items[1].Snippet.GiftMembershipReceivedDetails.AssociatedMembershipGiftingMessageID)
	require.Equal(t, "Cy", p.Items[1].AuthorDetails.DisplayName)
}

func TestPollsAreBegunByModeratorsOneAtATime(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	poll := map[string]any{"liveChatId": b.ChatID, "type": typePoll, "pollDetails": map[string]any{"metadata": map[string]any{"questionText": "Up?",
		"options": []any{map[string]any{"optionText": "yes"}, map[string]any{"optionText": "no"}}}}}
	require.Equal(t, "forbidden", r.write(stranger, poll).reason(t))
	require.Equal(t, http.StatusOK, r.write(bot, poll).status)
	require.Equal(t, "preconditionCheckFailed", r.write(bot, poll).reason(t))
	p := r.page(b, "")
	require.Equal(t, typePoll, p.ActivePollItem.Snippet.Type)
	require.Equal(t, http.StatusOK, r.as(bot, http.MethodPost, "/liveChat/messages/transition?status=closed&id="+p.ActivePollItem.ID, nil).status)
	require.Nil(t, r.page(b, "").ActivePollItem)
}

func TestAHistoryThatIsForgottenIsNotShownAgain(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	r.say("Anna", "one")
	p := r.page(b, "")
	require.NoError(t, r.Forget(""))
	r.say("Anna", "two")
	require.Equal(t, []string{"two"}, r.page(b, p.NextPageToken).texts())
	again := reopen(t, r.dir, nil)
	require.Equal(t, []string{"two"}, again.page(b, "").texts())
}

func TestDeletionsCanBeHiddenFromReadersWhoKnowTheMessage(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	_, err := r.Set(func(s *Settings) { s.HideDeleted = true })
	require.NoError(t, err)
	id := r.say("Anna", "one")
	p := r.page(b, "")
	require.NoError(t, r.Delete(id))
	require.Empty(t, r.page(b, p.NextPageToken).Items)
	require.Equal(t, []string{typeTombstone}, r.page(b, "").types())
}
