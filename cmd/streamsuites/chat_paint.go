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

// line is one line of chat, with its creator where there are several.
func (p paint) line(l livefeed.Line, several bool) string {
	head := p.in(styleDim, l.At.Local().Format(time.TimeOnly)) + " " + p.in(colours[l.Platform], fmt.Sprintf("%-7s", l.Platform))
	if several {
		head += " " + p.in(styleDim, livefeed.Plain(l.CreatorID))
	}
	return head + " " + p.what(l) + p.in(styleDim, remarks(l)) + "\n"
}

// struck shows a line again that was taken out of chat.
func (p paint) struck(l livefeed.Line) string {
	text := who(l) + ": " + livefeed.Plain(l.Text)
	if !p {
		text = "~~" + text + "~~"
	}
	return strings.Repeat(" ", len(time.TimeOnly)) + " " + p.in(colours[l.Platform], fmt.Sprintf("%-7s", l.Platform)) +
		" " + p.in(styleDim+";"+styleStruck, text) + "\n"
}

// what says what happened.
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
		return fmt.Sprintf("%s pays %s%s", name, money(l.Amount, l.Unit), said)
	case chat.Subscription:
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
	return p.in(styleDim, measure(l))
}

// measure words what moderators and platforms do.
func measure(l livefeed.Line) string {
	by := ""
	if l.Author != "" {
		by = " by " + livefeed.Plain(l.Author)
	}
	switch l.Event {
	case chat.Deletion:
		return "a message was deleted" + by
	case chat.Ban:
		span := ""
		if l.Amount > 0 {
			span = " for " + (time.Duration(l.Amount) * time.Second).String()
		}
		return "user " + livefeed.Plain(l.Target) + " was banned" + span + by
	case chat.Unban:
		return "user " + livefeed.Plain(l.Target) + " may write again" + by
	case chat.Clear:
		return "the chat was cleared" + by
	case chat.Online:
		return "live: " + livefeed.Plain(l.Text)
	case chat.Offline:
		return "the broadcast is over"
	}
	return livefeed.Plain(string(l.Event))
}

// who is the author; the bot's own lines come without a name.
func who(l livefeed.Line) string {
	if l.Author == "" && l.Self {
		return "bot"
	}
	return livefeed.Plain(l.Author)
}

// remarks are what matters beside the text.
func remarks(l livefeed.Line) string {
	var all []string
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

// money words an amount in the smallest unit of a currency (ISO 4217): most have
// hundredths.
func money(amount int64, unit string) string {
	switch unit {
	case "bits", "kicks", "jewels", "":
		return strings.TrimSpace(fmt.Sprintf("%d %s", amount, livefeed.Plain(unit)))
	case "JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG", "RWF", "KMF", "DJF", "GNF", "BIF", "VUV", "XPF":
		return fmt.Sprintf("%d %s", amount, unit)
	}
	return fmt.Sprintf("%d.%02d %s", amount/100, amount%100, livefeed.Plain(unit))
}
