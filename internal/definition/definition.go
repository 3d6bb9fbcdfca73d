package definition

import "github.com/streamsuites/streamsuites/internal/chat"

// Type says what a trigger looks at.
type Type string

// The types of trigger.
const (
	Command   Type = "command"   // the message begins with prefix and name
	Keyword   Type = "keyword"   // the message holds one of the words
	Regex     Type = "regex"     // the message matches a pattern in RE2's syntax
	Event     Type = "event"     // something happened: a raid, a subscription, …
	Threshold Type = "threshold" // enough distinct users matched command, keywords or pattern within a time
)

// Match says where in a message a command or keyword has to stand.
type Match string

// The ways to match. Start is the default of commands, Anywhere of keywords.
const (
	Start    Match = "start"    // at the beginning, up to a blank or the end
	Exact    Match = "exact"    // the message is nothing else
	Anywhere Match = "anywhere" // as whole words
	RegexIs  Match = "regex"    // the command's name or the keyword is a pattern
	Contains Match = "contains" // as a part of words too, as dashboard drafts mean contains_icase
)

// StreamState says when a trigger can fire.
type StreamState string

// The stream states. Any is the default; clip actions ask for Online by default.
const (
	Any     StreamState = "any"
	Online  StreamState = "online"
	Offline StreamState = "offline"
)

// Answer says whether somebody who was refused is told so; Silent is the default.
type Answer string

// The answers to a refused attempt.
const (
	Silent Answer = "silent"
	Reply  Answer = "reply"
)

// Pick says which of several responses is given; Sequential is the default.
type Pick string

// The ways to pick.
const (
	Sequential Pick = "sequential"
	Random     Pick = "random" // derived from the message, so that a replay picks the same
)

// ReplyMode says how a response is said.
type ReplyMode string

// The modes. AsReply, the default, answers the message where the platform can.
const (
	AsReply ReplyMode = "reply"
	AsSay   ReplyMode = "say"
)

// Definition is one trigger. Pointers and empty values mean the default that the
// field's comment names.
type Definition struct {
	ID        string `json:"trigger_id"`
	Type      Type   `json:"type"`
	CreatorID string `json:"creator_id,omitempty"`

	Command  string      `json:"command,omitempty"` // with or without prefix
	Aliases  []string    `json:"aliases,omitempty"` // at most MaxAliases
	Keywords []string    `json:"keywords,omitempty"`
	Pattern  string      `json:"pattern,omitempty"`    // RE2; named groups become $(match.<group>)
	Events   []chat.Kind `json:"events,omitempty"`     // of which one has to happen
	Minimum  int64       `json:"min_amount,omitempty"` // of an event: viewers, months, bits, …

	Match         Match `json:"match,omitempty"`
	CaseSensitive bool  `json:"case_sensitive,omitempty"`

	Enabled     *bool           `json:"enabled,omitempty"` // true
	Hidden      bool            `json:"hidden,omitempty"`  // from !commands
	Description string          `json:"description,omitempty"`
	Platforms   []chat.Platform `json:"platforms,omitempty"` // all
	StreamState StreamState     `json:"stream_state,omitempty"`
	Categories  []string        `json:"categories,omitempty"`  // any; of the stream, any case
	Roles       []string        `json:"roles,omitempty"`       // everyone; one of them is needed
	DenyUsers   []string        `json:"deny_users,omitempty"`  // logins or platform:id
	AllowUsers  []string        `json:"allow_users,omitempty"` // pass whatever their roles

	CooldownUser   *float64 `json:"cooldown_user_s,omitempty"`   // 0
	CooldownGlobal *float64 `json:"cooldown_global_s,omitempty"` // 5
	CooldownGroup  string   `json:"cooldown_group,omitempty"`    // triggers of one group share a cooldown
	GroupSeconds   float64  `json:"cooldown_group_s,omitempty"`  // that this trigger starts for its group
	// CooldownExempt is moderator and broadcaster when nil, and nobody when empty.
	CooldownExempt []string `json:"cooldown_exempt_roles,omitzero"`
	// PerStreamUser and PerStream limit how often it fires while a stream lasts; 0 means
	// no limit.
	PerStreamUser int    `json:"limit_per_stream_user,omitempty"`
	PerStream     int    `json:"limit_per_stream_global,omitempty"`
	OnCooldown    Answer `json:"on_cooldown,omitempty"`
	OnDenied      Answer `json:"on_denied,omitempty"`

	MinArgs     int          `json:"min_args,omitempty"`
	Args        []Arg        `json:"args,omitempty"`
	Usage       string       `json:"usage,omitempty"` // made of args when empty
	QuotedArgs  bool         `json:"quoted_args,omitempty"`
	Subcommands []Subcommand `json:"subcommands,omitempty"`
	// Fallback names the subcommand that runs when none was named; empty runs the
	// trigger itself.
	Fallback string `json:"fallback,omitempty"`

	Cost      int64 `json:"cost,omitempty"` // points
	Refund    *bool `json:"refund_on_failure,omitempty"`
	Threshold *Hold `json:"threshold,omitempty"`

	Responses []string  `json:"responses,omitempty"` // templates, of which one is said after the actions
	Pick      Pick      `json:"pick,omitempty"`
	ReplyMode ReplyMode `json:"reply_mode,omitempty"`
	Actions   []Action  `json:"actions,omitempty"` // in their order

	Delete            bool  `json:"delete_trigger,omitempty"` // the message that triggered it
	IgnoreSelf        *bool `json:"ignore_self,omitempty"`    // true
	IgnoreBroadcaster bool  `json:"ignore_broadcaster,omitempty"`
	IgnoreSharedChat  *bool `json:"ignore_shared_chat,omitempty"` // true

	Priority    int   `json:"priority,omitempty"`      // higher ones first; then the order of the list
	StopOnMatch *bool `json:"stop_on_match,omitempty"` // true
}
