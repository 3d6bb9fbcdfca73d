package npmtest

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Program is a Node program that prints what happens to it, one JSON object a
// line, takes commands in the same form, and ends with its standard input.
type Program[Line any] struct {
	t     testing.TB
	stdin io.WriteCloser
	lines <-chan Line
}

// Start runs the script of dir until the test ends. Its one argument is a JSON
// object; environment is added to that of the test.
func Start[Line any](t testing.TB, dir, script string, argument any, environment ...string) *Program[Line] {
	t.Helper()
	text, err := json.Marshal(argument)
	require.NoError(t, err)
	node := exec.Command("node", filepath.Join(dir, script), string(text))
	node.Env = append(os.Environ(), environment...)
	node.Stderr = os.Stderr
	stdin, err := node.StdinPipe()
	require.NoError(t, err)
	stdout, err := node.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, node.Start())
	lines := make(chan Line, 1024)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(stdout)
		for scanner.Scan() {
			var line Line
			if json.Unmarshal(scanner.Bytes(), &line) == nil {
				lines <- line
			}
		}
	}()
	t.Cleanup(func() {
		_ = stdin.Close()
		for range lines { // to its end
		}
		_ = node.Wait()
	})
	return &Program[Line]{t: t, stdin: stdin, lines: lines}
}

// Tell gives the program a command.
func (p *Program[Line]) Tell(command any) {
	p.t.Helper()
	require.NoError(p.t, json.NewEncoder(p.stdin).Encode(command))
}

// Await returns the next line that fits, passing over the others.
func (p *Program[Line]) Await(what string, fits func(Line) bool) Line {
	p.t.Helper()
	late := time.After(patience)
	for {
		select {
		case line, ok := <-p.lines:
			require.True(p.t, ok, "the program ended before %s", what)
			if fits(line) {
				return line
			}
		case <-late:
			require.Fail(p.t, "nothing came", what)
		}
	}
}
