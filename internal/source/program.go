package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/streamsuites/streamsuites/internal/process"
)

// Program is a program that finds the address behind a page.
type Program struct {
	Name    string // as it is looked for in PATH
	Install string // how people get it
	// arguments asks for the address of a page in a quality.
	arguments func(page, quality string) []string
}

// bestQuality is what is asked for when nothing else is configured; both
// programs call it so.
const bestQuality = "best"

// Streamlink is https://streamlink.github.io/cli.html: --stream-url translates a
// page and a quality to the address of the stream and prints it.
var Streamlink = Program{
	Name:    "streamlink",
	Install: "Debian, Ubuntu: apt install streamlink; elsewhere: pipx install streamlink",
	arguments: func(page, quality string) []string {
		return []string{"--stream-url", "--", page, quality}
	},
}

// YTDLP is https://github.com/yt-dlp/yt-dlp: -g prints the address of the chosen
// format instead of downloading it.
var YTDLP = Program{
	Name:    "yt-dlp",
	Install: "pipx install yt-dlp (distributions' packages are often too old for YouTube)",
	arguments: func(page, quality string) []string {
		return []string{"--no-playlist", "--no-warnings", "-g", "-f", quality, "--", page}
	},
}

// MissingError says that a program is not installed. Its text says how to mend
// that.
type MissingError struct{ Program Program }

// Error implements error.
func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is not installed (%s)", e.Program.Name, e.Program.Install)
}

// Find returns the program's path. The error is a *MissingError.
func (p Program) Find() (path string, err error) {
	if path, err = exec.LookPath(p.Name); err != nil {
		return "", &MissingError{Program: p}
	}
	return path, nil
}

// Runner runs programs.
type Runner struct {
	Children *process.Registry
	Patience time.Duration // with one run; streamlink takes seconds
}

// Ask runs the program for a page and returns the address that it prints. An
// empty quality is the best one.
func (r Runner) Ask(ctx context.Context, p Program, page, quality string) (string, error) {
	path, err := p.Find()
	if err != nil {
		return "", err
	}
	if quality == "" {
		quality = bestQuality
	}
	output, err := r.run(ctx, p.Name, path, p.arguments(page, quality))
	if err != nil {
		return "", err
	}
	address, err := ParseAddress(output)
	if err != nil {
		return "", fmt.Errorf("%s printed %w", p.Name, err)
	}
	return address, nil
}

// run returns what the program prints, up to what is too much.
func (r Runner) run(ctx context.Context, name, path string, arguments []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Patience)
	defer cancel()
	var printed head
	child, err := process.Start(ctx, process.Spec{
		Name: "resolve", Path: path, Args: arguments, Stdout: &printed, Registry: r.Children,
	})
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", name, err)
	}
	<-child.Done()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("%s printed no address within %s", name, r.Patience)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	if err := child.Err(); err != nil {
		return nil, fmt.Errorf("%s found no stream: %w", name, err)
	}
	return printed.Bytes(), nil
}

// head keeps the beginning of what is written into it, and one byte more than is
// allowed of what is too long.
type head struct{ kept bytes.Buffer }

// Write implements io.Writer; it never fails, so that the program is not
// disturbed.
func (h *head) Write(p []byte) (int, error) {
	room := maxOutput + 1 - h.kept.Len()
	h.kept.Write(p[:min(len(p), max(room, 0))])
	return len(p), nil
}

// Bytes is what was kept.
func (h *head) Bytes() []byte { return h.kept.Bytes() }
