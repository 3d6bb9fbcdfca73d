package ingest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/livefeed"
	"github.com/streamsuites/streamsuites/internal/store"
)

// watch looks at chat as somebody beside the host does, and returns what was shown
// so far.
func watch(t *testing.T, r *rig, creatorID string) (shown func() []livefeed.Line) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var mu sync.Mutex
	var lines []livefeed.Line
	ready, over := make(chan struct{}, 100), make(chan struct{})
	go func() {
		defer close(over)
		_ = r.rows.FollowChat(ctx, fmt.Sprintf("watcher of %q", creatorID), creatorID, func(batch []byte) {
			if batch == nil {
				token(ready)
				return
			}
			part, err := livefeed.Parse(batch)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				lines = append(lines, part...)
			}
		})
	}()
	t.Cleanup(func() { stop(); <-over })
	<-ready
	return func() []livefeed.Line { mu.Lock(); defer mu.Unlock(); return slices.Clone(lines) }
}

func TestChatIsShownOnceItIsStoredToThoseWhoLook(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira), creator("other1")}, func(cfg *HostConfig) { cfg.Watchers = cfg.Store.(*rows) })
	r.hold()
	r.account.Message(say(mira, "before", "nobody looks"))
	r.stored(1)
	shown := watch(t, r, mira)
	soon(t, "the host learns of it", func() bool { return r.host.feed.watched(mira) })
	require.False(t, r.host.feed.watched("other1"))

	r.account.Message(say("other1", "m0", "somebody else's"))
	r.account.Message(say(mira, "m1", "hello"))
	r.account.Message(say(mira, "m1", "hello"))
	deletion := say(mira, "d1", "")
	deletion.Kind, deletion.Target = chat.Deletion, "m1"
	r.account.Message(deletion)
	r.account.Message(say(mira, "m2", "!ping"))
	soon(t, "everything is shown, and the answer", func() bool { return len(shown()) == 4 })
	var chatted, said []livefeed.Line
	for _, line := range shown() {
		if line.Self {
			said = append(said, line)
		} else {
			chatted = append(chatted, line)
		}
	}
	require.Equal(t, []string{"m1", "d1", "m2"}, []string{chatted[0].MessageID, chatted[1].MessageID, chatted[2].MessageID})
	require.Equal(t, "hello", chatted[0].Text, "though texts are not recorded")
	require.Len(t, said, 1)

	echo := say(mira, "m3", said[0].Text)
	echo.Self = true
	r.account.Message(echo)
	own := say(mira, "m4", "the streamer's own words")
	own.Self = true
	r.account.Message(own)
	soon(t, "the own words are shown", func() bool { return len(shown()) == 5 })
	require.Equal(t, "m4", shown()[4].MessageID, "an answer that the platform sends back was shown before")
}

func TestWhoLooksAtEverythingSeesEveryCreator(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira), creator("other1")}, func(cfg *HostConfig) { cfg.Watchers = cfg.Store.(*rows) })
	r.hold()
	shown := watch(t, r, "")
	soon(t, "the host learns of it", func() bool { return r.host.feed.watched(mira) })
	r.account.Message(say(mira, "m1", "hello"))
	r.account.Message(say("other1", "m2", "hi"))
	soon(t, "both are shown", func() bool { return len(shown()) == 2 })
}

// TestAnAnswerIsShownAfterWhatItAnswers holds back what the database answers to a commit:
// a sender that is at work finds the row of an answer before that.
func TestAnAnswerIsShownAfterWhatItAnswers(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]error{"the commit's answer comes late": nil, "it never comes": errAway} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, []Creator{creator(mira)}, func(cfg *HostConfig) { cfg.Watchers = cfg.Store.(*rows) })
			r.hold()
			shown := watch(t, r, mira)
			soon(t, "the host learns of it", func() bool { return r.host.feed.watched(mira) })
			var once sync.Once
			r.db.hook(nil, func(lanes []store.LaneCommit) (err error) {
				if slices.ContainsFunc(lanes, func(l store.LaneCommit) bool { return len(l.Outbox) > 0 }) {
					once.Do(func() {
						err = lost
						r.host.tenure(mira).wakeSenders()
						soon(t, "the answer is given", func() bool { return r.count(`select count(*) from outbox where state = 'sent'`) == 1 })
					})
				}
				return err
			})
			r.account.Message(say(mira, "m1", "!ping"))
			soon(t, "question and answer are shown", func() bool { return len(shown()) == 2 })
			lines := shown()
			require.Equal(t, "m1", lines[0].MessageID)
			require.True(t, lines[1].Self)
			require.Equal(t, "m1", lines[1].ReplyTo)
		})
	}
}

func TestMoreThanCanBeReadIsLeftOut(t *testing.T) {
	t.Parallel()
	f := newFeed(nil, SystemClock{}, zerolog.Nop())
	f.wanted.Store(&map[string]struct{}{"": {}})
	for range feedLines + 10 {
		f.add(livefeed.Line{})
	}
	require.Len(t, f.lines, feedLines)
	require.Equal(t, 10, f.dropped)
}

// saidBy is a line of the bot, as the feed has it from the sender or from chat.
func saidBy(f *feed) livefeed.Line {
	return livefeed.Line{Platform: chat.Kick, Channel: "c", Text: "hi", At: f.clock.Now(), Self: true}
}

func TestAnEchoIsOneOnlySoonAfterwards(t *testing.T) {
	t.Parallel()
	f := newFeed(nil, SystemClock{}, zerolog.Nop())
	line := saidBy(f)
	f.said = []livefeed.Line{line}
	require.True(t, f.echo(line))
	require.False(t, f.echo(line), "once")
	old := line
	old.At = time.Now().Add(-time.Minute)
	f.said = []livefeed.Line{old}
	require.False(t, f.echo(line))
}

func TestAnAnswerThatComesBackBeforeItIsConfirmedIsShownOnce(t *testing.T) {
	t.Parallel()
	f := newFeed(nil, SystemClock{}, zerolog.Nop())
	f.wanted.Store(&map[string]struct{}{"": {}})
	back := store.Event{Event: chat.Event{Platform: chat.Kick, Channel: "c", Text: "pong", SentAt: time.Now(), Self: true}}
	answer := func() { f.sent(mira, &store.Outbox{Platform: chat.Kick, Channel: "c"}, &store.Reply{Text: "pong"}) }
	f.committed(mira, []store.Event{back})
	answer()
	require.Len(t, f.lines, 1)
	answer()
	f.committed(mira, []store.Event{back})
	require.Len(t, f.lines, 2, "the next one in the usual order")
	require.Empty(t, f.said)
	require.Empty(t, f.heard)
}

func TestWhatIsNeverSentBackIsForgotten(t *testing.T) {
	t.Parallel()
	f := newFeed(nil, SystemClock{}, zerolog.Nop())
	f.wanted.Store(&map[string]struct{}{"": {}})
	old := saidBy(f)
	old.At = old.At.Add(-time.Minute)
	f.said, f.heard = []livefeed.Line{old, old}, []livefeed.Line{old}
	f.sent(mira, &store.Outbox{Platform: chat.Kick, Channel: "c"}, &store.Reply{Text: "hi"})
	require.Len(t, f.said, 1)
	require.Empty(t, f.heard)
}
