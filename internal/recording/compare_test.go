package recording_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/recording"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// answers is a machine that has its effects by message id.
type answers map[string]*trigger.Effects

func (a answers) Step(in trigger.Input) trigger.Outcome {
	if in.Message == nil {
		return trigger.Outcome{}
	}
	return trigger.Outcome{Effects: a[in.Message.MessageID]}
}

func decided(fired bool, step trigger.Step) *trigger.Effects {
	return &trigger.Effects{Decisions: []trigger.Decision{{TriggerID: "t", Fired: fired, Step: step}}}
}

func says(text string) *trigger.Effects {
	e := decided(true, "")
	e.Messages = []trigger.Message{{Text: text}}
	return e
}

func clips(seconds int) *trigger.Effects {
	e := decided(true, "")
	e.Clips = []clip.Request{{ClipID: "aaaaaa", Start: noon, End: noon.Add(time.Duration(seconds) * time.Second)}}
	return e
}

func compare(t *testing.T, source recording.Source, before, after recording.View) ([]recording.Difference, recording.Summary) {
	t.Helper()
	var found []recording.Difference
	sum, err := recording.Compare(t.Context(), source, before, after, func(d recording.Difference) error {
		found = append(found, d)
		return nil
	})
	require.NoError(t, err)
	return found, sum
}

func conversation(ids ...string) *fromEntries {
	var all fromEntries
	for i, id := range ids {
		all = append(all, recording.Entry{Seq: int64(i + 1), Message: &chat.Event{
			Platform: chat.Twitch, MessageID: id, Author: chat.Author{ID: "7"}, Text: "text of " + id, SentAt: noon, ReceivedAt: noon,
		}})
	}
	return &all
}

func TestOnlyWhatPeopleSeeIsADifference(t *testing.T) {
	t.Parallel()
	noted := decided(false, trigger.StepCooldownUser)
	noted.Decisions[0].Detail, noted.Decisions[0].Config = "3 s left", "abc"
	before := answers{
		"same": decided(true, ""), "wait": noted, "gone": decided(true, ""), "other step": decided(false, trigger.StepRole),
		"answer": says("hello"), "clip": clips(20), "same clip": clips(20),
	}
	after := answers{
		"same": decided(true, ""), "wait": decided(false, trigger.StepCooldownUser), "new": decided(true, ""),
		"other step": decided(false, trigger.StepArgs), "answer": says("hello!"), "clip": clips(30), "same clip": clips(20),
	}
	source := conversation("same", "wait", "gone", "nothing", "new", "other step", "answer", "clip", "same clip")
	found, sum := compare(t, source, recording.NewPlayer(before, recording.Options{}), recording.NewPlayer(after, recording.Options{}))
	var ids []string
	for _, d := range found {
		ids = append(ids, d.MessageID)
	}
	require.Equal(t, []string{"gone", "new", "other step", "answer", "clip"}, ids)
	require.Equal(t, recording.Difference{
		Seq: 3, Platform: chat.Twitch, MessageID: "gone", Author: "twitch:7", Text: "text of gone", At: noon,
		Before: recording.Side{Verdicts: []recording.Verdict{{Trigger: "t", Fired: true}}, Says: []string{}, Clips: []recording.Clip{}},
		After:  recording.Side{Verdicts: []recording.Verdict{}, Says: []string{}, Clips: []recording.Clip{}},
	}, found[0])
	require.Equal(t, recording.Summary{
		Messages: 9, Differences: 5,
		Triggers: map[string]*recording.Count{"t": {FiredBefore: 5, FiredAfter: 5, DeniedBefore: 2, DeniedAfter: 2, Changed: 3}},
	}, sum)
	require.Equal(t, []string{"t"}, sum.IDs())
}

func TestRecordedDecisionsAreComparedWithoutTheAnswersThatNobodyRecorded(t *testing.T) {
	t.Parallel()
	key := chat.Key{Platform: chat.Twitch, MessageID: "m"}
	source := func() recording.Source {
		all := *conversation("m")
		all = append(all,
			recording.Entry{Seq: 1, Decision: &trigger.Decision{TriggerID: "t", Key: key, Fired: true}},
			recording.Entry{Seq: 2, Decision: &trigger.Decision{TriggerID: "lost", Key: key, Fired: true}}, // its message was forgotten
			recording.Entry{Seq: 3, Input: &recording.Input{Kind: control.InboxStreamOver, At: noon, Payload: []byte(`{}`)}},
		)
		return &all
	}
	found, sum := compare(t, source(), recording.Recorded{}, recording.NewPlayer(answers{"m": says("hello")}, recording.Options{}))
	require.Empty(t, found)
	require.Equal(t, []int{1, 1}, []int{sum.Messages, sum.Inputs})
	found, _ = compare(t, source(), recording.Recorded{}, recording.NewPlayer(answers{}, recording.Options{}))
	require.Len(t, found, 1)
}

func TestAnInputThatCannotBeReadEndsAReplay(t *testing.T) {
	t.Parallel()
	source := fromEntries{{Seq: 4, Input: &recording.Input{Kind: "sunrise", At: noon}}}
	_, err := recording.Compare(t.Context(), &source, recording.Recorded{}, recording.NewPlayer(answers{}, recording.Options{}), nil)
	require.ErrorContains(t, err, "replay place 4")
}
