package trigger

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// crowd writes chats: bursts on five platforms with skewed clocks, late and
// repeated messages, moderators who change triggers, operators, streams, clips that
// end, and configurations that change.
type crowd struct {
	rng     *rand.Rand
	now     time.Time
	n       int
	sent    []Input // the newest messages, to be repeated
	clips   []string
	configs []Settings
	noise   int // how many of a hundred messages are about nothing
}

func newCrowd(rng *rand.Rand, noise int) *crowd {
	return &crowd{rng: rng, now: noon, configs: crowdConfigs(), noise: noise}
}

// crowdConfigs are three editions of one creator's configuration.
func crowdConfigs() []Settings {
	wow := of(definition.Keyword, func(d *definition.Definition) {
		d.ID, d.Keywords, d.StopOnMatch = "wow", []string{"wow", "omg"}, ptr(false)
		d.Responses, d.CooldownUser = []string{"$(user) $(count) $(random.1-100)", "$(usercount)"}, ptr(20.0)
		d.CooldownExempt = []string{}
	})
	hold := of(definition.Threshold, func(d *definition.Definition) {
		d.ID, d.Keywords, d.Threshold = "hold", []string{"hype"}, &definition.Hold{Users: 3, Window: 60}
		d.CooldownGlobal, d.CooldownExempt = ptr(30.0), []string{}
	})
	buy := command("buy", func(d *definition.Definition) {
		d.Cost, d.CooldownGlobal = 7, ptr(0.0)
		d.Actions = []definition.Action{{Type: definition.DoClip}, {Type: definition.DoCounter, Counter: "sold"}}
		d.PerStreamUser, d.Responses = 2, []string{"$(counter.sold) $(clip.title)"}
	})
	few := command("few", func(d *definition.Definition) {
		d.PerStream, d.CooldownGroup, d.GroupSeconds, d.CooldownGlobal = 3, "g", 10, ptr(0.0)
		d.Subcommands = []definition.Subcommand{{Name: "own", CooldownUser: ptr(40.0), Responses: []string{"own"}}}
	})
	raid := of(definition.Event, func(d *definition.Definition) { d.ID, d.Events, d.Minimum = "raid", []chat.Kind{chat.Raid}, 5 })
	link := of(definition.Regex, func(d *definition.Definition) {
		d.ID, d.Pattern, d.Delete, d.CooldownGroup = "link", `(?P<site>\w+)\.example`, true, "g"
		d.Responses, d.Pick = []string{"$(match.site)", "no"}, definition.Random
	})
	scan := of(definition.Regex, func(d *definition.Definition) { d.ID, d.Pattern = "scan", `^\d+$` })
	rich := func(s *Settings) { s.StartPoints, s.Clip.MaxActive, s.Clip.PerHour = 20, 2, 20 }
	longer := func(d definition.Definition) definition.Definition { d.CooldownGlobal = ptr(60.0); return d }
	return []Settings{
		settings(rich, with(wow, hold, buy, few, raid, link, scan)),
		settings(rich, with(raid, longer(wow), longer(hold), longer(buy), few), func(s *Settings) { s.Clip.GlobalCooldown = time.Minute }),
		settings(with(few, buy, wow), func(s *Settings) { s.StartPoints, s.MaxTriggers, s.Prefix = 5, 4, "!" }),
	}
}

var crowdTexts = []string{
	"wow", "OMG wow", "hype", "all the hype now", "!buy", "!buy now", "!few", "!few own", "!clip", "!clip 20 nice", "!ping",
	"look at spam.example", "42", "!made", "!made up", "!counter sold", "!commands", "!cmd show made",
}

var crowdOrders = []string{
	"!cmd add made hello $(user) $(count)", "!cmd edit made bye $(query)", "!cmd remove made", "!cmd disable few", "!cmd enable few",
	"!cmd options buy -cd=9", "!cmd options wow -usercd=3", "!cmd alias add few quick", "!counter sold +1", "!counter sold set 3",
	"!pausecommands", "!cmd reset few", "!cmd remove wow", "!cmd add !clip x", "!cmd", "!cmd options made -count 5",
}

