package trigger

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
)

var firstClip = clip.NewID("aBc123", "m1", "clip", 0)

func in(channel string) func(*chat.Event) { return func(e *chat.Event) { e.Channel = channel } }

func published(clipID string) Input {
	return Input{Result: &control.ClipResult{
		ClipID: clipID, State: clip.Published, URL: "http://clips/1", Platform: chat.Twitch, Channel: "mira", MessageID: "m1", Clipper: "Ann",
	}, At: noon.Add(15 * time.Second)}
}

func failed(clipID string) Input {
	in := published(clipID)
	in.Result.State, in.Result.URL, in.Result.Reason = clip.Failed, "", "no picture"
	return in
}

func TestRequestsForOneMomentFromThreePlatformsGiveOneClip(t *testing.T) {
	t.Parallel()
	m := machineOf(t, live(), func(s *Settings) { s.Clip.MaxActive, s.Clip.PerHour, s.Clip.PerMinute = 1, 1, 1 })
	e := m.steps(message("m1", "!clip 20 what a save"))
	require.Len(t, e.Clips, 1)
	require.Equal(t, []Asked{{
		ClipID: firstClip, UserKey: "twitch:u1", Platform: chat.Twitch, Channel: "mira", MessageID: "m1", Name: "Ann", At: noon,
	}}, e.Asked)

	e = m.steps(message("y1", "!clip", from(chat.YouTube), in("UCmira"), viewer("bob"), at(2*time.Second)))
	require.Empty(t, e.Clips)
	require.Empty(t, e.Signals)
	require.Empty(t, e.Uses, "it is no use of the trigger")
	require.True(t, e.Decisions[0].Fired)
	require.Equal(t, "joined "+firstClip, e.Decisions[0].Detail)
	require.Equal(t, []Asked{{
		ClipID: firstClip, UserKey: "youtube:bob", Platform: chat.YouTube, Channel: "UCmira", MessageID: "y1", Name: "BOB", At: noon.Add(2 * time.Second),
	}}, e.Asked)
	require.Equal(t, []string{"clip", "clip//joined/youtube"}, []string{e.Cooldowns[0].TriggerID, e.Cooldowns[1].TriggerID})
	require.Equal(t, "user:youtube:bob", e.Cooldowns[0].Scope, "everybody's cooldown is not started")
	require.Equal(t, []Message{{
		Key: "joined:youtube:y1", Platform: chat.YouTube, Channel: "UCmira", ReplyTo: "y1", ClipID: firstClip,
		Text: "@BOB already clipping that (2 of you asked) [" + firstClip + "]", NotAfter: noon.Add(32*time.Second + 100*time.Millisecond),
	}}, e.Messages)

	require.Equal(t, []string{"@CEM already clipping that (3 of you asked) [" + firstClip + "]"},
		m.says(message("k1", "!clip", from(chat.Kick), in("mira-k"), viewer("cem"), at(4*time.Second))), "each chat is answered")
	require.Empty(t, m.says(message("k2", "!clip", from(chat.Kick), in("mira-k"), viewer("dan"), at(5*time.Second))), "answers are throttled")

	e = m.steps(published(firstClip))
	var keys, texts []string
	for _, said := range e.Messages {
		keys, texts = append(keys, said.Key+" "+said.Channel+" "+said.ReplyTo), append(texts, said.Text)
	}
	result := "result:" + firstClip + ":published"
	require.Equal(t, []string{result + " mira m1", result + ":youtube UCmira y1", result + ":kick mira-k k1"}, keys)
	ready := " your clip is ready: http://clips/1 [" + firstClip + "]"
	require.Equal(t, []string{"@Ann" + ready, "@BOB" + ready, "@CEM" + ready}, texts)
}

