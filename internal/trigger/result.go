package trigger

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/speech"
)

// resultEffects tells each platform on which somebody asked for a clip how it ended,
// and gives back what was paid for one that failed.
func resultEffects(s *State, in Input, r *Rules) *Effects {
	result := in.Result
	e := &Effects{ClipOver: result.ClipID, ClipState: result.State, ClipURL: result.URL}
	if paid, ok := s.spends[result.ClipID]; ok && result.State == clip.Failed {
		e.Points = append(e.Points, PointChange{
			UserKey: paid.UserKey, Delta: paid.Points, Balance: addPoints(s.balance(paid.UserKey, r), paid.Points),
			Reason: PointsRefunded, TriggerID: paid.TriggerID, ClipID: paid.ClipID, At: in.At,
		})
	}
	var told chat.Platform
	if result.MessageID != "" && result.Channel != "" { // else an operator asked: there is nobody in chat to answer
		first := Asked{ClipID: result.ClipID, Platform: result.Platform, Channel: result.Channel, MessageID: result.MessageID, Name: result.Clipper}
		m := r.ending(first, result.State, result.URL, result.Reason, in.At)
		m.Key = endingKey(first.ClipID, result.State)
		e.Messages = append(e.Messages, r.parts(m)...)
		told = result.Platform
	}
	moment := s.moment(result.ClipID)
	if moment == nil {
		return e
	}
	for _, asked := range moment.firsts {
		if asked.Platform != told && asked.Platform != Operator {
			e.Messages = append(e.Messages, r.parts(r.ending(asked, result.State, result.URL, result.Reason, in.At))...)
		}
	}
	return e
}

// ending tells the first who asked on a platform how a clip ended. Its key lets it be
// said there once.
func (r *Rules) ending(to Asked, how clip.State, url, reason string, at time.Time) Message {
	return Message{
		Key:      endingKey(to.ClipID, how) + ":" + string(to.Platform),
		Platform: to.Platform, Channel: to.Channel,
		Text:    speech.Compose([]speech.Piece{{Text: endingText(to, how, url, reason)}}, speech.Options{Platform: to.Platform}),
		ReplyTo: to.MessageID, ClipID: to.ClipID, Class: budget.Notice, NotAfter: at.Add(r.settings.ResultWithin),
	}
}

func endingKey(clipID string, how clip.State) string { return "result:" + clipID + ":" + string(how) }
