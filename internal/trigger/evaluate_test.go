package trigger

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func settings(change ...func(*Settings)) Settings {
	s := DefaultSettings("aBc123", "Mira")
	s.Clip.MaxLength = 60 * time.Second
	s.Clip.MaxActive = 3
	for _, c := range change {
		c(&s)
	}
	return s
}

func rules(t testing.TB, change ...func(*Settings)) *Rules {
	t.Helper()
	r, err := Compile(settings(change...), nil)
	require.NoError(t, err)
	return r
}

func live() *State {
	s := NewState()
	s.Streams = []control.Stream{{
		CreatorID: "aBc123", Platform: chat.Twitch, Channel: "mira", StreamID: "s1", Title: "Boss fight", StartedAt: noon.Add(-time.Hour),
	}}
	return s
}

func message(id, text string, change ...func(*chat.Event)) Input {
	e := &chat.Event{
		Platform: chat.Twitch, MessageID: id, CreatorID: "aBc123", Channel: "mira", Text: text,
		Author: chat.Author{ID: "u1", Login: "ann", Name: "Ann"}, SentAt: noon, ReceivedAt: noon.Add(100 * time.Millisecond),
	}
	for _, c := range change {
		c(e)
	}
	return Input{Message: e}
}

func at(d time.Duration) func(*chat.Event) {
	return func(e *chat.Event) { e.SentAt, e.ReceivedAt = noon.Add(d), noon.Add(d+100*time.Millisecond) }
}

func by(id string, roles chat.Roles) func(*chat.Event) {
	return func(e *chat.Event) {
		e.Author = chat.Author{ID: id, Login: id, Name: strings.ToUpper(id), Roles: roles}
	}
}

// play evaluates inputs one after the other and returns the last outcome.
func play(s *State, r *Rules, inputs ...Input) Outcome {
	var out Outcome
	for _, in := range inputs {
		out = Evaluate(s, in, r)
		s.Apply(out)
	}
	return out
}

func TestAClipIsRequestedSignalledAndAcknowledged(t *testing.T) {
	t.Parallel()
	s, r := live(), rules(t)
	out := play(s, r, message("m1", "!clip 20 what a save"))
	e := out.Effects
	require.Len(t, e.Clips, 1)
	got := e.Clips[0]
	id := clip.NewID("aBc123", "m1", "clip", 0)
	require.Equal(t, clip.Request{
		ClipID: id, JobID: clip.NewJobID("aBc123", "m1", "clip", 0), CreatorID: "aBc123", Creator: "Mira",
		Title: "what a save - 11/22/26 clip by Ann [" + id + "]", SourceTitle: "what a save",
		Platform: chat.Twitch, Channel: "mira", MessageID: "m1", RequestedBy: "twitch:ann", Clipper: "Ann",
		RequestedAt: noon, Start: noon.Add(-18 * time.Second), End: noon.Add(2 * time.Second), Destination: "folder",
	}, got)
	require.Equal(t, []control.Decision{{Key: "clip:" + id, Kind: control.DecideClip, Clip: &got}}, e.Signals)
	require.Equal(t, []Message{{
		Key: "ack:twitch:m1", Platform: chat.Twitch, Channel: "mira", ReplyTo: "m1", ClipID: id,
		Text: "@Ann clipping the last 20 s … [" + id + "]", NotAfter: noon.Add(30*time.Second + 100*time.Millisecond),
	}}, e.Messages)
	require.Equal(t, []Decision{{TriggerID: "clip", Key: chat.Key{Platform: chat.Twitch, MessageID: "m1"}, Fired: true, Config: r.Hash(), At: noon, Author: "twitch:u1"}}, e.Decisions)
	require.Contains(t, s.ActiveClips, id)
}

func TestAClipGoesWhereItsCreatorPublishes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to, more []string
	}{
		"to one place":     {[]string{"youtube"}, nil},
		"to several":       {[]string{"youtube", "folder", "rumble"}, []string{"folder", "rumble"}},
		"to none of these": {nil, nil},
	} {
		r := rules(t, func(s *Settings) { s.Clip.Destinations = c.to })
		request := play(live(), r, message("m1", "!clip")).Effects.Clips[0]
		require.Equal(t, c.more, request.More, name)
		want := c.to
		if want == nil {
			want = []string{"folder"}
		}
		require.Equal(t, want, request.Destinations(), name)
	}
}

