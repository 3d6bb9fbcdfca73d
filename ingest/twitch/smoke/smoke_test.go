package smoke

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/ingest/twitch"
)

// run runs the smoke test in a bubble against a server that lets the account
// in, answers what serve answers, and reads everything.
func run(t *testing.T, channel string, serve func(write func(...string), line string)) (Summary, string, error) {
	t.Helper()
	near, far := net.Pipe()
	write := func(lines ...string) { _, _ = far.Write([]byte(strings.Join(lines, "\r\n") + "\r\n")) }
	go func() {
		for lines := bufio.NewScanner(far); lines.Scan(); {
			if nick, ok := strings.CutPrefix(lines.Text(), "NICK "); ok {
				write(":tmi.twitch.tv CAP * ACK :x", ":tmi.twitch.tv 001 "+nick+" :Welcome")
				continue
			}
			serve(write, lines.Text())
		}
		far.Close()
	}()
	cfg := twitch.Config{
		Endpoints: twitch.Endpoints{Address: "chat.test:6667", Plain: true}, Login: "bot",
		Token: func(context.Context) (string, error) { return "token", nil },
		Dial:  func(context.Context, string, string) (net.Conn, error) { return near, nil },
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var out bytes.Buffer
	summary, err := Run(ctx, cfg, channel, &out)
	return summary, out.String(), err
}

func TestItPrintsChatAndAnswersPing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var answered []string
		summary, out, err := run(t, "nova", func(write func(...string), line string) {
			switch {
			case strings.HasPrefix(line, "JOIN"):
				write(":bot!bot@bot JOIN #nova", "@mod=0 :tmi.twitch.tv USERSTATE #nova",
					"@badges=moderator/1;display-name=Ann;id=m1;user-id=7 :ann!ann@ann PRIVMSG #nova :hello \x1b[31mred",
					"@id=m2;user-id=7 :ann!ann@ann PRIVMSG #nova : !PING ",
					"@id=m3;user-id=7 :bot!bot@bot PRIVMSG #nova :!ping")
			case strings.Contains(line, "PRIVMSG"):
				answered = append(answered, line)
				write("@mod=0 :tmi.twitch.tv USERSTATE #nova")
			}
		})
		require.NoError(t, err)
		require.Equal(t, []string{"@reply-parent-msg-id=m2 PRIVMSG #nova :pong"}, answered)
		require.Contains(t, out, "Ann [moderator]: hello [31mred", "nothing steers the terminal")
		require.Contains(t, out, "* nova: live")
		require.EqualValues(t, 3, summary.Messages)
		require.EqualValues(t, 1, summary.Pings)
		require.True(t, summary.Confirmed)
		require.Equal(t, twitch.StateLive, summary.State)
		require.Equal(t, 20*time.Second, summary.Duration)
	})
}

func TestARefusedAccountEndsItAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		_, _, err := run(t, "nova", func(write func(...string), line string) {
			if strings.HasPrefix(line, "JOIN") {
				write(":tmi.twitch.tv NOTICE * :Login authentication failed")
			}
		})
		require.ErrorContains(t, err, "needs_login")
		require.ErrorContains(t, err, "Login authentication failed")
		require.Less(t, time.Since(begun), 10*time.Second)
	})
}

func TestAChannelThatDoesNotExistEndsItAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, _, err := run(t, "nova", func(write func(...string), line string) {
			if strings.HasPrefix(line, "JOIN") {
				write("@msg-id=msg_channel_suspended :tmi.twitch.tv NOTICE #nova :gone")
			}
		})
		require.ErrorContains(t, err, "msg_channel_suspended")
	})
}

func TestAnAnswerThatIsRefusedIsCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		summary, out, err := run(t, "nova", func(write func(...string), line string) {
			switch {
			case strings.HasPrefix(line, "JOIN"):
				write(":bot!bot@bot JOIN #nova", "@mod=0 :tmi.twitch.tv USERSTATE #nova",
					"@id=m1;user-id=7 :ann!ann@ann PRIVMSG #nova :!ping")
			case strings.Contains(line, "PRIVMSG"):
				write("@msg-id=msg_subsonly :tmi.twitch.tv NOTICE #nova :subscribers only")
			}
		})
		require.NoError(t, err)
		require.EqualValues(t, 1, summary.Refused)
		require.Contains(t, out, "msg_subsonly")
	})
}

func TestANameThatIsNoChannelIsRefused(t *testing.T) {
	t.Parallel()
	_, err := Run(t.Context(), twitch.Config{}, "a b", &bytes.Buffer{})
	require.ErrorIs(t, err, twitch.ErrChannelName)
}
