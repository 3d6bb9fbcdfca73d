package youtube

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	api "google.golang.org/api/youtube/v3"
)

// googleAs is the client of the platform's own makers for one of the accounts.
func googleAs(t *testing.T, r *rig, refresh string) *api.Service {
	t.Helper()
	application := oauth2.Config{ClientID: r.seed.ClientID, ClientSecret: r.seed.ClientSecret, Endpoint: oauth2.Endpoint{TokenURL: r.url + TokenPath}}
	service, err := api.NewService(t.Context(), option.WithEndpoint(r.url),
		option.WithHTTPClient(application.Client(t.Context(), &oauth2.Token{RefreshToken: refresh})))
	require.NoError(t, err)
	return service
}

func TestGooglesOwnClientFindsAChatReadsItAndWrites(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	r.say("Anna", "one")
	service := googleAs(t, r, bot)
	channels, err := service.Channels.List([]string{"contentDetails"}).ForHandle("@harborlights").Do()
	require.NoError(t, err)
	uploads, err := service.PlaylistItems.List([]string{"contentDetails"}).PlaylistId(channels.Items[0].ContentDetails.RelatedPlaylists.Uploads).Do()
	require.NoError(t, err)
	videos, err := service.Videos.List([]string{"snippet", "liveStreamingDetails"}).Id(uploads.Items[0].ContentDetails.VideoId).Do()
	require.NoError(t, err)
	require.Equal(t, "live", videos.Items[0].Snippet.LiveBroadcastContent)
	details := videos.Items[0].LiveStreamingDetails
	require.Equal(t, []any{b.ChatID, uint64(usualViewers)}, []any{details.ActiveLiveChatId, details.ConcurrentViewers})

	first, err := service.LiveChatMessages.List(b.ChatID, []string{"id", "snippet", "authorDetails"}).MaxResults(200).Do()
	require.NoError(t, err)
	require.Equal(t, "one", first.Items[0].Snippet.TextMessageDetails.MessageText)
	said, err := service.LiveChatMessages.Insert([]string{"snippet"}, &api.LiveChatMessage{Snippet: &api.LiveChatMessageSnippet{
		LiveChatId: b.ChatID, Type: typeText, TextMessageDetails: &api.LiveChatTextMessageDetails{MessageText: "two"}}}).Do()
	require.NoError(t, err)
	require.NoError(t, service.LiveChatMessages.Delete(first.Items[0].Id).Do())
	banned, err := service.LiveChatBans.Insert([]string{"snippet"}, &api.LiveChatBan{Snippet: &api.LiveChatBanSnippet{LiveChatId: b.ChatID,
		Type: "temporary", BanDurationSeconds: 300, BannedUserDetails: &api.ChannelProfileDetails{ChannelId: first.Items[0].AuthorDetails.ChannelId}}}).Do()
	require.NoError(t, err)
	require.NoError(t, service.LiveChatBans.Delete(banned.Id).Do())

	r.clock.move(time.Duration(first.PollingIntervalMillis) * time.Millisecond)
	second, err := service.LiveChatMessages.List(b.ChatID, []string{"id", "snippet", "authorDetails"}).PageToken(first.NextPageToken).Do()
	require.NoError(t, err)
	require.Equal(t, []string{said.Id, first.Items[0].Id}, []string{second.Items[0].Id, second.Items[1].Id})
	require.Equal(t, typeTombstone, second.Items[1].Snippet.Type)
	require.Equal(t, uint64(300), second.Items[2].Snippet.UserBannedDetails.BanDurationSeconds)
	_, err = service.LiveChatMessages.List(b.ChatID, []string{"id"}).PageToken(second.NextPageToken).Do()
	var refused *googleapi.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "rateLimitExceeded", refused.Errors[0].Reason)
}

