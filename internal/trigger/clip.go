package trigger

import (
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/speech"
)

// span is the wall-clock time that a clip of some length covers.
func (a *attempt) span(length time.Duration) (start, end time.Time) {
	c := &a.rules.settings.Clip
	return clip.Span(a.said, length, c.PostRoll, c.LatencyOffset)
}

// captured reports whether everything that the attempt would clip is still held,
// however late it comes.
func (a *attempt) captured() bool {
	if a.branch.clips == 0 {
		return false
	}
	oldest := a.received.Add(-a.rules.settings.Clip.Buffer)
	if a.rule.builtIn == builtInClip {
		if start, _ := a.span(a.wish.length); start.Before(oldest) {
			return false
		}
	}
	for i := range a.branch.actions {
		if d := &a.branch.actions[i]; d.kind == definition.DoClip {
			if start, _ := a.span(a.wishOf(d).length); start.Before(oldest) {
				return false
			}
		}
	}
	return true
}

// wishOf is what a clip action of a definition asks for. Its title is still to be
// rendered.
func (a *attempt) wishOf(d *deed) wish {
	settings := a.rules.settings.Clip
	if d.length == 0 {
		return wish{length: settings.DefaultLength}
	}
	return newWish(d.length, settings)
}

// clip adds the request, the signal to the session and, when it is told so, the
// acknowledgement.
func (a *attempt) clip(w wish, acknowledge bool) {
	request := a.request(w)
	a.clips = append(a.clips, request)
	a.out.Clips = append(a.out.Clips, request)
	a.out.Signals = append(a.out.Signals, control.Decision{
		Key: string(control.DecideClip) + ":" + request.ClipID, Kind: control.DecideClip, Clip: &request,
	})
	if a.operator || !acknowledge {
		return
	}
	kind := "ack"
	if a.rule.builtIn != builtInClip || len(a.clips) > 1 {
		kind += "/" + request.ClipID
	}
	a.say(a.message(kind, ackText(a.name, w, request.ClipID), request.ClipID))
}

func (a *attempt) request(w wish) clip.Request {
	settings := &a.rules.settings
	salt := a.freeSalt()
	id := clip.NewID(settings.CreatorID, a.key.MessageID, a.rule.id, salt)
	source := a.sourceTitle(w)
	start, end := a.span(w.length)
	r := clip.Request{
		ClipID:      id,
		JobID:       clip.NewJobID(settings.CreatorID, a.key.MessageID, a.rule.id, salt),
		CreatorID:   settings.CreatorID,
		Creator:     settings.Creator,
		Title:       clip.Title(source, a.name, a.said, id),
		SourceTitle: source,
		Platform:    a.platform,
		Channel:     a.channel,
		MessageID:   a.replyTo,
		RequestedBy: string(a.key.Platform) + ":" + a.user,
		Clipper:     clip.Clean(a.name),
		RequestedAt: a.said,
		Start:       start,
		End:         end,
	}
	if to := settings.Clip.Destinations; len(to) > 0 {
		r.Destination, r.More = to[0], append([]string(nil), to[1:]...) // nil for none
	}
	return r
}

// freeSalt counts up past the ids that are known to belong to other clips, those
// of this message among them.
func (a *attempt) freeSalt() uint32 {
	for salt := uint32(0); ; salt++ {
		id := clip.NewID(a.rules.settings.CreatorID, a.key.MessageID, a.rule.id, salt)
		_, taken := a.state.TakenClips[id]
		_, active := a.state.ActiveClips[id]
		pending := slices.ContainsFunc(a.out.Clips, func(r clip.Request) bool { return r.ClipID == id })
		if !taken && !active && !pending {
			return salt
		}
	}
}

// sourceTitle is what the requester called the moment, else what the stream is
// called, else something that says whose it is.
func (a *attempt) sourceTitle(w wish) string {
	if w.title != "" {
		return w.title
	}
	if stream, ok := a.state.stream(a.platform); ok {
		if title := clip.Clean(stream.Title); title != "" {
			return title
		}
	}
	return a.rules.settings.Creator + " Livestream"
}

// evaluateRequest takes an operator's request through the same steps as a
// message. Roles, cooldowns and the hourly rate do not hold operators back.
func evaluateRequest(s *State, in Input, r *Rules) Outcome {
	request := in.Request
	said := request.At
	if latest := in.At.Add(MaxSkew); said.IsZero() || said.After(latest) {
		said = in.At
	}
	settings := r.settings.Clip
	w := wish{length: settings.DefaultLength}
	if request.Seconds != 0 {
		w = newWish(time.Duration(min(max(request.Seconds, 0), int(LongestClip.Seconds())))*time.Second, settings)
	}
	w.title = wishedTitle(request.Title)
	by := clip.Clean(request.By)
	if by == "" {
		by = string(Operator)
	}
	a := attempt{
		state: s, rules: r, rule: r.clipper, branch: &r.clipper.plain, clock: s.Clock, out: &Effects{}, operator: true, wish: w,
		said: said, received: in.At, user: by, name: by,
	}
	a.key.Platform, a.key.MessageID = Operator, request.RequestID
	if stream, ok := s.stream(""); ok {
		a.platform, a.channel = stream.Platform, stream.Channel
	}
	a.run("")
	return Outcome{Clock: s.Clock, Effects: a.out}
}

// resultEffects answers whoever asked for a clip with how it ended, and gives back
// what was paid for one that failed.
func resultEffects(s *State, in Input, r *Rules) *Effects {
	result := in.Result
	e := &Effects{ClipOver: result.ClipID}
	if paid, ok := s.spends[result.ClipID]; ok && result.State == clip.Failed {
		e.Points = append(e.Points, PointChange{
			UserKey: paid.UserKey, Delta: paid.Points, Balance: addPoints(s.balance(paid.UserKey, r), paid.Points),
			Reason: PointsRefunded, TriggerID: paid.TriggerID, ClipID: paid.ClipID, At: in.At,
		})
	}
	if result.MessageID == "" || result.Channel == "" {
		return e // an operator asked: there is nobody in chat to answer
	}
	e.Messages = append(e.Messages, r.parts(Message{
		Key:      "result:" + result.ClipID + ":" + string(result.State),
		Platform: result.Platform, Channel: result.Channel,
		Text:    speech.Compose([]speech.Piece{{Text: resultText(result)}}, speech.Options{Platform: result.Platform}),
		ReplyTo: result.MessageID, ClipID: result.ClipID,
		Class: budget.Notice, NotAfter: in.At.Add(r.settings.ResultWithin),
	})...)
	return e
}
