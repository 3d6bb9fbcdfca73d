package livefeed

import (
	"slices"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Screen remembers the newest lines, so that what is taken out of chat can be
// struck out. Its zero value remembers nothing; use NewScreen. It is for one
// goroutine.
type Screen struct {
	most  int
	shown []Line // the oldest first
}

// NewScreen returns a screen of so many lines.
func NewScreen(lines int) *Screen { return &Screen{most: lines} }

// Show puts a line on the screen and returns those on it that are to be struck
// out because of it, the oldest first. Each is struck out once.
func (s *Screen) Show(line Line) []Line {
	struck := s.strike(line)
	if !line.Event.Inert() && s.most > 0 {
		if len(s.shown) >= s.most {
			s.shown = slices.Delete(s.shown, 0, len(s.shown)-s.most+1)
		}
		s.shown = append(s.shown, line)
	}
	return struck
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
