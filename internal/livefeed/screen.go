package livefeed

import (
	"slices"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Screen remembers the newest lines, so that what is taken out of chat can be
// struck out. Its zero value remembers nothing; use NewScreen. It is for one
// goroutine.
type Screen struct {
	most       int
	shown      []Line // the oldest first
	fresh, was map[person]string
}

// person is somebody on a platform.
type person struct {
	platform chat.Platform
	id       string
}

// NewScreen returns a screen of so many lines.
func NewScreen(lines int) *Screen { return &Screen{most: lines} }

// Show puts a line on the screen and returns those on it that are to be struck
// out because of it, the oldest first. Each is struck out once.
func (s *Screen) Show(line Line) []Line {
	struck := s.strike(line)
	s.meet(line)
	if !line.Event.Inert() && s.most > 0 {
		if len(s.shown) >= s.most {
			s.shown = slices.Delete(s.shown, 0, len(s.shown)-s.most+1)
		}
		s.shown = append(s.shown, line)
	}
	return struck
}

// meet remembers the name of whoever wrote a line, longer than the line itself: what
// is struck out says whose it was.
func (s *Screen) meet(line Line) {
	if line.AuthorID == "" || line.Author == "" || s.most == 0 {
		return
	}
	if s.fresh == nil || len(s.fresh) >= s.most {
		s.was, s.fresh = s.fresh, map[person]string{}
	}
	s.fresh[person{line.Platform, line.AuthorID}] = line.Author
}

// NameOf is the name of the user whom a measure is about, if they have written
// lately; else empty.
func (s *Screen) NameOf(measure Line) string {
	who := person{measure.Platform, measure.Target}
	if name := s.fresh[who]; name != "" {
		return name
	}
	return s.was[who]
}

// Answered is who wrote the message that a line answers, if that is on the screen;
// else empty.
func (s *Screen) Answered(line Line) string {
	if line.ReplyTo == "" {
		return ""
	}
	for i := len(s.shown) - 1; i >= 0; i-- {
		if l := s.shown[i]; l.MessageID == line.ReplyTo && l.Platform == line.Platform {
			return l.Author
		}
	}
	return ""
}

// Lines returns what is on the screen, the oldest first.
func (s *Screen) Lines() []Line { return slices.Clone(s.shown) }

// strike takes off the screen what a measure is about: a message, everything that
// somebody wrote in a channel, or everything in it.
func (s *Screen) strike(by Line) []Line {
	var gone func(Line) bool
	switch by.Event {
	case chat.Deletion:
		gone = func(l Line) bool { return l.MessageID == by.Target }
	case chat.Ban:
		gone = func(l Line) bool { return l.Channel == by.Channel && l.AuthorID == by.Target }
	case chat.Clear:
		gone = func(l Line) bool { return l.Channel == by.Channel }
	default:
		return nil
	}
	var struck []Line
	s.shown = slices.DeleteFunc(s.shown, func(l Line) bool {
		if l.Platform != by.Platform || l.CreatorID != by.CreatorID || !gone(l) {
			return false
		}
		struck = append(struck, l)
		return true
	})
	return struck
}
