package trigger

import (
	"cmp"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
)

// Asked is somebody's part in a clip: that of whoever had it made, or of one who
// asked for the same moment afterwards. An author has one part in a clip at most.
type Asked struct {
	ClipID    string
	UserKey   string        // "<platform>:<author id>", or "operator:<name>"
	Platform  chat.Platform // Operator for operators
	Channel   string
	MessageID string // what the author said, or empty
	Name      string // as shown
	At        time.Time
}

// Moment is a clip as those see it who ask for the same moment.
type Moment struct {
	ClipID string
	At     time.Time  // what the clip is anchored on
	Over   clip.State // how it ended as far as the lane has learnt; empty while it is at work
	URL    string     // of a published one
}

// momentsFor is how long after its anchor a clip that is over is remembered.
const momentsFor = time.Hour

// moment is a clip and who asked for it.
type moment struct {
	Moment
	authors map[string]struct{} // by UserKey
	firsts  []Asked             // the first of each platform, in the order in which they asked
}

// AddMoment notes a clip. Loading adds those that are not over and those of the last
// hour by the lane's clock, in any order, before anything is added with AddAsked.
func (s *State) AddMoment(m Moment) {
	m.At = m.At.Truncate(time.Microsecond) // as it is kept
	s.moments = append(s.moments, moment{Moment: m, authors: map[string]struct{}{}})
	slices.SortFunc(s.moments, func(a, b moment) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ClipID, b.ClipID))
	})
}

// AddAsked notes somebody's part in a clip. Loading adds them in the order in which
// they were decided.
func (s *State) AddAsked(a Asked) {
	for i := range s.moments {
		m := &s.moments[i]
		if m.ClipID != a.ClipID {
			continue
		}
		m.authors[a.UserKey] = struct{}{}
		if !m.on(a.Platform) {
			m.firsts = append(m.firsts, a)
		}
		return
	}
}

// on reports whether somebody asked on a platform.
func (m *moment) on(p chat.Platform) bool {
	return slices.ContainsFunc(m.firsts, func(a Asked) bool { return a.Platform == p })
}

// moment returns what is known of a clip, or nil.
func (s *State) moment(clipID string) *moment {
	for i := range s.moments {
		if m := &s.moments[i]; m.ClipID == clipID && s.remembers(m, s.Clock) {
			return m
		}
	}
	return nil
}

// remembers reports whether a lane that starts again would know of the clip.
func (s *State) remembers(m *moment, clock time.Time) bool {
	_, active := s.ActiveClips[m.ClipID]
	return active || m.At.After(clock.Add(-momentsFor))
}

func (s *State) forgetMoments() {
	s.moments = slices.DeleteFunc(s.moments, func(m moment) bool { return !s.remembers(&m, s.Clock) })
}

func (s *State) endMoment(clipID string, how clip.State, url string) {
	for i := range s.moments {
		if s.moments[i].ClipID == clipID {
			s.moments[i].Over, s.moments[i].URL = how, url
		}
	}
}

// sameMoment finds the clip that shows what the attempt asks for: the one whose
// anchor is the nearest within Coalesce, of two the earlier. It counts when something
// was said, not when it came: what comes late is about its own time. A clip that
// failed shows nothing.
func (a *attempt) sameMoment() *moment {
	within := a.rules.settings.Clip.Coalesce
	if within <= 0 || a.operator || a.rule.builtIn != builtInClip {
		return nil
	}
	var nearest *moment
	for i := range a.state.moments {
		m := &a.state.moments[i]
		if m.Over == clip.Failed || !a.state.remembers(m, a.clock) {
			continue
		}
		if apart := m.At.Sub(a.said).Abs(); apart <= within && (nearest == nil || apart < nearest.At.Sub(a.said).Abs()) {
			nearest = m
		}
	}
	return nearest
}

// waits asks the author's own cooldown, the only one that holds a request back for
// which no clip has to be made.
func (a *attempt) waits() *refusal {
	if a.isExempt() {
		return nil
	}
	left := a.cooldown(a.branch.cooldownID, a.scope()).Sub(a.clock)
	if left <= 0 {
		return nil
	}
	return coolingFor(StepCooldownUser, left)
}

// join makes the attempt a part of a clip. It is no use of the trigger: limits,
// prices and everybody's cooldown are about clips, and none is made.
func (a *attempt) join(m *moment) {
	a.decide(true, "", "joined "+m.ClipID)
	if d := a.branch.userCooldown; d > 0 {
		a.out.Cooldowns = append(a.out.Cooldowns, Cooldown{a.branch.cooldownID, a.scope(), a.clock.Add(d), a.clock})
	}
	part := a.part(m.ClipID)
	asked := len(m.authors)
	if _, again := m.authors[part.UserKey]; !again {
		a.out.Asked = append(a.out.Asked, part)
		asked++
	}
	if m.Over == clip.Published && !m.on(part.Platform) {
		// What the others were told at its end has not been said here.
		a.send(a.rules.ending(part, m.Over, m.URL, "", a.received))
		return
	}
	// Chats are apart: what was answered in one was not heard in another.
	throttle := a.rule.id + "//joined/" + string(part.Platform)
	if a.throttled(throttle) {
		return
	}
	a.out.Cooldowns = append(a.out.Cooldowns, Cooldown{throttle, globalScope, a.clock.Add(DeniedEvery), a.clock})
	a.say(a.message("joined", joinedText(a.name, asked, &m.Moment), m.ClipID))
}

// part is the attempt's author's part in a clip.
func (a *attempt) part(clipID string) Asked {
	part := Asked{
		ClipID: clipID, UserKey: a.userKey, Platform: a.platform, Channel: a.channel, MessageID: a.replyTo,
		Name: clip.Clean(a.name), At: a.said,
	}
	if a.operator {
		part.UserKey, part.Platform, part.MessageID = UserKey(Operator, a.user), Operator, a.key.MessageID
	}
	return part
}
