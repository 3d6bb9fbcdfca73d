package manage

import (
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// Ids of the built-in commands that this package carries out, as Parse takes
// them.
const (
	CmdID      = "cmd"
	CommandsID = "commands"
	CounterID  = "counter"
	PauseID    = "pausecommands"
)

// Verb says what an order asks for.
type Verb string

// The verbs. They are also what the audit calls the change.
const (
	Add         Verb = "add"
	Edit        Verb = "edit"
	Remove      Verb = "remove"
	Reset       Verb = "reset" // take away what was laid over a built-in or a file's trigger
	Show        Verb = "show"
	Enable      Verb = "enable"
	Disable     Verb = "disable"
	AliasAdd    Verb = "alias add"
	AliasRemove Verb = "alias remove"
	AliasList   Verb = "alias"
	SetOptions  Verb = "options"

	List Verb = "list" // the commands that there are

	CounterShow  Verb = "counter"
	CounterAdd   Verb = "counter add" // Amount, which may be negative
	CounterSet   Verb = "counter set" // to Amount
	CounterReset Verb = "counter reset"

	Pause  Verb = "pause"
	Resume Verb = "resume"
	Toggle Verb = "toggle" // pause, or resume when paused
)

// Order is what somebody asked for, understood but not yet checked against the
// triggers that there are.
type Order struct {
	Verb    Verb
	Name    string   // of the command or counter, as typed: with or without prefix
	Text    string   // of the response, as typed
	Aliases []string // to add or remove, as typed
	Options Options
	Amount  int64 // of a counter
}

// ReadOnly reports whether the order only asks. Everybody may ask; changing
// needs Who.Manages.
func (o Order) ReadOnly() bool {
	switch o.Verb {
	case Show, AliasList, List, CounterShow:
		return true
	default:
		return false
	}
}

// Options is what an order says about a trigger besides its response. Nil and
// empty fields were not given.
type Options struct {
	Cooldown     *float64 // seconds, for all
	UserCooldown *float64 // seconds, for each author
	Cost         *int64   // points
	Roles        []string // of which one is needed, canonical names
	Mode         definition.ReplyMode
	Uses         *int64 // how often it has been used from now on
	Platforms    []chat.Platform
	Enabled      *bool
	Hidden       *bool
	Stream       definition.StreamState
	AliasOf      string // Nightbot's -a: the command that the new name calls
}

// Who is who gave an order, and what can be said to them.
type Who struct {
	// Manages says that the author may change things: a moderator, an editor, the
	// broadcaster or an operator. Others may only ask.
	Manages bool
	// Roles are the author's, to list the commands that are open to them.
	Roles chat.Roles
	// Room is how many characters the answer may have; 0 means DefaultRoom.
	Room int
}

// DefaultRoom is the room for an answer where nothing else is known. It leaves
// space for a mention on the platform with the shortest messages, YouTube with
// 200 characters.
const DefaultRoom = 170

// UsageError is an order that was not understood or is refused. Its text is one
// sentence to say to whoever gave the order; nothing was changed.
type UsageError struct{ Sentence string }

// Error implements error.
func (e *UsageError) Error() string { return e.Sentence }
