package youtube

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheFirstPageOfAChatIsItsHistoryAndTheNextAreWhatIsNew(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	r.say("Anna", "one")
	r.say("Ben", "two", RoleMember, RoleModerator)
	first := r.page(b, "")
	require.Equal(t, []string{"one", "two"}, first.texts())
	ben := first.Items[1]
	require.Equal(t, []any{"Ben", false, false, true, true}, []any{ben.AuthorDetails.DisplayName, ben.AuthorDetails.IsVerified,
		ben.AuthorDetails.IsChatOwner, ben.AuthorDetails.IsChatSponsor, ben.AuthorDetails.IsChatModerator})
	require.Equal(t, ben.AuthorDetails.ChannelID, ben.Snippet.AuthorChannelID)
	require.Equal(t, "two", ben.Snippet.DisplayMessage)
	_, err := time.Parse(time.RFC3339Nano, ben.Snippet.PublishedAt)
	require.NoError(t, err)

	require.Empty(t, r.page(b, first.NextPageToken).Items)
	r.say("harborlights", "three")
	second := r.page(b, first.NextPageToken)
	require.Equal(t, []string{"three"}, second.texts(), "a token that was used before still says where its reader was")
	require.True(t, second.Items[0].AuthorDetails.IsChatOwner)
}

func TestAReaderWhoComesTooEarlyIsRefused(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	a := r.ask(b, "")
	require.Equal(t, http.StatusOK, a.status)
	var p chatPage
	a.decode(t, &p)
	require.Equal(t, 5000, p.PollingIntervalMillis)
	r.clock.move(4999 * time.Millisecond)
	for _, token := range []string{"", p.NextPageToken} {
		early := r.ask(b, token)
		require.Equal(t, http.StatusForbidden, early.status)
		require.Equal(t, "rateLimitExceeded", early.reason(t))
	}
	r.clock.move(time.Millisecond)
	require.Equal(t, http.StatusOK, r.ask(b, p.NextPageToken).status)
	require.Equal(t, http.StatusForbidden, r.ask(b, p.NextPageToken).status, "the same token again and again is too early, too")
}

func TestTokensAndMessagesSurviveAKill(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	deleted := r.say("Anna", "one")
	require.NoError(t, r.Delete(deleted))
	p := r.page(b, "")
	r.say("Ben", "two")
	again := reopen(t, r.dir, nil)
	again.clock.move(time.Minute)
	require.Equal(t, []string{"two"}, again.page(b, p.NextPageToken).texts())
	require.Equal(t, []string{"tombstone", "textMessageEvent"}, again.page(b, "").types())
	messages, err := again.Messages("harborlights", "", 10)
	require.NoError(t, err)
	require.Equal(t, []any{"one", true, "two", false}, []any{messages[0].Text, messages[0].Deleted, messages[1].Text, messages[1].Deleted})
	now, isLive := again.LiveNow("")
	require.True(t, isLive)
	require.Equal(t, b.ChatID, now.ChatID)
}

func TestALongChatComesInPages(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	start := r.page(b, "")
	for i := range 450 {
		r.say("Anna", fmt.Sprint(i))
	}
	var all []string
	token := start.NextPageToken
	for range 3 {
		a := r.get("/liveChat/messages?part=snippet&maxResults=200&liveChatId=" + b.ChatID + "&pageToken=" + token)
		var p chatPage
		a.decode(t, &p)
		all = append(all, p.texts()...)
		token = p.NextPageToken
		r.clock.move(5 * time.Second)
	}
	require.Len(t, all, 450)
	require.Equal(t, []string{"0", "449"}, []string{all[0], all[449]})
	a := r.get("/liveChat/messages?part=snippet&maxResults=200&liveChatId=" + b.ChatID)
	var p chatPage
	a.decode(t, &p)
	require.Len(t, p.Items, 200)
	require.Equal(t, "250", p.texts()[0], "a history is the newest that there is")
}

func TestAChatEndsWithAnEventAndIsClosedToReadersWhoKnow(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	p := r.page(b, "")
	require.Empty(t, p.OfflineAt)
	_, err := r.SetLive("", false, "")
	require.NoError(t, err)
	last := r.page(b, p.NextPageToken)
	require.Equal(t, []string{typeChatEnded}, last.types())
	require.NotEmpty(t, last.OfflineAt)
	for _, token := range []string{"", last.NextPageToken} {
		a := r.ask(b, token)
		require.Equal(t, http.StatusForbidden, a.status)
		require.Equal(t, "liveChatEnded", a.reason(t))
	}
	require.Equal(t, "liveChatEnded", r.write(bot, text(b, "hello?")).reason(t))
	next := r.goLive()
	require.NotEqual(t, []string{b.ChatID, b.VideoID}, []string{next.ChatID, next.VideoID})
	require.Empty(t, r.page(next, "").Items)
	require.Equal(t, "pageTokenInvalid", r.ask(next, last.NextPageToken).reason(t))
}