func TestTheFirstFailingStepIsRecorded(t *testing.T) {
	t.Parallel()
	offline := NewState
	apart := func(s *Settings) { s.Clip.Coalesce = 0 }
	for name, c := range map[string]struct {
		state  func() *State
		change func(*Settings)
		before []Input
		in     Input
		step   Step
		detail string
	}{
		"a trigger that is switched off": {
			change: func(s *Settings) { s.Clip.Enabled = false }, in: message("m", "!clip"), step: StepEnabled, detail: "switched off",
		},
		"switched off is found before offline": {
			state: offline, change: func(s *Settings) { s.Clip.Enabled = false }, in: message("m", "!clip"), step: StepEnabled, detail: "switched off",
		},
		"a clip while offline": {state: offline, in: message("m", "!clip"), step: StepStream, detail: "not live"},
		"a viewer without the role": {
			change: func(s *Settings) { s.Clip.Roles = chat.VIP | chat.Moderator }, in: message("m", "!clip"), step: StepRole, detail: "needs another role",
		},
		"-d without a number": {in: message("m", "!clip -d soon"), step: StepArgs, detail: "-d needs a number of seconds"},
		"-d at the end":       {in: message("m", "!clip -d"), step: StepArgs, detail: "-d needs a number of seconds"},
		"a message that is late beyond the buffer": {
			in: message("m", "!clip 30", func(e *chat.Event) { e.ReceivedAt = noon.Add(5 * time.Minute) }), step: StepLate, detail: "arrived 300 s late",
		},
		"a ping that is late": {
			in: message("m", "!ping", func(e *chat.Event) { e.ReceivedAt = noon.Add(61 * time.Second) }), step: StepLate, detail: "arrived 61 s late",
		},
		"the global cooldown, showing the longer of both": {
			change: apart, before: []Input{message("a", "!clip")}, in: message("m", "!clip", at(4*time.Second)), step: StepCooldownGlobal, detail: "26 s left",
		},
		"somebody else in the global cooldown": {
			change: apart, before: []Input{message("a", "!clip")}, in: message("m", "!clip", at(3500*time.Millisecond), by("bob", 0)), step: StepCooldownGlobal, detail: "2 s left",
		},
		"the same user after the global cooldown": {
			before: []Input{message("a", "!clip")}, in: message("m", "!clip", at(6*time.Second)), step: StepCooldownUser, detail: "24 s left",
		},
		"more than the hourly rate": {
			change: func(s *Settings) { s.Clip.PerHour = 2 },
			before: []Input{
				message("a", "!clip"), {Result: &control.ClipResult{ClipID: clip.NewID("aBc123", "a", "clip", 0), State: clip.Published}},
				message("b", "!clip", at(time.Minute)),
			},
			in: message("m", "!clip", at(59*time.Minute)), step: StepRate, detail: "2 in the last hour, again at 13:00:00",
		},
		"more than the clips at work": {
			change: func(s *Settings) { s.Clip.MaxActive = 1 },
			before: []Input{message("a", "!clip")}, in: message("m", "!clip", at(time.Minute)), step: StepActive, detail: "1 at work",
		},
		"a moderator is held by limits": {
			change: func(s *Settings) { s.Clip.MaxActive, s.Clip.Coalesce = 1, 0 },
			before: []Input{message("a", "!clip")}, in: message("m", "!clip", by("mod", chat.Moderator)), step: StepActive, detail: "1 at work",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := live()
			if c.state != nil {
				state = c.state()
			}
			change := c.change
			if change == nil {
				change = func(*Settings) {}
			}
			out := play(state, rules(t, change), append(c.before, c.in)...)
			require.NotNil(t, out.Effects)
			require.Len(t, out.Effects.Decisions, 1)
			d := out.Effects.Decisions[0]
			require.False(t, d.Fired)
			require.Equal(t, c.step, d.Step)
			require.Equal(t, c.detail, d.Detail)
			require.Empty(t, out.Effects.Clips)
			require.Empty(t, out.Effects.Messages, "refusals are silent by default")
			require.Empty(t, out.Effects.Cooldowns, "a denied attempt starts no cooldown")
		})
	}
}

