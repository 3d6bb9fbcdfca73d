package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/livefeed"
)

// paint words lines of chat for a terminal, with colours or without.
type paint bool

// ANSI codes (ECMA-48, Select Graphic Rendition).
const (
	styleBold   = "1"
	styleDim    = "2"
	styleStruck = "9"
)

// colours are the platforms', near to their own.
var colours = map[chat.Platform]string{
	chat.Twitch: "35", chat.YouTube: "31", chat.Kick: "32", chat.Rumble: "92", chat.Pilled: "36",
}

func (p paint) in(style, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// names are those that a line itself does not have.
type names struct {
	target   string // of the user whom a measure is about
	answered string // of whoever wrote what the line answers
}

// line is one line of chat, with its creator where there are several.
func (p paint) line(l livefeed.Line, several bool, known names) string {
	head := p.in(styleDim, l.At.Local().Format(time.TimeOnly)) + " " + p.in(colours[l.Platform], fmt.Sprintf("%-7s", l.Platform))
	if several {
		head += " " + p.in(styleDim, livefeed.Plain(l.CreatorID))
	}
	what := p.what(l)
	if l.Event.Inert() {
		what = p.in(styleDim, measure(l, known.target))
	}
	return head + " " + what + p.in(styleDim, remarks(l, known.answered)) + "\n"
}

// struck shows a line again that was taken out of chat.
func (p paint) struck(l livefeed.Line) string {
	text := paint(false).what(l)
	if !p {
		text = "~~" + text + "~~"
	}
	return p.below(l) + p.in(styleDim+";"+styleStruck, text) + "\n"
}

// more stands for the rest of what a measure took out of chat.
func (p paint) more(measure livefeed.Line, rest int) string {
	return p.below(measure) + p.in(styleDim, fmt.Sprintf("and %d more", rest)) + "\n"
}

// below begins a line that belongs to the one above.
func (p paint) below(l livefeed.Line) string {
	return strings.Repeat(" ", len(time.TimeOnly)) + " " + p.in(colours[l.Platform], fmt.Sprintf("%-7s", l.Platform)) + " "
}

// what says what somebody did.
func (p paint) what(l livefeed.Line) string {
	name, text := p.in(styleBold, who(l)), livefeed.Plain(l.Text)
	said := ""
	if text != "" {
		said = ": " + text
	}
	switch l.Event {
	case chat.Message:
		return name + said
	case chat.Paid:
		return fmt.Sprintf("%s pays %s%s", name, livefeed.Plain(l.Sum), said)
	case chat.Subscription:
		if l.Amount == 0 { // another level, in whatever month
			return name + " subscribes" + said
		}
		return fmt.Sprintf("%s subscribes, month %d%s", name, l.Amount, said)
	case chat.Gift:
		return fmt.Sprintf("%s gives away %s%s", name, counted(int(l.Amount), "subscription", "subscriptions"), said)
	case chat.Raid:
		return fmt.Sprintf("%s raids with %s", name, counted(int(l.Amount), "viewer", "viewers"))
	case chat.Follow:
		return name + " follows"
	case chat.Announcement:
		return name + " announces" + said
	}
	return name + " " + livefeed.Plain(string(l.Event)) + said
}

// measure words what moderators and platforms do, to the user of a name where one is
// known.
func measure(l livefeed.Line, target string) string {
	by := ""
	if l.Author != "" {
		by = " by " + livefeed.Plain(l.Author)
	}
	user := livefeed.Plain(target)
	if user == "" {
		user = "user " + livefeed.Plain(l.Target)
	}
	switch l.Event {
	case chat.Deletion:
		return "a message was deleted" + by
	case chat.Ban:
		span := ""
		if l.Amount > 0 {
			span = " for " + (time.Duration(l.Amount) * time.Second).String()
		}
		return user + " was banned" + span + by + reason(l)
	case chat.Unban:
		return user + " was unbanned" + by
	case chat.Clear:
		return "the chat was cleared" + by
	case chat.Online:
		return "live: " + livefeed.Plain(l.Text)
	case chat.Offline:
		return "the broadcast is over"
	}
	return livefeed.Plain(string(l.Event))
}

// reason is why a measure was taken, where the platform says so.
func reason(l livefeed.Line) string {
	if l.Text == "" {
		return ""
	}
	return ": " + livefeed.Plain(l.Text)
}

// who is the author; the bot's own lines come without a name.
func who(l livefeed.Line) string {
	if l.Author == "" && l.Self {
		return "bot"
	}
	return livefeed.Plain(l.Author)
}

// remarks are what matters beside the text.
func remarks(l livefeed.Line, answered string) string {
	var all []string
	if answered != "" {
		all = append(all, "to "+livefeed.Plain(answered))
	}
	if l.History {
		all = append(all, "before we came")
	}
	if l.Shared {
		all = append(all, "from a partner's chat")
	}
	if len(all) == 0 {
		return ""
	}
	return " (" + strings.Join(all, ", ") + ")"
}
