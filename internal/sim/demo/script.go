package demo

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// Options of a script. Zero durations and rates take the usual.
type Options struct {
	Rate      float64       // lines of chatter a second, on average: 8
	ClipAfter time.Duration // from the bot's coming to the first clip: 25 s
	ClipEvery time.Duration // 3 min
	PingEvery time.Duration // 70 s
	Seed      uint64        // of the random choices
}

func (o Options) filled() Options {
	if o.Rate == 0 {
		o.Rate = 8
	}
	for value, usual := range map[*time.Duration]time.Duration{
		&o.ClipAfter: 25 * time.Second, &o.ClipEvery: 3 * time.Minute, &o.PingEvery: 70 * time.Second,
	} {
		if *value == 0 {
			*value = usual
		}
	}
	return o
}

// Stage is where the people speak.
type Stage interface {
	Say(twitch.Utterance) (twitch.Message, error)
	Live(channel string) bool
}

// Run plays the script in the default channel until ctx ends. joined gets a
// value when the bot came; only the first counts.
func Run(ctx context.Context, o Options, stage Stage, joined <-chan struct{}, log zerolog.Logger) {
	s := &script{options: o.filled(), stage: stage, log: log, random: rand.New(rand.NewPCG(o.Seed, 0x5EED))}
	s.play(ctx, joined)
}

type script struct {
	options Options
	stage   Stage
	log     zerolog.Logger
	random  *rand.Rand
	clips   int
}

func (s *script) play(ctx context.Context, joined <-chan struct{}) {
	chatter := time.NewTimer(s.pause())
	defer chatter.Stop()
	// Both begin when the bot came.
	var clip, ping, ask <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-joined:
			joined = nil
			clip, ping = time.After(s.options.ClipAfter), time.After(s.options.PingEvery)
			ask = time.After(s.options.PingEvery / 2)
		case <-chatter.C:
			s.chat()
			chatter.Reset(s.pause())
		case <-clip:
			s.askForClip()
			clip = time.After(s.options.ClipEvery)
		case <-ping:
			s.say(pick(s, people), "!ping")
			ping = time.After(s.options.PingEvery)
		case <-ask:
			s.say(pick(s, people), pick(s, questions))
			ask = time.After(s.options.PingEvery / 2)
		}
	}
}

// pause is the time to the next line: people do not speak in step.
func (s *script) pause() time.Duration {
	seconds := min(s.random.ExpFloat64(), 5) / s.options.Rate
	return time.Duration(seconds * float64(time.Second))
}

func (s *script) chat() {
	who := pick(s, people)
	if s.random.IntN(15) == 0 {
		who = pick(s, moderators)
	}
	s.say(who, pick(s, openings)+pick(s, lines)+pick(s, endings))
}

// askForClip lets a moderator ask for a clip of what is live.
func (s *script) askForClip() {
	if !s.stage.Live("") {
		return
	}
	title := clipTitles[s.clips%len(clipTitles)]
	s.clips++
	s.say(pick(s, moderators), "!clip 20 "+title)
}

func (s *script) say(who person, text string) {
	if _, err := s.stage.Say(twitch.Utterance{User: who.name, Text: text, Roles: who.roles}); err != nil {
		s.log.Warn().Err(err).Str("user", who.name).Msg("a line of the demo was not said")
	}
}

func pick[T any](s *script, from []T) T { return from[s.random.IntN(len(from))] }
