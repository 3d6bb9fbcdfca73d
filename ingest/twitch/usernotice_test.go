package twitch

import (
	"strconv"
	"strings"
	"testing"
	"time"

	irc "github.com/gempir/go-twitch-irc/v4"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// happened converts USERNOTICE lines of one connection; those that are no event
// are left out.
func happened(lines ...string) []chat.Event {
	var c converter
	var events []chat.Event
	for _, line := range lines {
		h, _ := peek([]byte(line))
		c.tags.scan(h.tags)
		text, _ := h.text()
		if what, ok := c.happening(len(text) > 0); ok {
			var e chat.Event
			if c.notice(&e, h, what, &here) {
				events = append(events, e)
			}
		}
	}
	return events
}

const byAnn = "@badge-info=;badges=subscriber/3;display-name=Ann;emotes=;id=u-1;login=ann;mod=0;room-id=1;tmi-sent-ts=1642786203573;user-id=77;"

func told(tags, text string) string {
	line := byAnn + tags + " :tmi.twitch.tv USERNOTICE #nova"
	if text != "" {
		line += " :" + text
	}
	return line
}

func TestAUserNoticeBecomesAnEvent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tags, text string
		kind       chat.Kind
		amount     int64
	}{
		"a first subscription":                 {`msg-id=sub;msg-param-cumulative-months=1;msg-param-sub-plan=Prime`, "", chat.Subscription, 1},
		"a renewed one with words":             {`msg-id=resub;msg-param-cumulative-months=13;msg-param-streak-months=2`, "great stream", chat.Subscription, 13},
		"a subscription without its months":    {`msg-id=sub`, "", chat.Subscription, 1},
		"a subscription of no months":          {`msg-id=resub;msg-param-cumulative-months=0`, "", chat.Subscription, 1},
		"a subscription of nonsense":           {`msg-id=resub;msg-param-cumulative-months=x`, "", chat.Subscription, 1},
		"a gift to one person":                 {`msg-id=subgift;msg-param-origin-id=ab\scd;msg-param-recipient-id=5;msg-param-gift-months=6`, "", chat.Gift, 1},
		"a gift bomb":                          {`msg-id=submysterygift;msg-param-mass-gift-count=5;msg-param-origin-id=ab\scd`, "", chat.Gift, 5},
		"a raid":                               {`msg-id=raid;msg-param-displayName=Ann;msg-param-login=ann;msg-param-viewerCount=42`, "", chat.Raid, 42},
		"a raid of less than nobody":           {`msg-id=raid;msg-param-viewerCount=-4`, "", chat.Raid, 0},
		"a gift that is kept at own cost":      {`msg-id=giftpaidupgrade;msg-param-sender-login=bob`, "", chat.Subscription, 1},
		"an anonymous gift that is kept":       {`msg-id=anongiftpaidupgrade`, "", chat.Subscription, 1},
		"a subscription by Prime that is kept": {`msg-id=primepaidupgrade;msg-param-sub-plan=1000`, "", chat.Subscription, 1},
		"a subscription that is made longer":   {`msg-id=extendsub;msg-param-cumulative-months=7`, "", chat.Subscription, 7},
		"words beside a watch streak":          {`msg-id=viewermilestone;msg-param-category=watch-streak;msg-param-value=5`, "still here", chat.Message, 0},
		"a first message":                      {`msg-id=ritual;msg-param-ritual-name=new_chatter`, "HeyGuys", chat.Message, 0},
		"words beside something new":           {`msg-id=something-new`, "what is this", chat.Message, 0},
		"an announcement":                      {`msg-id=announcement;msg-param-color=PRIMARY`, "!clip all of you", chat.Announcement, 0},
		"a subscription in a partner's chat":   {`msg-id=sharedchatnotice;source-msg-id=resub;source-room-id=2;msg-param-cumulative-months=4`, "hi", chat.Subscription, 4},
		"the same in the chat of its own room": {`msg-id=resub;source-msg-id=resub;source-room-id=1;msg-param-cumulative-months=4`, "hi", chat.Subscription, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := happened(told(c.tags, c.text))
			require.Len(t, events, 1)
			want := chat.Event{
				Platform: chat.Twitch, MessageID: "u-1", CreatorID: "creator", Channel: "nova",
				Author: chat.Author{ID: "77", Login: "ann", Name: "Ann", Roles: chat.Subscriber}, Text: c.text,
				SentAt: time.Date(2022, 1, 21, 17, 30, 3, 573_000_000, time.UTC), ReceivedAt: received,
				Kind: c.kind, Amount: c.amount,
			}
			if strings.Contains(c.tags, "source-room-id=2") {
				want.SharedFrom = "2"
			}
			require.Equal(t, want, events[0])
		})
	}
}

func TestWhatIsNoEventIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{
		"", "unraid", "ritual", "bitsbadgetier", "viewermilestone", "standardpayforward", "communitypayforward", "rewardgift",
		"primecommunitygiftreceived", "sharedchatnotice", "something-new",
	} {
		require.Empty(t, happened(told("msg-id="+kind, "")), kind)
	}
	for _, kind := range []string{"standardpayforward", "communitypayforward", "rewardgift", "primecommunitygiftreceived"} {
		require.Empty(t, happened(told("msg-id="+kind, "hi")), "%s is told beside its gift", kind)
	}
	require.Empty(t, happened("@msg-id=raid;msg-param-viewerCount=4 :tmi.twitch.tv USERNOTICE #nova"), "nobody did it")
}

func TestAGiftBombCountsOnce(t *testing.T) {
	t.Parallel()
	bomb := told(`msg-id=submysterygift;msg-param-mass-gift-count=3;msg-param-origin-id=ab\scd`, "")
	one := func(tags string) string { return told("id=u-2;msg-id=subgift;"+tags, "") }
	for name, c := range map[string]struct {
		lines []string
		want  []int64
	}{
		"by the id of its origin": {[]string{bomb, one(`msg-param-origin-id=ab\scd`), one(`msg-param-origin-id=ab\scd`)}, []int64{3}},
		"by the community's id, in any order": {[]string{
			one(`msg-param-community-gift-id=9;msg-param-origin-id=xy`),
			told(`msg-id=submysterygift;msg-param-mass-gift-count=2;msg-param-community-gift-id=9;msg-param-origin-id=xz`, ""),
			one(`msg-param-community-gift-id=9;msg-param-origin-id=xw`),
		}, []int64{2}},
		"beside a gift to one person": {[]string{bomb, one(`msg-param-origin-id=other`), one(`msg-param-origin-id=ab\scd`)}, []int64{3, 1}},
		"two bombs at a time": {[]string{
			bomb, told(`msg-id=submysterygift;msg-param-mass-gift-count=7;msg-param-origin-id=second`, ""),
			one(`msg-param-origin-id=ab\scd`), one(`msg-param-origin-id=second`),
		}, []int64{3, 7}},
		"of somebody unknown": {[]string{
			told(`msg-id=anonsubmysterygift;msg-param-mass-gift-count=4;msg-param-origin-id=q`, ""), told(`msg-id=anonsubgift;msg-param-origin-id=q`, ""),
		}, []int64{4}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []int64
			for _, e := range happened(c.lines...) {
				require.Equal(t, chat.Gift, e.Kind)
				got = append(got, e.Amount)
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestBombsThatAreRememberedAreBounded(t *testing.T) {
	t.Parallel()
	var b bombs
	for i := range 1000 {
		b.add([]byte(strconv.Itoa(i)))
	}
	require.True(t, b.has([]byte("999")))
	require.True(t, b.has([]byte("936")))
	require.False(t, b.has([]byte("935")))
	require.False(t, b.has(nil), "a gift without an origin belongs to none")
	b.add([]byte(strings.Repeat("x", maxID+1)))
	require.True(t, b.has([]byte("936")), "what cannot be an id takes nobody's place")
}

func TestAnAnonymousGiftIsNobodysDeed(t *testing.T) {
	t.Parallel()
	// The platform fills in the channel's owner, badges and all.
	line := `@badges=broadcaster/1;display-name=Nova;id=u-1;login=nova;mod=0;msg-id=anonsubgift;room-id=1;tmi-sent-ts=1642786203573;user-id=1 :tmi.twitch.tv USERNOTICE #nova`
	events := happened(line)
	require.Len(t, events, 1)
	require.Equal(t, chat.Author{ID: "274598607", Login: "ananonymousgifter", Name: "AnAnonymousGifter"}, events[0].Author)
	// Newer lines name that account themselves.
	events = happened(`@badges=;display-name=AnAnonymousGifter;id=u-1;login=ananonymousgifter;msg-id=subgift;room-id=1;user-id=274598607 :tmi.twitch.tv USERNOTICE #nova`)
	require.Equal(t, chat.Author{ID: "274598607", Login: "ananonymousgifter", Name: "AnAnonymousGifter"}, events[0].Author)
}

func TestAMissingIDOfANoticeIsDerivedFromTheLine(t *testing.T) {
	t.Parallel()
	id := func(tags string) string { return happened(told("id=;"+tags, ""))[0].MessageID }
	require.Regexp(t, `^sha-[0-9a-f]{32}$`, id("msg-id=sub"))
	require.Equal(t, id("msg-id=sub"), id("msg-id=sub;color=red"))
	require.NotEqual(t, id("msg-id=sub"), id("msg-id=raid"), "one person can do two things at a time")
}

func TestTheRealNoticesAreReadAsTheLibraryReadsThem(t *testing.T) {
	t.Parallel()
	notices := 0
	for _, line := range realLines(t) {
		if h, _ := peek(line); string(h.command) == "USERNOTICE" {
			noticeAgrees(t, string(line))
			notices++
		}
	}
	require.Greater(t, notices, 5)
}

// noticeAgrees compares our reading of a USERNOTICE with the library's.
func noticeAgrees(t *testing.T, line string) {
	t.Helper()
	events := happened(line)
	for _, e := range events {
		requireSane(t, e)
		require.True(t, e.Kind != chat.Message || e.Text != "", "a message without words")
		require.GreaterOrEqual(t, e.Amount, int64(0))
	}
	message, err := parse(line)
	m, ok := message.(*irc.UserNoticeMessage)
	if err != nil || !ok || m.Channel == "" || odd(line) {
		return
	}
	what := m.MsgID
	if what == "sharedchatnotice" {
		what = m.Tags["source-msg-id"]
	}
	amount := func(param string, least int64) int64 {
		n, err := strconv.ParseInt(m.MsgParams["msg-param-"+param], 10, 64)
		if err != nil {
			n = 0
		}
		return max(least, n)
	}
	var want chat.Event
	words := m.Message != "" // are chat, whatever they stand beside
	switch what {
	case "sub", "resub":
		want.Kind, want.Amount = chat.Subscription, amount("cumulative-months", 1)
	case "giftpaidupgrade", "anongiftpaidupgrade", "primepaidupgrade", "extendsub":
		want.Kind, want.Amount = chat.Subscription, amount("cumulative-months", 1)
	case "charitydonation":
		want.Kind, want.Amount = chat.Paid, amount("donation-amount", 0)
	case "standardpayforward", "communitypayforward", "rewardgift", "primecommunitygiftreceived":
		words = false
	case "submysterygift":
		want.Kind, want.Amount = chat.Gift, amount("mass-gift-count", 1)
	case "subgift":
		if m.MsgParams["msg-param-community-gift-id"] == "" {
			want.Kind, want.Amount = chat.Gift, 1
		}
		words = false
	case "raid":
		want.Kind, want.Amount = chat.Raid, amount("viewerCount", 0)
	case "announcement":
		want.Kind = chat.Announcement
	case "anonsubmysterygift", "anonsubgift":
		return // the library takes the channel's owner for the giver
	}
	named := m.User.ID != "" || m.Tags["login"] != "" || m.User.DisplayName != ""
	if want.Kind == chat.Message && !words || !named || len(m.User.ID) > maxID {
		require.Empty(t, events)
		return
	}
	if len(events) == 0 {
		require.Empty(t, m.User.ID, "left out for its long name alone")
		return
	}
	got := events[0]
	require.Equal(t, want.Kind, got.Kind)
	require.Equal(t, want.Amount, got.Amount)
	require.Equal(t, m.Message, got.Text)
	require.Equal(t, libraryRoles(&m.User), got.Author.Roles)
	if m.User.ID != "" {
		require.Equal(t, m.User.ID, got.Author.ID)
	}
	if m.ID != "" && len(m.ID) <= maxID {
		require.Equal(t, m.ID, got.MessageID)
	}
}
