package roles

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/process"
)

// resolveTimeout bounds a command that prints a stream's address; streamlink
// takes seconds.
const resolveTimeout = 45 * time.Second

// sources knows where each creator's stream is recorded from.
type sources struct {
	cfg      func() *config.Config // in force
	children *process.Registry
	patience time.Duration // with a command that prints an address
}

// Source implements activities.Sources. Addresses hold tokens: they are never
// logged and never reach a history.
func (s sources) Source(_ context.Context, stream control.Stream) (activities.Source, error) {
	cfg := s.cfg()
	creator := cfg.Creator(stream.CreatorID)
	if creator == nil || !creator.Capture.IsSet() {
		return activities.Source{}, fmt.Errorf("%w: creators.json gives %s neither capture.url, capture.command nor capture.from",
			activities.ErrNoSource, stream.CreatorID)
	}
	capture := creator.Capture
	found := activities.Source{Shared: capture.Shared()}
	switch {
	case capture.URL != "":
		found.Resolve = func(context.Context) (string, error) { return capture.URL, nil }
	case len(capture.Command) > 0:
		argv := capture.Argv(stream.Channel)
		found.Resolve = func(ctx context.Context) (string, error) { return s.ask(ctx, argv) }
	default:
		search, err := s.search(cfg, creator, stream)
		if err != nil {
			return activities.Source{}, err
		}
		found.Resolve = search.find
		found.Outranks = func(platform string) bool { return capture.Outranks(stream.Platform, chat.Platform(platform)) }
	}
	return found, nil
}

// ask runs the command and returns the address on the first line it prints.
func (s sources) ask(ctx context.Context, argv []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	var stdout bytes.Buffer
	child, err := process.Start(ctx, process.Spec{
		Name: "resolve", Path: argv[0], Args: argv[1:], Stdout: &stdout, Registry: s.children,
	})
	if err != nil {
		return "", err
	}
	<-child.Done()
	if ctx.Err() != nil {
		return "", fmt.Errorf("%s printed no address within %s", argv[0], s.patience)
	}
	if err := child.Err(); err != nil {
		return "", fmt.Errorf("%s found no stream: %w", argv[0], err)
	}
	return firstAddress(argv[0], stdout.Bytes())
}

func firstAddress(program string, output []byte) (string, error) {
	lines := bufio.NewScanner(bytes.NewReader(output))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		// "error: no stream found" parses as an address, too, but an opaque one.
		if u, err := url.Parse(line); err != nil || u.Scheme == "" || u.Opaque != "" {
			return "", fmt.Errorf("%s printed something that is no address", program)
		}
		return line, nil
	}
	return "", errors.Join(fmt.Errorf("%s printed nothing", program), lines.Err())
}
