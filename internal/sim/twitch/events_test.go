package twitch

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fixed takes what differs from run to run out of a line.
func fixed(line string) string {
	line = regexp.MustCompile(`(;id|;source-id|-origin-id)=[0-9a-f-]{36}`).ReplaceAllString(line, "$1=ID")
	return regexp.MustCompile(`(-community-gift-id|tmi-sent-ts)=[0-9]+`).ReplaceAllString(line, "$1=N")
}

func TestEventsCarryTheTagsOfThePlatform(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(s *Server) error
		want []string
	}{
		"a raid": {func(s *Server) error { _, err := s.Raid(Raid{User: "Raider", Viewers: 42}); return err }, []string{
			`@badge-info=;badges=;color=COLOR;display-name=Raider;emotes=;flags=;id=ID;login=raider;mod=0;msg-id=raid;msg-param-displayName=Raider;msg-param-login=raider;` +
				`msg-param-profileImageURL=https://static-cdn.jtvnw.net/jtv_user_pictures/raider-profile_image-70x70.png;msg-param-viewerCount=42;room-id=500000002;subscriber=0;` +
				`system-msg=42\sraiders\sfrom\sRaider\shave\sjoined!;tmi-sent-ts=N;user-id=USER;user-type=;vip=0 :tmi.twitch.tv USERNOTICE #harborlights`,
		}},
		"a renewed subscription": {func(s *Server) error {
			_, err := s.Subscribe(Subscription{User: "Ann", Months: 3, Text: "great; stream"})
			return err
		}, []string{
			`@badge-info=subscriber/3;badges=subscriber/6;color=COLOR;display-name=Ann;emotes=;flags=;id=ID;login=ann;mod=0;msg-id=resub;msg-param-cumulative-months=3;msg-param-months=0;` +
				`msg-param-multimonth-duration=1;msg-param-multimonth-tenure=0;msg-param-should-share-streak=1;msg-param-streak-months=3;msg-param-sub-plan=1000;` +
				`msg-param-sub-plan-name=Channel\sSubscription;msg-param-was-gifted=false;room-id=500000002;subscriber=1;system-msg=Ann\ssubscribed\sTier\s1.\sThey've\ssubscribed\sfor\s3\smonths!;` +
				`tmi-sent-ts=N;user-id=USER;user-type=;vip=0 :tmi.twitch.tv USERNOTICE #harborlights :great; stream`,
		}},
		"an announcement": {func(s *Server) error {
			_, err := s.Announce(Announcement{User: "LanternBot", Text: "be kind"})
			return err
		}, []string{
			`@badge-info=;badges=moderator/1;color=#2E8B57;display-name=LanternBot;emotes=;flags=;id=ID;login=lanternbot;mod=1;msg-id=announcement;msg-param-color=PRIMARY;` +
				`room-id=500000002;subscriber=0;system-msg=;tmi-sent-ts=N;user-id=500000001;user-type=mod;vip=0 :tmi.twitch.tv USERNOTICE #harborlights :be kind`,
		}},
		"a subscription in a partner's chat": {func(s *Server) error {
			_, err := s.Happen(Event{Kind: "sub", User: "Ann", SharedFrom: "tidepool"})
			return err
		}, []string{
			`@badge-info=;badges=;color=COLOR;display-name=Ann;emotes=;flags=;id=ID;login=ann;mod=0;msg-id=sharedchatnotice;room-id=500000002;source-badge-info=;source-badges=;source-id=ID;` +
				`source-msg-id=sub;source-room-id=ROOM;subscriber=0;system-msg=;tmi-sent-ts=N;user-id=USER;user-type=;vip=0 :tmi.twitch.tv USERNOTICE #harborlights`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				s := open(t, t.TempDir(), nil)
				w := dial(t, s).join("lanternbot", botToken, channel)
				require.NoError(t, c.do(s))
				lines := w.take()
				require.Len(t, lines, len(c.want))
				for i, line := range lines {
					for _, who := range []string{"ann", "raider"} {
						account := s.seed.account(who)
						line = strings.ReplaceAll(line, "user-id="+account.ID, "user-id=USER")
						line = strings.ReplaceAll(line, "color="+account.Color+";", "color=COLOR;")
					}
					line = strings.ReplaceAll(line, "source-room-id="+s.seed.account("tidepool").ID, "source-room-id=ROOM")
					require.Equal(t, c.want[i], fixed(line))
				}
			})
		})
	}
}

func tagIn(line, key string) string {
	_, rest, _ := strings.Cut(line, ";"+key+"=")
	value, _, _ := strings.Cut(rest, ";")
	return value
}