func TestARequestJoinsTheClipWhoseAnchorIsNear(t *testing.T) {
	t.Parallel()
	second := clip.NewID("aBc123", "m2", "clip", 0)
	away := by("zoe", 0)
	two := []Input{message("m1", "!clip"), message("m2", "!clip", away, at(30*time.Second))}
	for name, c := range map[string]struct {
		change func(*Settings)
		before []Input
		at     time.Duration
		joined string // empty: a clip of its own
	}{
		"at the same time":                 {before: two[:1], joined: firstClip},
		"at the end of the window":         {before: two[:1], at: 20 * time.Second, joined: firstClip},
		"behind it":                        {before: two[:1], at: 20*time.Second + time.Microsecond},
		"before the first, heard later":    {before: two[:1], at: -20 * time.Second, joined: firstClip},
		"too long before":                  {before: two[:1], at: -21 * time.Second},
		"the nearer of two":                {before: two, at: 16 * time.Second, joined: second},
		"the earlier of two that are even": {before: two, at: 15 * time.Second, joined: firstClip},
		"a window of its own":              {change: func(s *Settings) { s.Clip.Coalesce = 3 * time.Second }, before: two[:1], at: 6 * time.Second},
		"switched off":                     {change: func(s *Settings) { s.Clip.Coalesce = 0 }, before: two[:1], at: 6 * time.Second},
		"one that was published":           {before: []Input{two[0], published(firstClip)}, at: 6 * time.Second, joined: firstClip},
		"not one that failed":              {before: []Input{two[0], failed(firstClip)}, at: 6 * time.Second},
		"an operator's": {before: []Input{{Request: &control.OperatorClip{RequestID: "m1", By: "kim", At: noon}, At: noon}},
			at: 6 * time.Second, joined: firstClip},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := c.change
			if change == nil {
				change = func(*Settings) {}
			}
			m := machineOf(t, live(), func(s *Settings) { s.Clip.GlobalCooldown = 0 }, change)
			e := m.steps(append(slices.Clone(c.before), message("m", "!clip", viewer("bob"), func(e *chat.Event) {
				e.SentAt, e.ReceivedAt = noon.Add(c.at), noon.Add(40*time.Second)
			}))...)
			require.True(t, e.Decisions[0].Fired, e.Decisions[0])
			require.Len(t, e.Asked, 1)
			if c.joined == "" {
				require.Len(t, e.Clips, 1)
				require.Empty(t, e.Decisions[0].Detail)
				require.Equal(t, e.Clips[0].ClipID, e.Asked[0].ClipID)
				return
			}
			require.Empty(t, e.Clips)
			require.Equal(t, c.joined, e.Asked[0].ClipID)
			require.Equal(t, "joined "+c.joined, e.Decisions[0].Detail)
		})
	}
}

func TestAnAuthorIsCountedOnceAndHeldBackByTheOwnCooldownOnly(t *testing.T) {
	t.Parallel()
	m := machineOf(t, live(), func(s *Settings) { s.Clip.GlobalCooldown = time.Minute })
	m.steps(message("m1", "!clip"))
	require.Equal(t, StepCooldownUser, m.steps(message("m2", "!clip", at(time.Second))).Decisions[0].Step)
	require.Len(t, m.steps(message("m3", "!clip", viewer("bob"), at(2*time.Second))).Asked, 1)
	require.Equal(t, StepCooldownUser, m.steps(message("m4", "!clip", viewer("bob"), at(3*time.Second))).Decisions[0].Step)
	require.Len(t, m.steps(message("m5", "!clip", by("mod", chat.Moderator), at(4*time.Second))).Asked, 1)
	e := m.steps(message("m6", "!clip", by("mod", chat.Moderator), at(5*time.Second)))
	require.True(t, e.Decisions[0].Fired, "a moderator need not wait")
	require.Empty(t, e.Asked)
	require.Equal(t, "@MOD already clipping that (3 of you asked) ["+firstClip+"]", e.Messages[0].Text)
	require.Equal(t, int64(1), m.State().Uses("clip", "").Total)
}

