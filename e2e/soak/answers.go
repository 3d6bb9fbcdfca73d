package main

import (
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// lookBack is how many of the newest messages are looked at for answers: more than
// are said between two looks.
const lookBack = 5000

// answers collects what the bot said on the platforms. It belongs to one goroutine.
type answers struct {
	last  map[chat.Platform]string         // newest message that was looked at
	seen  map[string]struct{}              // ids
	count map[chat.Platform]map[string]int // by what was asked
}

func newAnswers() *answers {
	a := &answers{last: map[chat.Platform]string{}, seen: map[string]struct{}{}, count: map[chat.Platform]map[string]int{}}
	for _, p := range platforms {
		a.count[p] = map[string]int{}
	}
	return a
}

// look takes in what was said since the last look.
func (a *answers) look(s *servers) error {
	for _, m := range s.twitch.Messages("", a.last[chat.Twitch], lookBack) {
		a.note(chat.Twitch, m.ID, m.Text, m.Metered)
	}
	for _, m := range s.kick.Messages("", a.last[chat.Kick], lookBack) {
		a.note(chat.Kick, m.ID, m.Text, m.Metered)
	}
	said, err := s.youtube.Messages("", a.last[chat.YouTube], lookBack)
	for _, m := range said {
		a.note(chat.YouTube, m.ID, m.Text, m.Metered)
	}
	return err
}

func (a *answers) note(p chat.Platform, id, text string, own bool) {
	a.last[p] = id
	if _, known := a.seen[id]; known || !own {
		return
	}
	a.seen[id] = struct{}{}
	if at := strings.Index(text, pong); at >= 0 {
		a.count[p][text[at:]]++
	}
}

// sums are how many questions were answered, and which more than once.
func (a *answers) sums(p chat.Platform) (answered int, twice []string) {
	for text, n := range a.count[p] {
		answered++
		if n > 1 {
			twice = append(twice, text)
		}
	}
	return answered, twice
}