func TestAGiftBombIsFollowedByItsGifts(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s).join("lanternbot", botToken, channel)
		ids, err := s.Gift(Gift{User: "Bob", Count: 3, Plan: "2000"})
		require.NoError(t, err)
		lines := w.take()
		require.Len(t, lines, 4)
		require.Equal(t, "submysterygift", tagIn(lines[0], "msg-id"))
		require.Equal(t, "3", tagIn(lines[0], "msg-param-mass-gift-count"))
		recipients := map[string]bool{}
		for i, line := range lines {
			require.Equal(t, ids[i], tagIn(line, "id"))
			require.Equal(t, tagIn(lines[0], "msg-param-origin-id"), tagIn(line, "msg-param-origin-id"))
			require.NotEmpty(t, tagIn(line, "msg-param-community-gift-id"))
			require.Equal(t, tagIn(lines[0], "msg-param-community-gift-id"), tagIn(line, "msg-param-community-gift-id"))
			require.Equal(t, "2000", tagIn(line, "msg-param-sub-plan"))
			if i > 0 {
				require.Equal(t, "subgift", tagIn(line, "msg-id"))
				recipients[tagIn(line, "msg-param-recipient-id")] = true
			}
		}
		require.Len(t, recipients, 3)

		_, err = s.Gift(Gift{Recipient: "Ann"})
		require.NoError(t, err)
		lines = w.take()
		require.Len(t, lines, 1)
		require.Equal(t, "274598607", tagIn(lines[0], "user-id"), "nobody knows who it was")
		require.NotEmpty(t, tagIn(lines[0], "msg-param-origin-id"))
		require.Empty(t, tagIn(lines[0], "msg-param-community-gift-id"))
		for _, bad := range []Gift{{Count: maxGifts + 1}, {Recipient: "a b"}, {Recipient: "Ann", Count: 2}, {Plan: "Prime"}, {Plan: "x"}, {User: "a b"}} {
			_, err := s.Gift(bad)
			var impossible *InvalidError
			require.ErrorAs(t, err, &impossible, "%+v", bad)
		}
	})
}

func TestACheerIsAMessageWithBits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir, nil)
		w := dial(t, s).join("lanternbot", botToken, channel)
		for text, want := range map[string]string{"": "Cheer100", "nice": "Cheer100 nice", "Cheer50 Cheer50": "Cheer50 Cheer50"} {
			m, err := s.Say(Utterance{User: "Ann", Text: text, Bits: 100, Roles: []string{RoleSubscriber}})
			require.NoError(t, err)
			require.Equal(t, want, m.Text)
			lines := w.take()
			require.Equal(t, []string{want}, said(lines))
			require.Equal(t, "100", tagIn(lines[0], "bits"))
			require.Equal(t, "subscriber/6,bits/1", tagIn(lines[0], "badges"))
		}
		require.Equal(t, 100, s.Messages("", "", 1)[0].Bits)
	})
}

func TestEventsAreSpoiledByFaultsAndKeptFromPlainReaders(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := open(t, t.TempDir(), nil)
		w := dial(t, s).join("lanternbot", botToken, channel)
		plain := dial(t, s)
		plain.send("NICK justinfan7", "JOIN #"+channel)
		plain.take()
		raid := func(viewers int) {
			_, err := s.Raid(Raid{User: "Raider", Viewers: viewers})
			require.NoError(t, err)
		}
		count := func() (viewers []string) {
			for _, line := range w.take() {
				viewers = append(viewers, tagIn(line, "msg-param-viewerCount"))
			}
			return viewers
		}
		s.fault(t, TargetIRC, "drop", 1)
		raid(1)
		raid(2)
		s.fault(t, TargetIRC, "duplicate", 1)
		raid(3)
		s.fault(t, TargetIRC, "reorder", 1)
		raid(4)
		raid(5)
		require.Equal(t, []string{"2", "3", "3", "5", "4"}, count())
		require.Empty(t, plain.take(), "they did not ask for commands")
	})
}

func TestWhatAChannelShowsIsToldLateAndKnownAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir, func(o *Options) { o.HelixLag = time.Minute })
		game := func(s *Server) string {
			stream := s.liveStreams([]string{channel}, nil)[0]
			return fmt.Sprint(stream["game_name"], "/", stream["title"], "/", stream["viewer_count"])
		}
		first := game(s)
		firstID := s.liveStreams([]string{channel}, nil)[0]["game_id"]
		_, err := s.SetShow("", func(show *Show) { show.Category, show.Title, show.Viewers = "Chess", "Endgames", 9 })
		require.NoError(t, err)
		require.Equal(t, first, game(s))
		pass(time.Minute)
		require.Equal(t, "Chess/Endgames/9", game(s))
		require.NotEqual(t, firstID, s.liveStreams([]string{channel}, nil)[0]["game_id"])
		require.NoError(t, s.Close())
		require.Equal(t, "Chess/Endgames/9", game(open(t, dir, nil)))
		_, err = s.SetShow("nowhere", func(*Show) {})
		require.Error(t, err)
	})
}