func TestWhatMakesNoSenseOfAChatIsRefused(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	for query, reason := range map[string]string{
		"part=snippet&liveChatId=nothing":                           "liveChatNotFound",
		"part=snippet":                                              "missingRequiredParameter",
		"liveChatId=" + b.ChatID:                                    "missingRequiredParameter",
		"part=everything&liveChatId=" + b.ChatID:                    "unknownPart",
		"part=id&maxResults=199&liveChatId=" + b.ChatID:             "invalidParameter",
		"part=id&profileImageSize=8&liveChatId=" + b.ChatID:         "invalidParameter",
		"part=id&pageToken=GOnonsense&liveChatId=" + b.ChatID:       "pageTokenInvalid",
		"part=id&pageToken=nonsense&liveChatId=" + b.ChatID:         "pageTokenInvalid",
		"part=id&maxResults=2001&pageToken=&liveChatId=" + b.ChatID: "invalidParameter",
	} {
		require.Equal(t, reason, r.get("/liveChat/messages?"+query).reason(t), query)
		require.Equal(t, reason, r.get("/liveChat/messages/stream?"+query).reason(t), query)
	}
	require.Equal(t, http.StatusNotFound, r.get("/liveChat/messages/streamList?part=id&liveChatId="+b.ChatID).status)
	_, err := r.SetShow("", func(b *Broadcast) { b.ChatDisabled = true })
	require.NoError(t, err)
	require.Equal(t, "liveChatDisabled", r.ask(b, "").reason(t))
	require.Equal(t, "liveChatDisabled", r.write(bot, text(b, "hello?")).reason(t))
}

func TestAnAPIKeyReadsWhatIsPublicAndChangesNothing(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	r.say("Anna", "one")
	key := func(method, path, key string) answer {
		return r.must(method, r.url+APIPath+path+"&key="+key, map[string]string{"Authorization": ""}, []byte("{}"))
	}
	const good = "simulated-youtube-key"
	for _, path := range []string{"/liveChat/messages?part=snippet&liveChatId=" + b.ChatID, "/videos?part=liveStreamingDetails&id=" + b.VideoID,
		"/channels?part=contentDetails&forHandle=@harborlights", "/search?part=id&channelId=" + b.Channel + "&eventType=live&type=video"} {
		a := key(http.MethodGet, path, good)
		require.Equal(t, http.StatusOK, a.status, path)
		require.Contains(t, a.body, `"etag"`, path)
		require.Equal(t, http.StatusBadRequest, key(http.MethodGet, path, "wrong").status, path)
	}
	for path, method := range map[string]string{"/liveBroadcasts?part=id&mine=true": http.MethodGet, "/channels?part=id&mine=true": http.MethodGet,
		"/liveChat/messages?part=snippet": http.MethodPost, "/liveChat/bans?part=snippet": http.MethodPost, "/liveChat/messages?id=x": http.MethodDelete} {
		require.Equal(t, http.StatusUnauthorized, key(method, path, good).status, path)
	}
}

func TestReadingAChatTakesUnitsUntilTheyAreGone(t *testing.T) {
	t.Parallel()
	r := reopen(t, t.TempDir(), func(o *Options) { o.Limits.Units = 36; o.Costs = map[string]int{"liveChatMessages.delete": 1} })
	b := r.goLive()
	p := r.page(b, "")
	require.Equal(t, 5, used(r)["units"])
	require.Equal(t, http.StatusOK, r.write(bot, text(b, "hello")).status)
	require.Equal(t, 25, used(r)["units"])
	require.Equal(t, http.StatusForbidden, r.as(stranger, http.MethodDelete, "/liveChat/messages?id="+r.say("Anna", "x"), nil).status)
	require.Equal(t, 26, used(r)["units"])
	p = r.page(b, p.NextPageToken)
	require.Equal(t, []string{"hello", "x"}, p.texts())
	p = r.page(b, p.NextPageToken)
	a := r.ask(b, p.NextPageToken)
	require.Equal(t, http.StatusForbidden, a.status)
	require.Equal(t, "quotaExceeded", a.reason(t))
	require.True(t, strings.Contains(a.body, "youtube.quota"))
	r.clock.move(13 * time.Hour)
	r.token = r.grantFor(owner)
	require.Equal(t, http.StatusOK, r.ask(b, p.NextPageToken).status, "a new day of the Pacific")
}

func TestDeliveryCanBeDisturbed(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	r.say("Anna", "zero")
	p := r.page(b, "")
	r.say("Anna", "one")
	r.say("Anna", "two")
	r.fault(TargetChatList, kindDuplicate, 1)
	require.Equal(t, []string{"zero", "one", "two", "one", "two"}, r.page(b, p.NextPageToken).texts())
	r.fault(TargetChatList, kindReorder, 1)
	require.Equal(t, []string{"two", "one"}, r.page(b, p.NextPageToken).texts())
	require.Equal(t, []string{"one", "two"}, r.page(b, p.NextPageToken).texts())
	r.fault(TargetChatList, kindTruncate, 1)
	_, err := r.send(http.MethodGet, r.url+APIPath+"/liveChat/messages?part=id&liveChatId="+b.ChatID+"&pageToken="+p.NextPageToken, nil, nil)
	require.Error(t, err)
}

func FuzzPageTokensAreOursOrRefused(f *testing.F) {
	f.Add(pageToken{Chat: "Cg0K", Seq: 7, Due: 1_700_000_000_000}.String())
	f.Add("GO")
	f.Add("GOYXwxfDI")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if p, ok := parsePageToken(text); ok {
			require.Equal(t, text, p.String())
			require.GreaterOrEqual(t, p.Seq, int64(0))
		}
	})
}
