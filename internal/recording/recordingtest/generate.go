// Package recordingtest makes recordings up for tests: chats of five platforms
// with everything that platforms do to them. It is for tests only.
package recordingtest

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/recording"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// Creator is whose chat is made up.
const Creator = "aBc123"

// Seed returns the seed of a random test: SEED of the environment, or one of the
// moment. It is logged, so that a failure can be repeated.
func Seed(t testing.TB) uint64 {
	t.Helper()
	n := uint64(time.Now().UnixNano())
	if text := os.Getenv("SEED"); text != "" {
		var err error
		n, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("SEED=%d", n)
	return n
}

// Settings is what the made-up creator begins with: triggers of several kinds
// beside the built-in ones.
func Settings() trigger.Settings {
	s := trigger.DefaultSettings(Creator, "Mira")
	second, none := 1.0, 0.0
	s.Triggers = []definition.Definition{
		{ID: "hello", Type: definition.Command, Command: "hello", Aliases: []string{"hi"}, CooldownUser: &second, Responses: []string{"hello $(user), no. $(count)"}},
		{ID: "dice", Type: definition.Command, Command: "dice", CooldownGlobal: &none, Cost: 5, Responses: []string{"$(user) rolls $(random.1-6) in $(game)"}},
		{ID: "wow", Type: definition.Keyword, Keywords: []string{"wow", "omg"}, PerStreamUser: 3, Responses: []string{"$(pick wow|omg|neat)"}},
		{ID: "score", Type: definition.Regex, Pattern: `(?P<home>\d+)\s*:\s*(?P<away>\d+)`, Responses: []string{"$(match.home) to $(match.away)"}},
		{ID: "raid", Type: definition.Event, Events: []chat.Kind{chat.Raid, chat.Paid}, Minimum: 10, Responses: []string{"thank you for $(amount)"}},
		{ID: "hype", Type: definition.Threshold, Keywords: []string{"pog"}, Threshold: &definition.Hold{Users: 3, Window: 20}, Responses: []string{"hype!"}},
	}
	s.StartPoints, s.RecordTexts = 100, true
	return s
}

// talk is what most messages say; orders are what triggers are asked.
var (
	talk = []string{
		"lol", "what a save", "how are you all doing tonight?", "héllo wörld ✨", "gg", "that was the best round of the whole evening",
		"$(user) ${random.1-6}", "!", "no way", "x",
	}
	orders = []string{
		"wow that was close", "omg", "pog", "it is 3:2 now", "see 10 : 9", "!hello", "!HI there", "!dice", "!ping", "!clip",
		"!clip 20 what a save", "!clip -d 9 nice", "!cmd add !new $(user) is new", "!new", "!cmd remove new", "!counter deaths +",
		"!pausecommands on", "!pausecommands off", "!pausecommands off",
	}
)

// generator makes up one chat.
type generator struct {
	rng    *rand.Rand
	now    time.Time
	skew   map[chat.Platform]time.Duration
	sent   []chat.Event // the newest, to be delivered again
	clips  []string     // ids that there may be
	made   int
	config trigger.Settings
}

// Generate makes up a recording of n messages and some inputs besides, without
// places. Platforms deliver late, twice and out of order, and their clocks are
// wrong by minutes. The same seed makes the same recording.
func Generate(seed uint64, n int, each func(recording.Entry) error) error {
	g := &generator{
		rng: rand.New(rand.NewPCG(seed, 0)), now: time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC),
		skew: map[chat.Platform]time.Duration{}, config: Settings(),
	}
	for _, p := range chat.Platforms {
		g.skew[p] = time.Duration(g.rng.IntN(180_000)-90_000) * time.Millisecond
	}
	if err := each(g.configured()); err != nil {
		return err
	}
	for g.made < n {
		g.now = g.now.Add(time.Duration(g.rng.IntN(200)) * time.Millisecond)
		if err := each(g.next()); err != nil {
			return err
		}
	}
	return nil
}

// Write writes a made-up recording.
func Write(w io.Writer, seed uint64, n int) error {
	out, err := recording.NewWriter(w, recording.Header{CreatorID: Creator, Texts: true})
	if err != nil {
		return err
	}
	return Generate(seed, n, out.Write)
}

func (g *generator) next() recording.Entry {
	switch roll := g.rng.IntN(1000); {
	case roll < 30 && len(g.sent) > 0: // delivered again
		again := g.sent[g.rng.IntN(len(g.sent))]
		again.ReceivedAt = g.now
		g.made++
		return recording.Entry{Message: &again}
	case roll < 34:
		return g.broadcast()
	case roll < 38 && len(g.clips) > 0:
		if g.rng.IntN(3) == 0 {
			return g.clipWaits()
		}
		return g.clipOver()
	case roll < 39:
		return g.configured()
	case roll < 40:
		return g.input(control.InboxPointGrant, control.PointGrant{UserKey: trigger.UserKey(chat.Kick, g.user()), Delta: 50, By: "op"})
	case roll < 41:
		return g.input(control.InboxTriggerOrder, control.TriggerOrder{RequestID: fmt.Sprint("o", g.made), Text: []string{"disable !dice", "enable !dice"}[g.rng.IntN(2)], By: "op"})
	case roll < 42:
		return g.input(control.InboxClipRequest, control.OperatorClip{RequestID: fmt.Sprint("r", g.made), Seconds: g.rng.IntN(60), By: "op", At: g.now})
	default:
		return g.message()
	}
}

