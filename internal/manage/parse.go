package manage

import (
	"strings"

	"github.com/streamsuites/streamsuites/internal/match"
)

// Parse reads what stands behind one of the built-in commands, named by its id.
// An error is a *UsageError.
func Parse(command, rest string) (Order, error) {
	rest = strings.TrimFunc(strings.ToValidUTF8(rest, ""), match.Blank)
	switch command {
	case CmdID:
		return parseCmd(rest)
	case CommandsID:
		return parseCommands(rest)
	case CounterID:
		return parseCounter(rest)
	case PauseID:
		return parsePause(rest)
	default:
		return Order{}, refuse("%s is not a command that manages others", shown(command))
	}
}

// verbs are the words behind `!cmd`, with the spellings of other bots.
var verbs = map[string]Verb{
	"add": Add, "create": Add, "new": Add,
	"edit": Edit, "update": Edit,
	"remove": Remove, "delete": Remove, "del": Remove,
	"reset": Reset, "show": Show, "enable": Enable, "disable": Disable,
	"alias": AliasList, "aliases": AliasList,
	"options": SetOptions, "option": SetOptions,
}

func parseCmd(rest string) (Order, error) {
	word, rest := match.FirstWord(rest)
	verb, known := verbs[strings.ToLower(word)]
	switch {
	case !known:
		return Order{}, refuse("usage: cmd add, edit, remove, show, enable, disable, alias, options or reset, then the command's name")
	case verb == Add || verb == Edit:
		return parseText(verb, rest)
	case verb == SetOptions:
		return parseSetOptions(rest)
	case verb == AliasList:
		return parseAlias(rest)
	default:
		return parseName(verb, rest)
	}
}

// parseText reads `[options] NAME [options] [--] TEXT`. Options end where the
// text begins: at the first word that is none. The text is taken as it stands.
func parseText(verb Verb, rest string) (Order, error) {
	o := Order{Verb: verb}
	rest, _, err := o.Options.take(rest)
	if err != nil {
		return Order{}, err
	}
	o.Name, rest = match.FirstWord(rest)
	if o.Name == "" {
		return Order{}, refuse("usage: cmd %s NAME [options] TEXT", verb)
	}
	if o.Text, _, err = o.Options.take(rest); err != nil {
		return Order{}, err
	}
	if o.Text == "" && o.Options.AliasOf == "" {
		if verb == Edit && o.Options.given() {
			o.Verb = SetOptions
			return o, nil
		}
		return Order{}, refuse("usage: cmd %s NAME [options] TEXT: the text is missing", verb)
	}
	return o, nil
}

// parseSetOptions reads options before and behind the name, and nothing else.
func parseSetOptions(rest string) (Order, error) {
	o := Order{Verb: SetOptions}
	rest, _, err := o.Options.take(rest)
	if err != nil {
		return Order{}, err
	}
	o.Name, rest = match.FirstWord(rest)
	rest, _, err = o.Options.take(rest)
	switch {
	case err != nil:
		return Order{}, err
	case rest != "":
		word, _ := match.FirstWord(rest)
		return Order{}, refuse("%s is not an option: there are %s", shown(word), optionNames)
	case o.Name == "" || !o.Options.given():
		return Order{}, refuse("usage: cmd options NAME, then %s", optionNames)
	case o.Options.AliasOf != "":
		return Order{}, refuse("-a goes with cmd add; cmd alias add NAME ALIAS gives a command another name")
	}
	return o, nil
}

// parseAlias reads `add NAME ALIAS…`, `remove [NAME] ALIAS…` and `NAME`.
func parseAlias(rest string) (Order, error) {
	words := strings.FieldsFunc(rest, match.Blank)
	if len(words) == 1 {
		return Order{Verb: AliasList, Name: words[0]}, nil
	}
	usage := refuse("usage: cmd alias add NAME ALIAS, or cmd alias remove ALIAS")
	if len(words) == 0 {
		return Order{}, usage
	}
	switch strings.ToLower(words[0]) {
	case "add":
		if len(words) < 3 {
			return Order{}, usage
		}
		return Order{Verb: AliasAdd, Name: words[1], Aliases: words[2:]}, nil
	case "remove", "delete", "del":
		if len(words) == 2 {
			return Order{Verb: AliasRemove, Aliases: words[1:]}, nil
		}
		return Order{Verb: AliasRemove, Name: words[1], Aliases: words[2:]}, nil
	default:
		return Order{}, usage
	}
}

// parseName reads the one name that most verbs take.
func parseName(verb Verb, rest string) (Order, error) {
	name, more := match.FirstWord(rest)
	if name == "" || more != "" {
		return Order{}, refuse("usage: cmd %s NAME", verb)
	}
	return Order{Verb: verb, Name: name}, nil
}

// parseCommands reads `!commands`: alone it lists, and behind it stands what
// Nightbot has there and `!cmd` has here.
func parseCommands(rest string) (Order, error) {
	word, _ := match.FirstWord(rest)
	if _, known := verbs[strings.ToLower(word)]; known {
		return parseCmd(rest)
	}
	return Order{Verb: List}, nil
}

func parsePause(rest string) (Order, error) {
	switch strings.ToLower(rest) {
	case "":
		return Order{Verb: Toggle}, nil
	case "on":
		return Order{Verb: Pause}, nil
	case "off":
		return Order{Verb: Resume}, nil
	default:
		return Order{}, refuse("usage: pausecommands, pausecommands on or pausecommands off")
	}
}
