package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// step is how often the load is brought up to where it should be.
const step = 5 * time.Millisecond

// words make up what people say.
var words = [...]string{"harbor", "lighthouse", "gg", "Kappa", "what", "a", "wave", "again", "please", "no way", "LUL", "brick", "🚢", "höchste Zeit", "ok"}

// speakers are the people of all chats. What they say is written to a journal with
// the id that the platform gave it, in the text format of COPY.
type speakers struct {
	servers *servers
	rate    int // messages a second on all platforms

	mu      sync.Mutex
	file    *os.File
	journal *bufio.Writer
	said    map[chat.Platform]int
	asked   map[chat.Platform]int // of those, pings
	failed  error
}

func openSpeakers(s *servers, path string, rate int) (*speakers, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal of what is said: %w", err)
	}
	return &speakers{servers: s, rate: rate, file: file, journal: bufio.NewWriterSize(file, 1<<20),
		said: map[chat.Platform]int{}, asked: map[chat.Platform]int{}}, nil
}

// speak has people speak on a platform until ctx ends. What the machine was too slow
// for is not made up for: the load has a rate, not bursts.
func (s *speakers) speak(ctx context.Context, p chat.Platform, random *rand.Rand) {
	perSecond := float64(s.rate*shares[p]) / 4
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	last, due := time.Now(), 0.0
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			due = min(due+now.Sub(last).Seconds()*perSecond, perSecond)
			last = now
		}
		for ; due >= 1; due-- {
			if n++; !s.one(p, n, random) {
				return
			}
		}
	}
}

// one says one thing in one of the channels.
func (s *speakers) one(p chat.Platform, n int, random *rand.Rand) bool {
	text := fmt.Sprintf("%s %s %d", words[random.IntN(len(words))], words[random.IntN(len(words))], n)
	asks := n%pingEvery == 0
	if asks {
		text = fmt.Sprintf("%s%s-%d", ping, p, n)
	}
	return s.say(p, random.IntN(creators), fmt.Sprintf("viewer%03d", random.IntN(400)), text, asks)
}

// say says something and writes it down.
func (s *speakers) say(p chat.Platform, creator int, user, text string, asks bool) bool {
	id, at, err := s.servers.say(p, creator, user, text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		_, err = fmt.Fprintf(s.journal, "%s\t%s\t%s\t%s\n", p, id, channelOf(p, creator), at.UTC().Format(time.RFC3339Nano))
	}
	if err != nil {
		s.failed = errors.Join(s.failed, fmt.Errorf("speak on %s: %w", p, err))
		return false
	}
	s.said[p]++
	if asks {
		s.asked[p]++
	}
	return true
}

// farewell says something in every channel: when it is stored, everything before it
// is stored or lost.
func (s *speakers) farewell() []string {
	var texts []string
	for _, p := range platforms {
		for i := range creators {
			text := fmt.Sprintf("farewell-%s-%d-%d", p, i, time.Now().UnixNano())
			if s.say(p, i, "viewer000", text, false) {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// progress tells how much was said.
func (s *speakers) progress() (said, asked map[chat.Platform]int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	said, asked = map[chat.Platform]int{}, map[chat.Platform]int{}
	for _, p := range platforms {
		said[p], asked[p] = s.said[p], s.asked[p]
	}
	return said, asked, s.failed
}

// close completes the journal.
func (s *speakers) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.failed, s.journal.Flush(), s.file.Close())
}