func TestWhoAsksAfterAClipWasPublishedIsGivenItsAddress(t *testing.T) {
	t.Parallel()
	m := machineOf(t, live())
	m.steps(message("m1", "!clip"), published(firstClip))
	require.Equal(t, []string{"@BOB that is clipped already (2 of you asked): http://clips/1 [" + firstClip + "]"},
		m.says(message("m2", "!clip", viewer("bob"), at(8*time.Second))))
	e := m.steps(message("y1", "!clip", from(chat.YouTube), in("UCmira"), viewer("cem"), at(9*time.Second)))
	require.Equal(t, "result:"+firstClip+":published:youtube", e.Messages[0].Key)
	require.Equal(t, "@CEM your clip is ready: http://clips/1 ["+firstClip+"]", e.Messages[0].Text)
	require.Equal(t, []string{"@DAN that is clipped already (4 of you asked): http://clips/1 [" + firstClip + "]"},
		m.says(message("y2", "!clip", from(chat.YouTube), in("UCmira"), viewer("dan"), at(10*time.Second))), "once a chat")
}

func TestAFailureIsToldOnEveryPlatformAndAnOperatorIsNot(t *testing.T) {
	t.Parallel()
	m := machineOf(t, live())
	m.steps(Input{Request: &control.OperatorClip{RequestID: "m1", By: "kim", At: noon}, At: noon},
		message("t1", "!clip", viewer("bob"), at(time.Second)),
		message("k1", "!clip", from(chat.Kick), in("mira-k"), viewer("cem"), at(2*time.Second)))
	over := failed(firstClip)
	over.Result.MessageID = ""
	require.Equal(t, []string{
		"@BOB no clip this time: no picture [" + firstClip + "]", "@CEM no clip this time: no picture [" + firstClip + "]",
	}, m.says(over))
}

func TestClipsThatTriggersAndOperatorsAskForAreTheirOwn(t *testing.T) {
	t.Parallel()
	m := machineOf(t, live(), with(command("save", func(d *definition.Definition) {
		d.Actions = []definition.Action{{Type: definition.DoClip}}
		d.CooldownGlobal = ptr(0.0)
	})))
	m.steps(message("m1", "!clip"))
	require.Len(t, m.steps(message("m2", "!save", viewer("bob"), at(time.Second))).Clips, 1)
	require.Len(t, m.steps(Input{Request: &control.OperatorClip{RequestID: "r", At: noon}, At: noon.Add(time.Second)}).Clips, 1)
}

// Kick's webhooks are repeated for minutes, so that a message can come long after it
// was said.
func TestALateRequestIsNeverAboutTheMomentAtWhichItComes(t *testing.T) {
	t.Parallel()
	for late := 61 * time.Second; late < 10*time.Minute; late += 7 * time.Second {
		m := machineOf(t, live())
		now := noon.Add(late)
		m.steps(message("now", "hello", viewer("bob"), at(late)))
		e := m.steps(message("k1", "!clip 20", from(chat.Kick), func(e *chat.Event) { e.ReceivedAt = now }))
		require.Len(t, e.Decisions, 1)
		if d := e.Decisions[0]; !d.Fired {
			require.Equal(t, StepLate, d.Step)
			require.Greater(t, late, 4*time.Minute, "as long as the buffer reaches back it is clipped")
			continue
		}
		require.Equal(t, noon, e.Clips[0].RequestedAt)
		require.Equal(t, noon.Add(2*time.Second), e.Clips[0].End, "anchored on its own time")
		require.False(t, e.Clips[0].Start.Before(now.Add(-300*time.Second)), "what it shows is still held")
	}
	m := machineOf(t, live())
	m.steps(message("m1", "!clip"), message("now", "!clip", viewer("bob"), at(2*time.Minute)))
	e := m.steps(message("k1", "!clip", from(chat.Kick), viewer("cem"), func(e *chat.Event) {
		e.SentAt, e.ReceivedAt = noon.Add(3*time.Second), noon.Add(2*time.Minute)
	}))
	require.Equal(t, firstClip, e.Asked[0].ClipID, "it joins the clip of its own moment")
}