func TestAClipThatOnlyWaitsIsNotAtWork(t *testing.T) {
	t.Parallel()
	one, first := rules(t, func(s *Settings) { s.Clip.MaxActive = 1 }), clip.NewID("aBc123", "a", "clip", 0)
	state := live()
	require.Len(t, play(state, one, message("a", "!clip")).Effects.Clips, 1)
	asked := func(id string, after time.Duration) []Decision {
		return play(state, one, message(id, "!clip", at(after), by("ann"+id, 0))).Effects.Decisions
	}
	require.Equal(t, StepActive, asked("b", time.Minute)[0].Step)

	play(state, one, Input{Waits: &control.ClipWaits{ClipID: "nobody", Destination: "youtube"}})
	require.Equal(t, StepActive, asked("c", 2*time.Minute)[0].Step, "that was another clip")
	play(state, one, Input{Waits: &control.ClipWaits{ClipID: first, Destination: "youtube"}})
	require.True(t, asked("d", 3*time.Minute)[0].Fired, "it may wait until tomorrow")
	require.Equal(t, StepActive, asked("e", 4*time.Minute)[0].Step, "the new one is at work")

	play(state, one, Input{Result: &control.ClipResult{ClipID: first, State: clip.Published}})
	require.Empty(t, state.WaitingClips)
	require.Equal(t, StepActive, asked("f", 5*time.Minute)[0].Step)
}

func TestWhatIsNoCommandTriggersNothing(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]Input{
		"ordinary talk":              message("m", "hello !clip"),
		"another command":            message("m", "!clips"),
		"the prefix alone":           message("m", "!"),
		"a very long word":           message("m", "!"+strings.Repeat("clip", 40)),
		"the bot's own message":      message("m", "!clip", func(e *chat.Event) { e.Self = true }),
		"a message of a shared chat": message("m", "!clip", func(e *chat.Event) { e.SharedFrom = "42" }),
		"what was written before":    message("m", "!clip", func(e *chat.Event) { e.History = true }),
		"why a message was deleted":  message("m", "!clip", happened(chat.Deletion, 0, "")),
		"the title of a broadcast":   message("m", "!clip", happened(chat.Online, 0, "")),
		"an ignored bot":             message("m", "!clip", func(e *chat.Event) { e.Author.Login = "nightbot" }),
		"a platform it is off for":   message("m", "!ping", func(e *chat.Event) { e.Platform = chat.Kick }),
		"invalid text":               message("m", "!\xff\xfe"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rules(t, func(s *Settings) {
				s.IgnoredLogins = []string{"NightBot"}
				s.Ping.Platforms = []chat.Platform{chat.Twitch}
			})
			require.Nil(t, Evaluate(live(), in, r).Effects)
		})
	}
}

func TestCommandsAreFoundHoweverTheyAreTyped(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]Input{
		"plain":                                 message("m", "!ping"),
		"in capitals":                           message("m", "!PING"),
		"after blanks":                          message("m", "  !ping"),
		"with words behind":                     message("m", "!ping are you there"),
		"with the invisible mark of Chatterino": message("m", "!ping \U000e0000"),
		"as an answer to somebody":              message("m", "@bob !ping", func(e *chat.Event) { e.ReplyTo = "x" }),
		"by an alias in another script":         message("m", "!ΠΙΝΓΚ"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rules(t, func(s *Settings) { s.Ping.Aliases = []string{"πινγκ"} })
			out := Evaluate(NewState(), in, r)
			require.NotNil(t, out.Effects)
			require.True(t, out.Effects.Decisions[0].Fired)
			require.Equal(t, "@Ann pong — StreamSuites is listening", out.Effects.Messages[0].Text)
		})
	}
}

func TestLengthsAndTitles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		seconds int
		title   string
		said    string
	}{
		"!clip":                                 {30, "Boss fight", "the last 30 s …"},
		"!clip 20":                              {20, "Boss fight", "the last 20 s …"},
		"!clip 20s":                             {20, "Boss fight", "the last 20 s …"},
		"!clip -d 15 nice one":                  {15, "nice one", "the last 15 s …"},
		"!clip 3 in a row":                      {5, "in a row", "the last 5 s, the shortest there is …"},
		"!clip -5":                              {5, "Boss fight", "the last 5 s, the shortest there is …"},
		"!clip 500":                             {60, "Boss fight", "the last 60 s, the longest there is …"},
		"!clip 99999999999999999999999 wow":     {60, "wow", "the last 60 s, the longest there is …"},
		"!clip 2nd place":                       {30, "2nd place", "the last 30 s …"},
		"!clip look https://x.example @bob <b>": {30, "look b", "the last 30 s …"},
		"!clip \U000e0000":                      {30, "Boss fight", "the last 30 s …"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			out := Evaluate(live(), message("m1", text), rules(t))
			require.Len(t, out.Effects.Clips, 1)
			got := out.Effects.Clips[0]
			require.Equal(t, time.Duration(want.seconds)*time.Second, got.Length())
			require.Equal(t, want.title, got.SourceTitle)
			require.Contains(t, out.Effects.Messages[0].Text, want.said)
		})
	}
}