func (g *generator) user() string { return fmt.Sprint("u", g.rng.IntN(300)) }

func (g *generator) message() recording.Entry {
	platform := chat.Platforms[g.rng.IntN(len(chat.Platforms))]
	user, id := g.user(), fmt.Sprintf("m%d", g.made)
	late := time.Duration(g.rng.IntN(3000)) * time.Millisecond
	if g.rng.IntN(200) == 0 {
		late = time.Duration(g.rng.IntN(200)) * time.Second // what came in while the connection was down
	}
	e := chat.Event{
		Platform: platform, MessageID: id, CreatorID: Creator, Channel: "mira",
		Author:     chat.Author{ID: user, Login: user, Name: "User " + user, Roles: chat.Roles(g.rng.IntN(4)) * chat.VIP & (chat.VIP | chat.Moderator)},
		Text:       talk[g.rng.IntN(len(talk))],
		SentAt:     g.now.Add(g.skew[platform] - late),
		ReceivedAt: g.now,
	}
	if g.rng.IntN(5) == 0 {
		e.Text = orders[g.rng.IntN(len(orders))]
	}
	switch g.rng.IntN(100) {
	case 0:
		e.Kind, e.Amount = chat.Raid, int64(g.rng.IntN(40))
	case 1:
		e.Kind, e.Amount, e.Unit = chat.Paid, int64(g.rng.IntN(500)), "bits"
	case 2:
		e.SharedFrom = "elsewhere"
	case 3:
		e.SentAt = time.Time{} // a platform that tells no times
	case 4:
		e.Kind, e.Target = chat.Inert[g.rng.IntN(len(chat.Inert))], g.user()
	case 5:
		e.History = true
	}
	g.made++
	if g.rng.IntN(20) == 0 || len(g.sent) < 50 {
		if len(g.sent) < 500 {
			g.sent = append(g.sent, e)
		} else {
			g.sent[g.rng.IntN(len(g.sent))] = e
		}
	}
	if len(g.clips) < 2000 && len(e.Text) >= 5 && e.Text[:5] == "!clip" {
		g.clips = append(g.clips, clip.NewID(Creator, id, trigger.ClipID, 0))
	}
	return recording.Entry{Message: &e}
}

func (g *generator) broadcast() recording.Entry {
	stream := control.Stream{
		CreatorID: Creator, Platform: chat.Platforms[g.rng.IntN(len(chat.Platforms))], Channel: "mira",
		StreamID: fmt.Sprint("s", g.rng.IntN(3)), Title: "Building a lighthouse", Category: "Art", StartedAt: g.now,
	}
	if g.rng.IntN(4) == 0 {
		return g.input(control.InboxStreamOver, stream)
	}
	return g.input(control.InboxStreamLive, stream)
}

func (g *generator) clipOver() recording.Entry {
	at := g.rng.IntN(len(g.clips))
	result := control.ClipResult{
		ClipID: g.clips[at], State: clip.Published, URL: "https://clips.example/1", Platform: chat.Twitch, Channel: "mira", MessageID: "m", Clipper: "User",
	}
	if g.rng.IntN(3) == 0 {
		result.State, result.Reason = clip.Failed, "the recording does not hold that moment any more"
	}
	g.clips[at] = g.clips[len(g.clips)-1]
	g.clips = g.clips[:len(g.clips)-1]
	return g.input(control.InboxClipResult, result)
}

func (g *generator) clipWaits() recording.Entry {
	return g.input(control.InboxClipWaits, control.ClipWaits{ClipID: g.clips[g.rng.IntN(len(g.clips))], Destination: "youtube"})
}

func (g *generator) configured() recording.Entry {
	g.config.Ping.GlobalCooldown = time.Duration(g.rng.IntN(10)) * time.Second
	g.config.Clip.MaxActive = g.rng.IntN(4)
	g.config.Clip.UserCooldown = time.Duration(g.rng.IntN(60)) * time.Second
	return g.input(control.InboxConfig, g.config)
}

func (g *generator) input(kind string, payload any) recording.Entry {
	body, err := json.Marshal(payload)
	if err != nil {
		panic(fmt.Sprintf("recordingtest: %s cannot be written: %v", kind, err)) // plain data always can
	}
	return recording.Entry{Input: &recording.Input{Kind: kind, At: g.now, Payload: body}}
}
