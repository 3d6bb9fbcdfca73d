package twitch

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAGapBeginsWhereAConnectionThatWasBehindHadComeTo(t *testing.T) {
	later := func() time.Time { return time.Now().AddDate(20, 0, 0) } // the platform did not exist when a bubble's clock starts
	for name, last := range map[string]string{
		"in chat":                        "",
		"with something without a time":  ":tmi.twitch.tv NOTICE #nova :hello\r\n",
		"with the beginning of the next": "@id=m2;tmi-sent",
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.cfg.Clock = later
				s.run("nova")
				p := s.joined("nova")
				sent := later()
				pass(7 * time.Second)
				p.write(fmt.Sprintf("@id=m1;user-id=7;tmi-sent-ts=%d :ann!ann@ann PRIVMSG #nova :held up", sent.UnixMilli()))
				if last != "" {
					_, err := p.conn.Write([]byte(last))
					require.NoError(t, err)
				}
				synctest.Wait()
				p.close()
				s.joined("nova")
				require.Len(t, s.gaps, 1)
				require.WithinDuration(t, sent, s.gaps[0].from, 2*time.Millisecond)
			})
		})
	}
}

func TestAnAnswerToAPingSaysThatChatHasBeenReadUpToThePing(t *testing.T) {
	later := func() time.Time { return time.Now().AddDate(20, 0, 0) }
	play(t, func(t *testing.T, s *stage) {
		s.cfg.Clock = later
		s.run("nova")
		p := s.joined("nova")
		p.expect("PING :streamsuites")
		asked := later()
		pass(4 * time.Second)
		p.write("PONG :streamsuites")
		synctest.Wait()
		p.close()
		s.joined("nova")
		require.Len(t, s.gaps, 1)
		require.WithinDuration(t, asked, s.gaps[0].from, 2*time.Millisecond)
	})
}
