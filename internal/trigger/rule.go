package trigger

import (
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
	"github.com/streamsuites/streamsuites/internal/template"
)

// rule is one compiled trigger.
type rule struct {
	id      string
	builtIn builtIn
	label   string // what people know it by: "!name", or its id
	enabled bool
	unfit   bool // something is wrong with it: it is never found
	layer   *layered

	look look

	platforms []chat.Platform
	self      bool // also the bot's own messages
	shared    bool // also messages of a shared chat's other rooms
	noOwner   bool // not the broadcaster's
	stop      bool // nothing behind it looks at a message that it matched

	stream     definition.StreamState
	categories map[string]struct{} // folded; empty means all
	deny       map[string]struct{} // logins and user keys
	allow      map[string]struct{}

	exempt      chat.Roles
	group       string // cooldown id of its group, or empty
	groupTime   time.Duration
	perStream   int64
	perUser     int64
	holdUsers   int // distinct users that have to ask before it fires; 0 = none
	holdWindow  time.Duration
	onCooldown  Answer
	onDenied    Answer
	deletes     bool
	pick        definition.Pick
	mode        definition.ReplyMode
	quoted      bool
	plain       branch // without a subcommand
	subcommands map[string]*branch
	fallback    *branch
}

// works reports whether the rule can fire.
func (r *rule) works() bool { return r.enabled && !r.unfit }

// subcommand finds one by its name as typed.
func (r *rule) subcommand(word string) *branch {
	var buffer [definition.MaxNameBytes]byte
	name, ok := match.AppendName(buffer[:0], word)
	if !ok {
		return nil
	}
	return r.subcommands[string(name)]
}

// look is what a rule looks for: any of these.
type look struct {
	how      definition.Match
	sensible bool // case matters

	names        []string         // of the command, normalised, without prefix; the first is shown
	spelling     []string         // the names as they were written
	namePatterns []*match.Pattern // the whole name of a command matches one
	words        []string
	patterns     []*match.Pattern
	literals     []string // of which every text that matches a pattern holds one
	scan         bool     // there is a pattern without literals
	events       []chat.Kind
	minimum      int64 // amount of an event
}

// branch is what a trigger, or one of its subcommands, asks for and does.
type branch struct {
	cooldownID     string
	enabled        bool
	roles          chat.Roles
	userCooldown   time.Duration
	globalCooldown time.Duration
	args           arguments
	cost           int64
	refund         bool
	responses      []line
	actions        []deed
	clips          int  // how many clips one run asks for
	speaks         bool // says something of its own when it fires
}

// deed is one compiled action.
type deed struct {
	kind    definition.ActionType
	text    line // of a reply, or a clip's title
	mode    definition.ReplyMode
	length  time.Duration // of a clip; 0 = the creator's default
	counter string
	add     int64
	set     *int64
}

// line is a template and whether whoever wrote it meant to begin with an order to
// the platform, such as "/me".
type line struct {
	template.Template
	orders bool
}

func newLine(text string) line {
	return line{template.Parse(text), strings.HasPrefix(strings.TrimSpace(text), "/")}
}
