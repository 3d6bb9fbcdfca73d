package speech

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// MostParts is how many messages one text becomes at most.
const MostParts = 3

// Room is how many code points a message may have on a platform: 500 on Twitch (Send
// Chat Message, "message") and Kick (Post Chat Message, "content"), 200 on YouTube
// (liveChatMessages, "messageText"), Rumble and Pilled, and as many as on the tightest
// where nobody says.
func Room(p chat.Platform) int {
	switch p {
	case chat.Twitch, chat.Kick:
		return 500
	default:
		return 200
	}
}

// ellipsis ends what was cut.
const ellipsis = "…"

// Cut shortens a text to so many code points, between words where that leaves enough
// of it, never inside an address or a grapheme cluster (Unicode Standard Annex 29).
func Cut(text string, room int) string {
	if utf8.RuneCountInString(text) <= room {
		return text
	}
	head, rest := take(text, room-utf8.RuneCountInString(ellipsis))
	if head == "" && rest != "" { // it begins with what never fits
		return Cut(rest, room)
	}
	if isAddress(lastWord(head)) { // which the ellipsis must not become part of
		head, _ = take(text, room-utf8.RuneCountInString(" "+ellipsis))
		if head != "" && isAddress(lastWord(head)) {
			head += " "
		}
	}
	return head + ellipsis
}

// Split parts a text into at most MostParts texts of so many code points each, as Cut
// cuts it; what does not fit into the last is cut. No part but the first can begin
// with an order. Numbered parts end with their number, such as " (1/2)".
func Split(text string, room int, numbered bool) []string {
	if utf8.RuneCountInString(text) <= room {
		return []string{text}
	}
	if numbered {
		room -= len(" (1/1)")
	}
	var parts []string
	for text != "" {
		if len(parts) == MostParts-1 {
			parts = append(parts, Cut(text, room))
			break
		}
		head, rest := take(text, room)
		if head != "" {
			parts = append(parts, head)
		}
		text = begun(rest)
	}
	if numbered {
		for i := range parts {
			parts[i] += fmt.Sprintf(" (%d/%d)", i+1, len(parts))
		}
	}
	return parts
}

// begun is a text that goes on in a message of its own: its first characters must not
// make an order of it, whoever wrote them.
func begun(text string) string {
	l := line{runes: []rune(text)}
	l.chat = slices.Repeat([]bool{true}, len(l.runes))
	l.skipBlanks()
	l.disarm(Options{})
	return string(l.runes)
}

// take takes as many whole words from the beginning as there is room for. A word that
// is longer than the room is cut between clusters, unless it is an address, which
// is left out.
func take(text string, room int) (head, rest string) {
	taken, used, last := 0, 0, 0 // bytes, code points, and bytes without the blanks behind
	for taken < len(text) {
		word := wordAt(text[taken:])
		length := utf8.RuneCountInString(word)
		trimmed := strings.TrimRight(word, " ")
		visible := utf8.RuneCountInString(trimmed)
		if used+visible <= room {
			taken, used, last = taken+len(word), used+length, taken+len(trimmed)
			continue
		}
		switch {
		case isAddress(trimmed):
			if visible > room && taken == 0 {
				return "", strings.TrimLeft(text[len(word):], " ")
			}
		case visible > room:
			n := clusters(trimmed, room-used)
			if taken == 0 && n == 0 { // a cluster that no message can hold
				return "", strings.TrimLeft(text[len(firstCluster(trimmed)):], " ")
			}
			if n > 0 {
				return text[:taken+n], text[taken+n:]
			}
		}
		break
	}
	return text[:last], strings.TrimLeft(text[taken:], " ")
}

// wordAt is the first word with the blanks behind it. A blank that carries a mark is
// none.
func wordAt(text string) string {
	end, blank, state := 0, false, -1
	for rest := text; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if blank && cluster != " " {
			break
		}
		blank = cluster == " "
		end += len(cluster)
	}
	return text[:end]
}

func lastWord(text string) string { return text[strings.LastIndexByte(text, ' ')+1:] }

// clusters is how many bytes of whole clusters there is room for.
func clusters(text string, room int) int {
	taken, state := 0, -1
	for rest := text; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if room -= utf8.RuneCountInString(cluster); room < 0 {
			break
		}
		taken += len(cluster)
	}
	return taken
}

func firstCluster(text string) string {
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(text, -1)
	return cluster
}

// isAddress reports words that lead somewhere only in one piece.
func isAddress(word string) bool {
	if strings.Contains(word, "://") || len(word) > 4 && strings.EqualFold(word[:4], "www.") {
		return true
	}
	host, _, path := strings.Cut(word, "/")
	dot := strings.LastIndexByte(host, '.')
	return path && dot > 0 && dot < len(host)-2
}
