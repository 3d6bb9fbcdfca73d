package youtube

import (
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

var received = time.Date(2026, 7, 1, 18, 0, 0, 0, time.UTC)

func converting() *converter {
	return &converter{channel: "UC1", creatorID: "c", videoID: "v1", ownID: "UCbot", giftings: newRecent[gifting](giftingsMax)}
}

// page reads items as the platform writes them.
func page(t testing.TB, items string) youtube.ChatPage {
	t.Helper()
	var p youtube.ChatPage
	require.NoError(t, json.Unmarshal([]byte(`{"items":[`+items+`]}`), &p))
	return p
}

func convert(t testing.TB, c *converter, items string) []chat.Event {
	t.Helper()
	var events []chat.Event
	for _, item := range page(t, items).Items {
		if e, ok := c.event(&item, received); ok {
			events = append(events, e)
		}
	}
	return events
}

func TestEveryTypeOfItemIsConverted(t *testing.T) {
	t.Parallel()
	type want struct {
		kind   chat.Kind
		amount int64
		unit   string
		target string
		text   string
		author string
	}
	for snippet, w := range map[string]want{
		`"type":"textMessageEvent","displayMessage":"hi","textMessageDetails":{"messageText":"hi"}`:                                                              {text: "hi", author: "UCa"},
		`"type":"superChatEvent","displayMessage":"$5","superChatDetails":{"amountMicros":"5000000","currency":"USD","userComment":"yo","tier":2}`:               {chat.Paid, 500, "USD", "", "yo", "UCa"},
		`"type":"superChatEvent","superChatDetails":{"amountMicros":"500000000","currency":"JPY"}`:                                                               {chat.Paid, 500, "JPY", "", "", "UCa"},
		`"type":"superChatEvent","superChatDetails":{"amountMicros":"1500000","currency":"KWD"}`:                                                                 {chat.Paid, 1500, "KWD", "", "", "UCa"},
		`"type":"superChatEvent","superChatDetails":{"amountMicros":9990000,"currency":"eur"}`:                                                                   {chat.Paid, 999, "EUR", "", "", "UCa"},
		`"type":"superChatEvent","superChatDetails":{"amountMicros":"-1","currency":"nonsense"}`:                                                                 {chat.Paid, 0, "", "", "", "UCa"},
		`"type":"superStickerEvent","superStickerDetails":{"superStickerMetadata":{"stickerId":"s","altText":"!clip"},"amountMicros":"990000","currency":"EUR"}`: {chat.Paid, 99, "EUR", "", "", "UCa"},
		`"type":"fanFundingEvent","fanFundingEventDetails":{"amountMicros":"2000000","currency":"USD","userComment":"ta"}`:                                       {chat.Paid, 200, "USD", "", "ta", "UCa"},
		`"type":"newSponsorEvent","newSponsorDetails":{"memberLevelName":"L","isUpgrade":false}`:                                                                 {chat.Subscription, 1, "", "", "", "UCa"},
		`"type":"newSponsorEvent","newSponsorDetails":{"memberLevelName":"L","isUpgrade":true}`:                                                                  {chat.Subscription, 0, "", "", "", "UCa"},
		`"type":"memberMilestoneChatEvent","memberMilestoneChatDetails":{"memberMonth":7,"userComment":"x"}`:                                                     {chat.Subscription, 7, "", "", "x", "UCa"},
		`"type":"membershipGiftingEvent","membershipGiftingDetails":{"giftMembershipsCount":5}`:                                                                  {chat.Gift, 5, "", "", "", "UCa"},
		`"type":"giftMembershipReceivedEvent","giftMembershipReceivedDetails":{"gifterChannelId":"UCg","associatedMembershipGiftingMessageId":"g"}`:              {chat.Gift, 1, "", "UCa", "", "UCg"},
		`"type":"giftEvent","giftDetails":{"giftName":"Foghorn","jewelsAmount":50,"comboCount":3}`:                                                               {chat.Paid, 50, "jewels", "", "", "UCa"},
		`"type":"userBannedEvent","userBannedDetails":{"bannedUserDetails":{"channelId":"UCx"},"banType":"temporary","banDurationSeconds":"300"}`:                {chat.Ban, 300, "", "UCx", "", "UCa"},
		`"type":"userBannedEvent","userBannedDetails":{"bannedUserDetails":{"channelId":"UCx"},"banType":"permanent","banDurationSeconds":"300"}`:                {chat.Ban, 0, "", "UCx", "", "UCa"},
		`"type":"messageDeletedEvent","messageDeletedDetails":{"deletedMessageId":"d"}`:                                                                          {chat.Deletion, 0, "", "d", "", "UCa"},
		`"type":"messageRetractedEvent","messageRetractedDetails":{"retractedMessageId":"d"}`:                                                                    {chat.Deletion, 0, "", "d", "", "UCa"},
		`"type":"tombstone"`:      {chat.Deletion, 0, "", "m1", "", "UCa"},
		`"type":"chatEndedEvent"`: {chat.Offline, 0, "", "v1", "", ""},
	} {
		events := convert(t, converting(), `{"id":"m1","snippet":{"authorChannelId":"UCa","publishedAt":"2026-07-01T17:59:59.5+00:00",`+snippet+`}}`)
		require.Len(t, events, 1, snippet)
		e := events[0]
		require.Equal(t, w, want{e.Kind, e.Amount, e.Unit, e.Target, e.Text, e.Author.ID}, snippet)
		require.Equal(t, received.Add(-500*time.Millisecond), e.SentAt, "the platform's time")
		require.Equal(t, "c", e.CreatorID)
		require.Equal(t, "UC1", e.Channel)
		require.NotEmpty(t, e.MessageID)
		if e.Kind == chat.Deletion && e.Target == "m1" {
			require.NotEqual(t, "m1", e.MessageID, "the message had that id")
		}
	}
}

func TestWhatIsNoEventIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, snippet := range []string{
		`"type":"sponsorOnlyModeStartedEvent"`, `"type":"pollEvent","pollDetails":{}`, `"type":"somethingNew","displayMessage":"!clip"`,
		`"type":"textMessageEvent"`, `"type":"userBannedEvent"`, `"type":"messageDeletedEvent"`,
	} {
		require.Empty(t, convert(t, converting(), `{"id":"m1","snippet":{"authorChannelId":"UCa",`+snippet+`}}`), snippet)
	}
}