// next writes the next input. A repeated message is marked as such.
func (c *crowd) next() (in Input, repeated bool) {
	c.now = c.now.Add(time.Duration(c.rng.IntN(2500)) * time.Millisecond)
	c.n++
	switch c.rng.IntN(60) {
	case 0:
		return c.stream(), false
	case 1:
		return c.ending(), false
	case 2:
		return Input{Request: &control.OperatorClip{RequestID: fmt.Sprint("r", c.n), Seconds: c.rng.IntN(90), By: "ops"}, At: c.now}, false
	case 3:
		return Input{Grant: &control.PointGrant{UserKey: string(c.platform()) + ":u" + strconv.Itoa(c.rng.IntN(8)), Delta: int64(c.rng.IntN(40) - 15)}, At: c.now}, false
	case 4:
		text := crowdOrders[c.rng.IntN(len(crowdOrders))][len("!cmd"):]
		return Input{Order: &control.TriggerOrder{RequestID: fmt.Sprint("o", c.n), Text: text, By: "ops"}, At: c.now}, false
	case 5:
		return Input{Config: &c.configs[c.rng.IntN(len(c.configs))], At: c.now}, false
	case 6, 7, 8:
		if len(c.sent) > 0 {
			return c.sent[c.rng.IntN(len(c.sent))], true
		}
	}
	return c.message(), false
}

func (c *crowd) platform() chat.Platform { return chat.Platforms[c.rng.IntN(len(chat.Platforms))] }

func (c *crowd) message() Input {
	skew := time.Duration(c.rng.IntN(14_000)-10_000) * time.Millisecond
	if c.rng.IntN(40) == 0 {
		skew *= 30
	}
	role := []chat.Roles{0, 0, 0, chat.Subscriber, chat.VIP, chat.Moderator, chat.Broadcaster}[c.rng.IntN(7)]
	text := crowdTexts[c.rng.IntN(len(crowdTexts))]
	switch {
	case c.rng.IntN(100) < c.noise:
		text = "nothing to see here " + strconv.Itoa(c.rng.IntN(1000)) + " words"
	case role == chat.Moderator && c.rng.IntN(3) == 0:
		text = crowdOrders[c.rng.IntN(len(crowdOrders))]
	}
	user := fmt.Sprint("u", c.rng.IntN(8))
	in := message(fmt.Sprint("m", c.n), text, by(user, role), from(c.platform()), func(e *chat.Event) {
		e.SentAt, e.ReceivedAt = c.now.Add(skew), c.now
		if c.rng.IntN(30) == 0 {
			e.Kind, e.Amount = chat.Raid, int64(c.rng.IntN(10))
		}
	})
	if len(c.sent) >= 200 {
		c.sent = c.sent[1:]
	}
	c.sent = append(c.sent, in)
	return in
}

func (c *crowd) stream() Input {
	stream := control.Stream{
		CreatorID: "aBc123", Platform: c.platform(), Channel: "mira", StreamID: strconv.Itoa(c.rng.IntN(3)), Title: "t", StartedAt: c.now,
	}
	if c.rng.IntN(3) == 0 {
		return Input{Over: &stream, At: c.now}
	}
	return Input{Live: &stream, At: c.now}
}

// ending tells of a clip that is over, often not for the first time.
func (c *crowd) ending() Input {
	id := "nobody"
	if len(c.clips) > 0 {
		id = c.clips[c.rng.IntN(len(c.clips))]
	}
	state := clip.Published
	if c.rng.IntN(2) == 0 {
		state = clip.Failed
	}
	return Input{Result: &control.ClipResult{ClipID: id, State: state, Platform: chat.Twitch, Channel: "mira", MessageID: "m"}, At: c.now}
}

// learn remembers clips, so that they can end.
func (c *crowd) learn(out Outcome) {
	if out.Effects == nil {
		return
	}
	for i := range out.Effects.Clips {
		c.clips = append(c.clips, out.Effects.Clips[i].ClipID)
	}
}
