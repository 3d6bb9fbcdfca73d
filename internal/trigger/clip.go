package trigger

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// span is the wall-clock time that the attempt's clip covers.
func (a *attempt) span() (start, end time.Time) {
	c := &a.rules.settings.Clip
	return clip.Span(a.said, a.wish.length, c.PostRoll, c.LatencyOffset)
}

// clip adds the request, the signal to the session and the acknowledgement.
func (a *attempt) clip(e *Effects) {
	request := a.request()
	e.Clips = append(e.Clips, request)
	e.Signals = append(e.Signals, control.Decision{
		Key: string(control.DecideClip) + ":" + request.ClipID, Kind: control.DecideClip, Clip: &request,
	})
	if a.operator {
		return
	}
	e.Messages = append(e.Messages, a.message("ack", ackText(a.name, a.wish, request.ClipID), request.ClipID))
}

func (a *attempt) request() clip.Request {
	settings := &a.rules.settings
	salt := a.freeSalt()
	id := clip.NewID(settings.CreatorID, a.key.MessageID, a.rule.id, salt)
	source := a.sourceTitle()
	start, end := a.span()
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

// freeSalt counts up past the ids that are known to belong to other clips.
func (a *attempt) freeSalt() uint32 {
	for salt := uint32(0); ; salt++ {
		id := clip.NewID(a.rules.settings.CreatorID, a.key.MessageID, a.rule.id, salt)
		_, taken := a.state.TakenClips[id]
		_, active := a.state.ActiveClips[id]
		if !taken && !active {
			return salt
		}
	}
}

// sourceTitle is what the requester called the moment, else what the stream is
// called, else something that says whose it is.
func (a *attempt) sourceTitle() string {
	if a.wish.title != "" {
		return a.wish.title
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
		state: s, rules: r, rule: r.byID(ClipID), clock: s.Clock, operator: true, wish: w,
		said: said, received: in.At, user: by, name: by,
	}
	a.key.Platform, a.key.MessageID = Operator, request.RequestID
	if stream, ok := s.stream(""); ok {
		a.platform, a.channel = stream.Platform, stream.Channel
	}
	return Outcome{Clock: s.Clock, Effects: a.run("")}
}

func (r *Rules) byID(id string) *rule {
	for i := range r.rules {
		if r.rules[i].id == id {
			return &r.rules[i]
		}
	}
	panic("trigger: no rule " + id) // the built-in ones always exist
}

// resultEffects answers whoever asked for a clip with how it ended.
func resultEffects(in Input, r *Rules) *Effects {
	result := in.Result
	e := &Effects{ClipOver: result.ClipID}
	if result.MessageID == "" || result.Channel == "" {
		return e // an operator asked: there is nobody in chat to answer
	}
	e.Messages = append(e.Messages, Message{
		Key:      "result:" + result.ClipID + ":" + string(result.State),
		Platform: result.Platform, Channel: result.Channel,
		Text: resultText(result), ReplyTo: result.MessageID, ClipID: result.ClipID,
		NotAfter: in.At.Add(r.settings.ResultWithin),
	})
	return e
}
