package ingest

import (
	"go/ast"
	"go/parser"
	syntax "go/token"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

// wordsOfReaders finds the constants of type State in the packages of readers.
func wordsOfReaders(t *testing.T) map[string][]string {
	files, err := filepath.Glob("*/*.go")
	require.NoError(t, err)
	words := map[string][]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(syntax.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, is := n.(*ast.ValueSpec)
			if !is {
				return true
			}
			if of, named := spec.Type.(*ast.Ident); !named || of.Name != "State" {
				return true
			}
			for _, v := range spec.Values {
				if text, literal := v.(*ast.BasicLit); literal && text.Kind == syntax.STRING {
					word, err := strconv.Unquote(text.Value)
					require.NoError(t, err)
					words[filepath.Dir(name)] = append(words[filepath.Dir(name)], word)
				}
			}
			return true
		})
	}
	return words
}

func TestReadersSpeakOfNoOtherStates(t *testing.T) {
	t.Parallel()
	words := wordsOfReaders(t)
	require.Contains(t, words, "twitch")
	for reader, states := range words {
		for _, s := range states {
			require.True(t, connection.State(s).Known(), "%s reports %q", reader, s)
		}
	}
}

func TestAStateThatDoesNotExistIsShownAsDegraded(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	r.account.State(channelOf(mira), "splendid", "who knows")
	soon(t, "degraded", func() bool {
		s, err := r.rows.PlatformStatuses(t.Context())
		require.NoError(t, err)
		return len(s) == 1 && s[0].State == connection.Degraded &&
			s[0].Error == `the reader reports the unknown state "splendid": who knows`
	})
}

// ahead is a clock that can be put forward.
type ahead struct {
	SystemClock
	by atomic.Int64
}

func (a *ahead) Now() time.Time { return time.Now().Add(time.Duration(a.by.Load())) }

// silent is a rig with one creator and a clock that can be put forward, and says how
// the connection is.
func silent(t *testing.T) (r *rig, clock *ahead, state func() store.PlatformStatus) {
	clock = &ahead{}
	r = newRig(t, []Creator{creator(mira)}, func(c *HostConfig) { c.Clock = clock })
	return r, clock, func() store.PlatformStatus {
		select {
		case r.host.presences.changed <- struct{}{}: // have it written now
		default:
		}
		s, err := r.rows.PlatformStatuses(t.Context())
		require.NoError(t, err)
		if len(s) == 0 {
			return store.PlatformStatus{}
		}
		return s[0]
	}
}

func (r *rig) saidOf(what string) int {
	return r.count(`select count(*) from runtime_events where message like '%' || $1 || '%'`, what)
}

func TestALiveChatThatFallsSilentIsToldOnceAndWhenItIsHeardAgain(t *testing.T) {
	t.Parallel()
	r, clock, state := silent(t)
	r.live(mira)
	r.hold()
	e := say(mira, "m1", "hi")
	r.account.Message(e)
	r.stored(1)
	soon(t, "live", func() bool { return state().State == connection.Live })
	clock.by.Store(int64(4 * time.Minute))
	before := state().UpdatedAt
	soon(t, "looked at again", func() bool { return state().UpdatedAt.After(before.Add(time.Millisecond)) })
	require.Equal(t, connection.Live, state().State, "four minutes are not long")

	clock.by.Store(int64(6 * time.Minute))
	soon(t, "silent", func() bool { return state().State == connection.Silent })
	shown := state()
	require.WithinDuration(t, e.ReceivedAt, shown.Since, time.Microsecond)
	require.Contains(t, shown.Error, "although the broadcast is on; within 5m0s something should have been")
	require.Equal(t, map[[2]string]int{{"twitch", "silent"}: 1}, r.host.Connections())
	before = state().UpdatedAt
	soon(t, "looked at again", func() bool { return state().UpdatedAt.After(before.Add(time.Millisecond)) })
	require.Equal(t, 1, r.saidOf("is silent: nothing was heard since"))
	require.EqualValues(t, 1, r.host.Stats().Silences)

	e = say(mira, "m2", "hi")
	e.ReceivedAt = clock.Now()
	r.account.Message(e)
	soon(t, "heard", func() bool { return state().State == connection.Live })
	soon(t, "told", func() bool { return r.saidOf("is no longer silent") == 1 })
	require.Equal(t, map[[2]string]int{{"twitch", "live"}: 1}, r.host.Connections())
}

func TestAChatMayBeSilentWhileNoBroadcastIsOn(t *testing.T) {
	t.Parallel()
	r, clock, state := silent(t)
	r.hold()
	soon(t, "live", func() bool { return state().State == connection.Live })
	clock.by.Store(int64(24 * time.Hour))
	before := state().UpdatedAt
	soon(t, "looked at again", func() bool { return state().UpdatedAt.After(before.Add(time.Millisecond)) })
	require.Equal(t, connection.Live, state().State)
	require.Zero(t, r.host.Stats().Silences)
}
