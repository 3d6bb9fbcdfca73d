package exports

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// writeInto is the variable that makes the test binary a writer of the trees in
// the folder that it names, until it is killed.
const writeInto = "STREAMSUITES_EXPORTS_TEST_WRITE_INTO"

// pace is the pause between two sets, a sixth of that of a real runtime.
const pace = 40 * time.Millisecond

// writeUntilKilled is such a process: it writes changing sets at the pace of a busy
// runtime, with clips that come and move to pages.
func writeUntilKilled(dir string) {
	settings := someSettings()
	settings.Newest = 5
	r := &rows{}
	e := New(Options{Source: r, Settings: func() Settings { return settings }, Log: zerolog.Nop(),
		Writer: WriterOptions{Canonical: filepath.Join(dir, "runtime", "exports"), Mirrors: []string{filepath.Join(dir, "shared", "state")}, Patience: time.Hour}})
	first := os.Getpid() % 1000 * 100 // another process, other rows
	for n := first; ; n++ {
		r.clips = append([]clip.Clip{someClip(n%100000, clip.States[n%len(clip.States)])}, r.clips...)
		if len(r.clips) > 40 {
			r.clips = r.clips[:20]
		}
		if err := e.Now(context.Background()); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if n == first {
			_, _ = fmt.Println("written")
		}
		<-time.After(pace)
	}
}

// poller reads a tree as a dashboard does, again and again.
type poller struct {
	tree string
	stop <-chan struct{}
	seen map[string]bool // hashes of documents that are valid
}

// poll reads the manifest and each of its documents, and says what is wrong.
func (p *poller) poll() error {
	m, err := p.manifest()
	if err != nil {
		return err
	}
	for _, e := range m.Documents {
		if err := p.agree(e.File); err != nil {
			return err
		}
	}
	return nil
}

func (p *poller) manifest() (m Manifest, err error) {
	data, err := os.ReadFile(filepath.Join(p.tree, FileManifest))
	if err != nil {
		return m, err
	}
	if err := p.valid(FileManifest, data); err != nil {
		return m, err
	}
	return parseManifest(data)
}

// agree looks until the document and the manifest's entry agree. They have to
// within a second; on a machine that is slow in writing, before three more sets are
// written. While no writer lives, nobody is there to mend what the last one left.
func (p *poller) agree(file string) error {
	began, first := time.Now(), int64(-1)
	for {
		generation, err := p.agrees(file)
		if err == nil || !isApart(err) {
			return err
		}
		if first < 0 {
			first = generation
		}
		if time.Since(began) > time.Second && generation >= first+3 {
			return err
		}
		select {
		case <-p.stop:
			return nil
		case <-time.After(time.Millisecond):
		}
	}
}

type apartError struct{ file string }

func (e apartError) Error() string { return e.file + " and the manifest are apart" }

func isApart(err error) bool { _, is := err.(apartError); return is }

func (p *poller) agrees(file string) (generation int64, err error) {
	m, err := p.manifest()
	if err != nil {
		return 0, err
	}
	i, listed := m.find(file)
	data, err := os.ReadFile(filepath.Join(p.tree, filepath.FromSlash(file)))
	switch {
	case os.IsNotExist(err) && !listed:
		return m.Generation, nil // it went, as pages do
	case os.IsNotExist(err) || err == nil && !listed:
		return m.Generation, apartError{file}
	case err != nil:
		return 0, err
	}
	if err := p.valid(file, data); err != nil {
		return 0, err
	}
	if hash(data) != m.Documents[i].SHA256 {
		return m.Generation, apartError{file}
	}
	return m.Generation, nil
}

// valid holds what was read against its schema, each content once.
func (p *poller) valid(file string, data []byte) error {
	sum := file + hash(data)
	if p.seen[sum] {
		return nil
	}
	p.seen[sum] = true
	return Validate(Document{File: file, Data: data})
}

// kills runs a writer as often as that, kills it at a random moment, and has
// pollers read both trees all the while.
func kills(t *testing.T, times int) {
	dir, stop := t.TempDir(), make(chan struct{})
	pollers := []*poller{
		{filepath.Join(dir, "runtime", "exports"), stop, map[string]bool{}},
		{filepath.Join(dir, "shared", "state"), stop, map[string]bool{}},
	}
	writer := startWriter(t, dir)
	reads, failed := make(chan int, len(pollers)), make(chan error, len(pollers))
	for _, p := range pollers {
		go func() {
			n := 0
			defer func() { reads <- n }()
			for ; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := p.poll(); err != nil {
					failed <- fmt.Errorf("%s: %w", p.tree, err)
					return
				}
			}
		}()
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range times {
		select {
		case <-time.After(time.Duration(random.IntN(120)) * time.Millisecond): // somewhere in the next sets
		case err := <-failed:
			require.NoError(t, err)
		}
		require.NoError(t, writer.Process.Kill())
		_ = writer.Wait()
		writer = startWriter(t, dir)
	}
	close(stop)
	for range pollers {
		require.Positive(t, <-reads)
	}
	select {
	case err := <-failed:
		require.NoError(t, err)
	default:
	}
}

// startWriter starts a writer and waits until it has written a set.
func startWriter(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	writer := exec.Command(os.Args[0])
	writer.Env = append(os.Environ(), writeInto+"="+dir)
	writer.Stderr = os.Stderr
	out, err := writer.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, writer.Start())
	t.Cleanup(func() { _ = writer.Process.Kill(); _ = writer.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "written\n", line)
	return writer
}

func TestReadersNeverNoticeThatAWriterWasKilled(t *testing.T) {
	t.Parallel()
	kills(t, 20)
}