func TestWithoutAnyTitleTheCreatorsNameStandsIn(t *testing.T) {
	t.Parallel()
	s := live()
	s.Streams[0].Title = " \u200b "
	require.Equal(t, "Mira Livestream", Evaluate(s, message("m", "!clip"), rules(t)).Effects.Clips[0].SourceTitle)
}

func TestModeratorsAndTheBroadcasterAreNotHeldBackByCooldowns(t *testing.T) {
	t.Parallel()
	for _, role := range []chat.Roles{chat.Moderator, chat.Broadcaster} {
		out := play(live(), rules(t), message("a", "!clip"), message("b", "!clip", by("mod", role), at(time.Second)))
		require.True(t, out.Effects.Decisions[0].Fired)
		require.Len(t, out.Effects.Cooldowns, 2, "their attempts start cooldowns all the same")
	}
}

func TestADeniedAttemptDoesNotProlongTheCooldown(t *testing.T) {
	t.Parallel()
	s, r := live(), rules(t)
	play(s, r, message("a", "!ping"), message("b", "!ping", at(4*time.Second)))
	require.Equal(t, noon.Add(5*time.Second), s.Cooldown("ping", "global"))
	require.True(t, play(s, r, message("c", "!ping", at(5*time.Second))).Effects.Decisions[0].Fired)
}

func TestTheClockIsTheLargestMessageTimeButNeverFarAheadOfOurs(t *testing.T) {
	t.Parallel()
	s, r := live(), rules(t)
	require.Equal(t, noon, play(s, r, message("a", "x")).Clock)
	require.Equal(t, noon, play(s, r, message("b", "x", at(-time.Minute))).Clock)
	ahead := message("c", "x", func(e *chat.Event) { e.SentAt = noon.Add(time.Hour); e.ReceivedAt = noon.Add(time.Second) })
	require.Equal(t, noon.Add(time.Second+MaxSkew), play(s, r, ahead).Clock)
	untimed := message("d", "x", func(e *chat.Event) { e.SentAt = time.Time{}; e.ReceivedAt = noon.Add(time.Minute) })
	require.Equal(t, noon.Add(time.Minute), play(s, r, untimed).Clock)
}

func TestALateMessageClipsWhatItWasSaidAboutWhileTheBufferReaches(t *testing.T) {
	t.Parallel()
	in := message("m", "!clip 30", func(e *chat.Event) { e.ReceivedAt = noon.Add(4 * time.Minute) })
	out := Evaluate(live(), in, rules(t))
	require.True(t, out.Effects.Decisions[0].Fired)
	require.Equal(t, noon.Add(2*time.Second), out.Effects.Clips[0].End)
}

func TestATakenClipIDMakesAnother(t *testing.T) {
	t.Parallel()
	s := live()
	s.TakenClips[clip.NewID("aBc123", "m1", "clip", 0)] = struct{}{}
	s.ActiveClips[clip.NewID("aBc123", "m1", "clip", 1)] = struct{}{}
	out := Evaluate(s, message("m1", "!clip"), rules(t))
	require.Equal(t, clip.NewID("aBc123", "m1", "clip", 2), out.Effects.Clips[0].ClipID)
	require.Equal(t, clip.NewJobID("aBc123", "m1", "clip", 2), out.Effects.Clips[0].JobID)
}

func TestARefusalIsAnsweredWhenAskedForButNotAgainAndAgain(t *testing.T) {
	t.Parallel()
	s := NewState()
	r := rules(t, func(s *Settings) { s.Clip.OnDenied = Reply })
	first := play(s, r, message("a", "!clip"))
	require.Equal(t, "@Ann !clip works only while the stream is live", first.Effects.Messages[0].Text)
	require.Empty(t, play(s, r, message("b", "!clip", at(9*time.Second))).Effects.Messages)
	require.Len(t, play(s, r, message("c", "!clip", at(11*time.Second))).Effects.Messages, 1)
	require.True(t, s.Cooldown("clip", "global").IsZero())
}