func TestGooglesOwnClientUnderstandsEveryTypeOfEvent(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	for _, h := range []Happening{
		{Type: typeSuperChat, Text: "hi", AmountMicros: 5_000_000}, {Type: typeSuperSticker, Currency: "EUR"}, {Type: typeSponsor},
		{Type: typeMilestone, Months: 7}, {Type: typeGifting, Recipients: []string{"Cy", "Di"}}, {Type: typeGift}, {Type: typePoll},
		{Type: typeSponsorsOnly}, {Type: typeSponsorsOnlyOff}, {Type: "fanFundingEvent"},
		{Type: "messageDeletedEvent", Details: map[string]any{"deletedMessageId": "x"}},
	} {
		h.User = "Anna"
		_, err := r.Happen(h)
		require.NoError(t, err, h.Type)
	}
	page, err := googleAs(t, r, stranger).LiveChatMessages.List(b.ChatID, []string{"snippet"}).Do()
	require.NoError(t, err)
	found := map[string]*api.LiveChatMessageSnippet{}
	for _, i := range page.Items {
		found[i.Snippet.Type] = i.Snippet
	}
	require.Len(t, found, 12)
	require.Equal(t, []any{uint64(5_000_000), "USD", "$5.00", "hi", int64(2)}, []any{found[typeSuperChat].SuperChatDetails.AmountMicros,
		found[typeSuperChat].SuperChatDetails.Currency, found[typeSuperChat].SuperChatDetails.AmountDisplayString,
		found[typeSuperChat].SuperChatDetails.UserComment, found[typeSuperChat].SuperChatDetails.Tier})
	require.Equal(t, `$5.00 from Anna: "hi"`, found[typeSuperChat].DisplayMessage)
	require.NotEmpty(t, found[typeSuperSticker].SuperStickerDetails.SuperStickerMetadata.AltText)
	require.Equal(t, int64(7), found[typeMilestone].MemberMilestoneChatDetails.MemberMonth)
	require.Equal(t, int64(2), found[typeGifting].MembershipGiftingDetails.GiftMembershipsCount)
	require.NotEmpty(t, found[typeGiftReceived].GiftMembershipReceivedDetails.AssociatedMembershipGiftingMessageId)
	require.Equal(t, int64(50), found[typeGift].GiftDetails.JewelsAmount)
	require.Len(t, found[typePoll].PollDetails.Metadata.Options, 2)
	require.Equal(t, "active", page.ActivePollItem.Snippet.PollDetails.Status)
	require.NotEmpty(t, found["fanFundingEvent"].FanFundingEventDetails.AmountDisplayString)
	require.Equal(t, "x", found["messageDeletedEvent"].MessageDeletedDetails.DeletedMessageId)
	closed, err := googleAs(t, r, owner).LiveChatMessages.Transition().Id(page.ActivePollItem.Id).Status("closed").Do()
	require.NoError(t, err)
	require.Equal(t, "closed", closed.Snippet.PollDetails.Status)
}

func TestGooglesOwnClientListsItsOwnersBroadcasts(t *testing.T) {
	t.Parallel()
	r, first := live(t)
	_, err := r.SetLive("", false, "")
	require.NoError(t, err)
	second := r.goLive()
	service := googleAs(t, r, owner)
	ask := func(change func(*api.LiveBroadcastsListCall) *api.LiveBroadcastsListCall) []string {
		answer, err := change(service.LiveBroadcasts.List([]string{"id", "snippet", "status"})).Do()
		require.NoError(t, err)
		ids := []string{}
		for _, b := range answer.Items {
			ids = append(ids, b.Id+" "+b.Status.LifeCycleStatus+" "+b.Snippet.LiveChatId)
		}
		return ids
	}
	running, over := second.VideoID+" live "+second.ChatID, first.VideoID+" complete "
	require.Equal(t, []string{running, over}, ask(func(c *api.LiveBroadcastsListCall) *api.LiveBroadcastsListCall { return c.Mine(true) }))
	require.Equal(t, []string{running}, ask(func(c *api.LiveBroadcastsListCall) *api.LiveBroadcastsListCall { return c.BroadcastStatus("active") }))
	require.Equal(t, []string{over}, ask(func(c *api.LiveBroadcastsListCall) *api.LiveBroadcastsListCall { return c.BroadcastStatus("completed") }))
	require.Equal(t, []string{over}, ask(func(c *api.LiveBroadcastsListCall) *api.LiveBroadcastsListCall { return c.Id(first.VideoID) }))
	r.fault(TargetLive, kindOffline, 1)
	require.Empty(t, ask(func(c *api.LiveBroadcastsListCall) *api.LiveBroadcastsListCall { return c.BroadcastStatus("active") }))
	require.Len(t, ask(func(c *api.LiveBroadcastsListCall) *api.LiveBroadcastsListCall { return c.Mine(true).MaxResults(1) }), 1)
}

func TestAStreamIsReadElementByElement(t *testing.T) {
	t.Parallel()
	r, b := live(t)
	r.say("Anna", "one")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+APIPath+"/liveChat/messages/stream?part=snippet&key="+r.seed.APIKey+
		"&liveChatId="+b.ChatID, http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.True(t, strings.HasPrefix(response.Header.Get("Content-Type"), "application/json"))
	decoder := json.NewDecoder(response.Body)
	bracket, err := decoder.Token()
	require.NoError(t, err)
	require.Equal(t, json.Delim('['), bracket)
	var page chatPage
	require.NoError(t, decoder.Decode(&page))
	require.Equal(t, []string{"one"}, page.texts())
	r.say("Ben", "two")
	page = chatPage{}
	require.NoError(t, decoder.Decode(&page))
	require.Equal(t, []string{"two"}, page.texts())
	_, err = r.SetLive("", false, "")
	require.NoError(t, err)
	page = chatPage{}
	require.NoError(t, decoder.Decode(&page))
	require.Equal(t, []string{typeChatEnded}, page.types())
	require.NotEmpty(t, page.OfflineAt)
	require.False(t, decoder.More())
	_, err = decoder.Token()
	require.NoError(t, err, "a chat that ends ends its array")
}
