package trigger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// LongestClip is the most that any creator's limits can allow.
const LongestClip = 240 * time.Second

// Settings is what configuration says about one creator's triggers. It is plain
// data; Compile turns it into Rules. Start from DefaultSettings, because the
// zero value switches everything off.
type Settings struct {
	CreatorID string
	Creator   string // display name; "<Creator> Livestream" is the title of last resort

	Prefix        string   // in front of every command; default "!"
	IgnoredLogins []string // accounts whose messages trigger nothing, e.g. other bots; any case; see OnPlatform

	// LateAfter is how old a message may be when it arrives and still count as
	// said now. Default 60 s.
	LateAfter time.Duration
	// ReplyWithin is how long after its message an answer is still worth
	// sending. Default 30 s.
	ReplyWithin time.Duration
	// ResultWithin is how long after its clip ended the final answer is still
	// worth sending. Default 10 min.
	ResultWithin time.Duration

	Clip ClipSettings
	Ping PingSettings

	// Triggers are those of triggers.json, in the order of the file.
	Triggers []definition.Definition
	// MaxTriggers is how many triggers besides the built-in ones may be switched on;
	// 0 = no limit, less than 0 = none. Later ones are left out and reported.
	MaxTriggers int
	// MaxScans is how many patterns without a literal of three characters there may
	// be: each of them costs every message. Default 10; 0 = none.
	MaxScans int
	// MinCooldown is the least cooldown for all that any trigger can have.
	MinCooldown time.Duration

	// StartPoints is what an author has to spend who never got or spent any.
	StartPoints int64
	// TimeZone is the IANA name of the zone in which times are told; empty is UTC.
	TimeZone string
	// LongTexts says what becomes of texts that are too long for a platform; empty is
	// Split.
	LongTexts LongTexts `json:",omitempty"`
	// NumberParts ends each part of a text that was split with its number.
	NumberParts bool `json:",omitempty"`
	// RecordTexts says that the event log keeps names and texts; ids are kept always.
	RecordTexts bool
}

// Hash identifies the settings: 16 hex digits that stay the same when settings are
// written as JSON and read again.
func (s Settings) Hash() string {
	text, err := json.Marshal(s)
	if err != nil { // only a cooldown that is no number can do that
		text = fmt.Appendf(nil, "%+v", s)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// ClipSettings is the `!clip [seconds] [title…]` command.
type ClipSettings struct {
	Guards
	Aliases []string // other names without prefix; default none

	DefaultLength time.Duration // when no seconds are given; default 30 s
	MinLength     time.Duration // shorter wishes are raised to it; default 5 s
	MaxLength     time.Duration // longer wishes are cut to it; default 30 s, at most LongestClip

	PostRoll      time.Duration // how long after the command the clip ends; default 5 s
	LatencyOffset time.Duration // how far viewers see behind the source's clock; default 3 s
	// LatencyOn is LatencyOffset where a platform differs.
	LatencyOn map[chat.Platform]time.Duration `json:",omitempty"`
	Buffer    time.Duration                   // how far back capture reaches; default 300 s

	PerHour   int // clips that chat may start in an hour; default 10, 0 = no limit
	PerMinute int `json:",omitempty"` // the same in a minute (jobs_per_minute); 0 = no limit
	// Coalesce is how far apart two requests may be said for one clip to do for both;
	// default 20 s, 0 = every request has its own.
	Coalesce time.Duration `json:",omitempty"`

	MaxActive int // clips not yet published or failed (max_concurrent_clip_jobs); default 1, 0 = no limit

	// Destinations names where clips go; the first one's address is the clip's.
	// Default "folder" alone.
	Destinations []string
}

// PingSettings is the `!ping` command, the proof that the bot reads and writes.
type PingSettings struct {
	Guards
	Aliases []string
}

// LongTexts says what becomes of texts that are too long for a platform.
type LongTexts string

// What can become of them.
const (
	Split LongTexts = "split" // several messages, at most speech.MostParts
	Cut   LongTexts = "cut"   // one message, which ends with an ellipsis
)

// Answer says whether somebody who was refused is told so.
type Answer string

// The answers to a refused attempt. Reply is throttled to one in DeniedEvery
// for each trigger.
const (
	Silent Answer = "silent"
	Reply  Answer = "reply"
)

// DeniedEvery is the shortest time between two answers to refused attempts at
// one trigger.
const DeniedEvery = 10 * time.Second

// Guards is what every trigger checks before it fires.
type Guards struct {
	Enabled bool

	// Platforms limits the trigger to some platforms; empty means all.
	Platforms []chat.Platform
	// Roles is the set of which an author needs one; chat.Everyone (zero) asks
	// for none. The broadcaster passes always.
	Roles chat.Roles

	UserCooldown   time.Duration // for each author
	GlobalCooldown time.Duration // for all together
	// CooldownExempt is the set of roles that neither cooldown holds back.
	// Their attempts start both all the same.
	CooldownExempt chat.Roles

	OnCooldown Answer // default Silent
	OnDenied   Answer // any other refusal; default Silent
}

// DefaultSettings returns the defaults of every field for a creator of the
// smallest tier.
func DefaultSettings(creatorID, displayName string) Settings {
	if displayName == "" {
		displayName = creatorID
	}
	guards := Guards{
		Enabled:        true,
		GlobalCooldown: 5 * time.Second,
		CooldownExempt: chat.Moderator | chat.Broadcaster,
		OnCooldown:     Silent,
		OnDenied:       Silent,
	}
	clipGuards := guards
	clipGuards.UserCooldown = 30 * time.Second
	return Settings{
		CreatorID:    creatorID,
		Creator:      displayName,
		Prefix:       "!",
		LateAfter:    60 * time.Second,
		ReplyWithin:  30 * time.Second,
		ResultWithin: 10 * time.Minute,
		Clip: ClipSettings{
			Guards:        clipGuards,
			DefaultLength: 30 * time.Second,
			MinLength:     5 * time.Second,
			MaxLength:     30 * time.Second,
			PostRoll:      5 * time.Second,
			LatencyOffset: 3 * time.Second,
			Buffer:        300 * time.Second,
			PerHour:       10,
			MaxActive:     1,
			Coalesce:      20 * time.Second,
			Destinations:  []string{"folder"},
		},
		Ping: PingSettings{Guards: guards},

		MaxScans: 10,
	}
}