func TestAnOperatorsRequestPassesRolesAndCooldownsButNotLimits(t *testing.T) {
	t.Parallel()
	s := live()
	r := rules(t, func(s *Settings) { s.Clip.Roles = chat.Moderator; s.Clip.MaxActive = 1; s.Clip.PerHour = 1 })
	request := Input{Request: &control.OperatorClip{RequestID: "r1", Seconds: 500, Title: "Intro", By: "console", At: noon.Add(-time.Minute)}, At: noon}
	s.Reserve(Cooldown{"clip", "global", noon.Add(time.Hour), noon})
	out := play(s, r, request)
	got := out.Effects.Clips[0]
	require.Equal(t, clip.NewID("aBc123", "r1", "clip", 0), got.ClipID)
	require.Equal(t, time.Minute, got.Length())
	require.Equal(t, noon.Add(-58*time.Second), got.End)
	require.Equal(t, "operator:console", got.RequestedBy)
	require.Equal(t, "mira", got.Channel)
	require.Empty(t, got.MessageID)
	require.Empty(t, out.Effects.Messages)
	require.Empty(t, out.Effects.Cooldowns)
	require.Equal(t, chat.Key{Platform: Operator, MessageID: "r1"}, out.Effects.Decisions[0].Key)

	request.Request = &control.OperatorClip{RequestID: "r2"}
	require.Equal(t, StepActive, play(s, r, request).Effects.Decisions[0].Step)
}

func TestTheEndOfAClipIsAnsweredOnceWithItsAddressOrItsReason(t *testing.T) {
	t.Parallel()
	s, r := live(), rules(t)
	s.ActiveClips["abc123"] = struct{}{}
	result := control.ClipResult{ClipID: "abc123", State: clip.Published, URL: "http://clips/abc123.mp4",
		Platform: chat.Twitch, Channel: "mira", MessageID: "m1", Clipper: "Ann"}
	out := play(s, r, Input{Result: &result, At: noon})
	require.Equal(t, "@Ann your clip is ready: http://clips/abc123.mp4 [abc123]", out.Effects.Messages[0].Text)
	require.Equal(t, "result:abc123:published", out.Effects.Messages[0].Key)
	require.Equal(t, "m1", out.Effects.Messages[0].ReplyTo)
	require.Equal(t, noon.Add(10*time.Minute), out.Effects.Messages[0].NotAfter)
	require.Empty(t, s.ActiveClips)

	result.State, result.Reason = clip.Failed, strings.Repeat("the disk is full\n", 100)
	text := Evaluate(s, Input{Result: &result, At: noon}, r).Effects.Messages[0].Text
	require.True(t, strings.HasPrefix(text, "@Ann no clip this time: the disk is full the disk"))
	require.Less(t, len([]rune(text)), 400)

	result.MessageID = ""
	require.Empty(t, Evaluate(s, Input{Result: &result, At: noon}, r).Effects.Messages, "an operator asked: nobody in chat is answered")
}

func TestStreamsBeginAndEnd(t *testing.T) {
	t.Parallel()
	s, r := NewState(), rules(t)
	one := control.Stream{Platform: chat.Twitch, StreamID: "1"}
	two := control.Stream{Platform: chat.Twitch, StreamID: "2"}
	play(s, r, Input{Live: &one}, Input{Live: &two})
	require.Equal(t, []control.Stream{two}, s.Streams)
	play(s, r, Input{Over: &one})
	require.Equal(t, []control.Stream{two}, s.Streams)
	play(s, r, Input{Over: &two})
	require.Empty(t, s.Streams)
}

func TestExpiredCooldownsAreForgotten(t *testing.T) {
	t.Parallel()
	s, r := live(), rules(t, func(s *Settings) { s.Ping.GlobalCooldown = 0; s.Ping.UserCooldown = time.Second })
	for i := range 20_000 {
		play(s, r, message("m", "!ping", at(time.Duration(i)*100*time.Millisecond), by(string(rune('a'+i%26))+strings.Repeat("x", i%977), 0)))
	}
	require.Less(t, len(s.cooldowns), 4*firstSweep)
}