func TestAGiftOfMembershipsCountsOnceInWhicheverOrderItComes(t *testing.T) {
	t.Parallel()
	const (
		gift = `{"id":"g","snippet":{"type":"membershipGiftingEvent","authorChannelId":"UCg","membershipGiftingDetails":{"giftMembershipsCount":3}}}`
		got  = `{"snippet":{"type":"giftMembershipReceivedEvent","authorChannelId":"UCa","giftMembershipReceivedDetails":{"gifterChannelId":"UCg","associatedMembershipGiftingMessageId":"g"}}}`
	)
	for name, items := range map[string]string{
		"gift first": gift + "," + got + "," + got + "," + got, "gift last": got + "," + got + "," + got + "," + gift, "in between": got + "," + gift + "," + got + "," + got,
	} {
		total := int64(0)
		for _, e := range convert(t, converting(), items) {
			require.Equal(t, chat.Gift, e.Kind)
			require.Equal(t, "UCg", e.Author.ID)
			total += e.Amount
		}
		require.Equal(t, int64(3), total, name)
	}
}

func TestAnIDThatIsMissingIsTheSameOnEveryHost(t *testing.T) {
	t.Parallel()
	const item = `{"snippet":{"type":"textMessageEvent","authorChannelId":"UCa","publishedAt":"2026-07-01T17:59:59Z","textMessageDetails":{"messageText":"hi"}}}`
	one, other := convert(t, converting(), item)[0], converting()
	p := page(t, item)
	e, ok := other.event(&p.Items[0], received.Add(time.Hour))
	require.True(t, ok)
	require.Equal(t, one.MessageID, e.MessageID)
	require.NotEqual(t, one.MessageID, convert(t, converting(), `{"snippet":{"type":"textMessageEvent","authorChannelId":"UCa","publishedAt":"2026-07-01T17:59:59Z","textMessageDetails":{"messageText":"ho"}}}`)[0].MessageID)
}

func TestTheNewestIDsAreRemembered(t *testing.T) {
	t.Parallel()
	s := newSeen()
	id := func(i int) string { return time.Duration(i).String() }
	for i := range seenMax {
		require.True(t, s.first(id(i)))
	}
	require.False(t, s.first(id(0)))
	require.True(t, s.first(id(seenMax)))
	require.False(t, s.has(id(0)), "the oldest is forgotten")
	require.True(t, s.has(id(1)))
	require.Len(t, s.known, seenMax)
}

func TestATextIsAddressedWhereItFits(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"Ann", "hi", "@Ann hi"}, {"@ann", "hi", "@ann hi"}, {"ann", "@ANN hi", "@ANN hi"}, {"", "hi", "hi"}, {"much too long", "hi", "hi"}, {"a\nb", "hi", "@a b hi"},
	} {
		require.Equal(t, c[2], mention(c[0], c[1], 10), c)
	}
}

func FuzzConvert(f *testing.F) {
	f.Add([]byte(`{"id":"m","snippet":{"type":"superChatEvent","publishedAt":"2026-01-01T00:00:00Z","superChatDetails":{"amountMicros":"9223372036854775807","currency":"JPY"}},"authorDetails":{"channelId":"UC","displayName":"@A"}}`))
	f.Add([]byte(`{"snippet":{"type":"giftMembershipReceivedEvent","giftMembershipReceivedDetails":{"associatedMembershipGiftingMessageId":"g"}}},{"id":"g","snippet":{"type":"membershipGiftingEvent"}}`))
	f.Add([]byte(`{"snippet":{"type":"tombstone"}},{"id":"x","snippet":{"type":"tombstone"}},{"snippet":{"type":"chatEndedEvent"}}`))
	f.Add([]byte(`{"snippet":{"type":"userBannedEvent","userBannedDetails":{"bannedUserDetails":{"channelId":"u"},"banDurationSeconds":-5}}}`))
	f.Fuzz(func(t *testing.T, items []byte) {
		var p youtube.ChatPage
		if json.Unmarshal([]byte(`{"items":[`+string(items)+`]}`), &p) != nil {
			return
		}
		c := converting()
		for i := range p.Items {
			e, ok := c.event(&p.Items[i], received)
			if !ok {
				continue
			}
			require.NotEmpty(t, e.MessageID)
			require.GreaterOrEqual(t, e.Amount, int64(0))
			require.False(t, e.SentAt.IsZero())
			require.True(t, utf8.ValidString(e.Text))
			require.Equal(t, chat.YouTube, e.Platform)
			if e.Kind == chat.Ban || e.Kind == chat.Deletion || e.Kind == chat.Offline {
				require.NotEmpty(t, e.Target)
			}
		}
	})
}
