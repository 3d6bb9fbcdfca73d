package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// besidePath is where the real chat may lie, seen from the top of the checkout.
const besidePath = "../shared/data/twitch-chat-5000-lines.txt.gz"

// linesPath finds the real chat: beside the checkout, or where it was taken from,
// among the test resources of the chat library.
func linesPath(ctx context.Context) (string, error) {
	if _, err := os.Stat(besidePath); err == nil {
		return besidePath, nil
	}
	library, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gempir/go-twitch-irc/v4").Output()
	if err != nil {
		return "", fmt.Errorf("find the chat library, whose test resources hold the real chat that is sent: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(library)), "test_resources", "channel.txt.gz"), nil
}

// hole is what is put anew into each copy of a real line.
type hole int

const (
	noHole hole = iota
	idHole
	timeHole
	channelHole
	textHole
)

// realLine is one line of real chat, cut where its copies differ.
type realLine struct {
	parts  []part
	said   []byte // what stands in the hole of the text
	chat   bool   // a message
	stored bool   // becomes a row: messages, subscriptions and bans do
}

// part is text and the hole that follows it.
type part struct {
	text []byte
	hole hole
}

// readLines reads the real chat.
func readLines(path string) ([]realLine, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the real chat: %w", err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("read the real chat, %s: %w", path, err)
	}
	return cutLines(unzipped)
}

func cutLines(from io.Reader) ([]realLine, error) {
	scanner := bufio.NewScanner(from)
	scanner.Buffer(nil, 1<<20)
	var lines []realLine
	chat := 0
	for scanner.Scan() {
		line, ok := cutLine(scanner.Bytes())
		if !ok {
			continue
		}
		if line.chat {
			chat++
		}
		lines = append(lines, line)
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("read the real chat: %w", err)
	}
	if chat == 0 {
		return nil, errors.New("the real chat holds no PRIVMSG line")
	}
	return lines, nil
}

// cutLine finds the ids, the time and the channel of a line
// "@tags :source COMMAND #channel …". It reports false for a line without channel.
func cutLine(line []byte) (realLine, bool) {
	line = bytes.TrimRight(line, "\r\n")
	tags, rest, _ := bytes.Cut(line, []byte(" "))
	if !bytes.HasPrefix(tags, []byte("@")) {
		return realLine{}, false
	}
	var cut realLine
	var text []byte
	for i, tag := range bytes.Split(tags[1:], []byte(";")) {
		if i > 0 {
			text = append(text, ';')
		} else {
			text = append(text, '@')
		}
		key, value, _ := bytes.Cut(tag, []byte("="))
		text = append(append(text, key...), '=')
		switch string(key) {
		case "id", "target-user-id": // of a message, and of who is banned: nobody is twice in a moment
			cut.parts, text = append(cut.parts, part{text, idHole}), nil
		case "tmi-sent-ts":
			cut.parts, text = append(cut.parts, part{text, timeHole}), nil
		default:
			text = append(text, value...)
		}
	}
	source, command, _ := bytes.Cut(rest, []byte(" "))
	name, params, _ := bytes.Cut(command, []byte(" "))
	if !bytes.HasPrefix(params, []byte("#")) {
		return realLine{}, false
	}
	_, trailing, more := bytes.Cut(params, []byte(" "))
	text = fmt.Appendf(text, " %s %s #", source, name)
	cut.parts = append(cut.parts, part{text, channelHole})
	cut.chat = string(name) == "PRIVMSG"
	// All of the real notices are subscriptions, all of the cleared chats bans.
	cut.stored = cut.chat || string(name) == "USERNOTICE" || string(name) == "CLEARCHAT"
	said, spoken := bytes.CutPrefix(trailing, []byte(":"))
	switch {
	case cut.chat && spoken:
		cut.said = bytes.Clone(said)
		cut.parts = append(cut.parts, part{[]byte(" :"), textHole})
		trailing = nil
	case more:
		trailing = append([]byte(" "), trailing...)
	}
	cut.parts = append(cut.parts, part{append(bytes.Clone(trailing), "\r\n"...), noHole})
	return cut, true
}

// scribe writes fresh copies of real lines: each with an id of its own, the time of
// the moment, and a channel of the benchmark's. What is said in one of every so many
// chat messages is replaced by what triggers something.
type scribe struct {
	lines    []realLine
	channels []string
	samples  *sampler
	random   *rand.ChaCha8 // of the ids
	next     int
	written  written
}

// written is how much a scribe has written.
type written struct{ lines, stored, chat, triggering int }

func newScribe(lines []realLine, channels []string, samples *sampler, seed [32]byte) *scribe {
	return &scribe{lines: lines, channels: channels, samples: samples, random: rand.NewChaCha8(seed)}
}

// write appends lines until chat messages of them are chat.
func (s *scribe) write(b []byte, chat int, now time.Time) []byte {
	for chat > 0 {
		line := &s.lines[s.next%len(s.lines)]
		channel := s.channels[s.next%len(s.channels)]
		s.next++
		s.written.lines++
		if line.stored {
			s.written.stored++
		}
		said := line.said
		if line.chat {
			chat--
			if s.written.chat++; s.written.chat%every == 0 {
				s.written.triggering++
				said = []byte(s.samples.next())
			}
		}
		for i := range line.parts {
			b = append(b, line.parts[i].text...)
			switch line.parts[i].hole {
			case idHole:
				b = s.appendID(b)
			case timeHole:
				b = strconv.AppendInt(b, now.UnixMilli(), 10)
			case channelHole:
				b = append(b, channel...)
			case textHole:
				b = append(b, said...)
			case noHole:
			}
		}
	}
	return b
}

// appendID appends a random UUID, as the platform's message ids are.
func (s *scribe) appendID(b []byte) []byte {
	var id [16]byte
	_, _ = s.random.Read(id[:]) // never fails
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	for i, end := range [...]int{4, 6, 8, 10, 16} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, id[[...]int{0, 4, 6, 8, 10}[i]:end])
	}
	return b
}
