package definition

// Bounds of a definition.
const (
	MaxAliases   = 10
	MaxNameBytes = 48   // of a command's name without prefix
	MaxPattern   = 500  // bytes
	MaxTemplate  = 2000 // bytes
	MaxHoldUsers = 1000
)

// Defaults that are not zero.
const (
	DefaultCooldownGlobal = 5.0 // seconds
)

// Hold asks for several distinct users within a time before a trigger fires.
type Hold struct {
	Users  int     `json:"users"`    // 2 to MaxHoldUsers
	Window float64 `json:"window_s"` // seconds
}

// ArgType says what an argument may be.
type ArgType string

// The types of argument.
const (
	Text   ArgType = "text"
	Number ArgType = "number" // a whole number
	User   ArgType = "user"   // a name, with or without @
)

// Arg is one argument of a command.
type Arg struct {
	Name     string  `json:"name"`
	Type     ArgType `json:"type,omitempty"` // text
	Optional bool    `json:"optional,omitempty"`
}

// Subcommand is what a command does when its first argument is Name. Nil and
// empty fields inherit the command's.
type Subcommand struct {
	Name           string   `json:"name"`
	Aliases        []string `json:"aliases,omitempty"`
	Enabled        *bool    `json:"enabled,omitempty"`
	Roles          []string `json:"roles,omitempty"`
	CooldownUser   *float64 `json:"cooldown_user_s,omitempty"`
	CooldownGlobal *float64 `json:"cooldown_global_s,omitempty"`
	MinArgs        int      `json:"min_args,omitempty"`
	Args           []Arg    `json:"args,omitempty"`
	Usage          string   `json:"usage,omitempty"`
	Cost           *int64   `json:"cost,omitempty"`
	Responses      []string `json:"responses,omitempty"`
	Actions        []Action `json:"actions,omitempty"`
}

// ActionType says what an action does.
type ActionType string

// The types of action.
const (
	DoReply   ActionType = "reply"
	DoClip    ActionType = "clip"
	DoCounter ActionType = "counter"
)

// Action is one thing that a trigger does when it fires.
type Action struct {
	Type ActionType `json:"type"`

	Text string    `json:"text,omitempty"` // of a reply: a template
	Mode ReplyMode `json:"mode,omitempty"` // of a reply

	Seconds int    `json:"seconds,omitempty"` // of a clip; 0 means the creator's default
	Title   string `json:"title,omitempty"`   // of a clip: a template; empty means the stream's title

	Counter string `json:"counter,omitempty"` // name
	Add     int64  `json:"add,omitempty"`
	Set     *int64 `json:"set,omitempty"` // wins over Add
}
