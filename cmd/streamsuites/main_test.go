package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the expected outputs in the scripts")

// TestMain makes the test binary the program where it is called streamsuites, as
// the scripts call it.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "streamsuites" {
		os.Exit(run())
	}
	if filepath.Base(os.Args[0]) == "visit" {
		os.Exit(visit(os.Args[1]))
	}
	storetest.Main(m)
}

// TestTheProgram runs the scripts, each of which is a sentence about what the
// program does. Nothing of this machine's environment reaches them: no database
// and no Temporal are there until a script asks for one.
func TestTheProgram(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	bin := t.TempDir()
	for _, name := range []string{"streamsuites", "visit"} {
		require.NoError(t, os.Symlink(self, filepath.Join(bin, name)))
	}
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("BIN", bin)
			env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("TZ", "UTC")
			env.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1") // where nothing ever listens
			env.Values[worldKey{}] = &world{t: env.T().(testing.TB)}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"database":     giveDatabase,
			"clip":         makeClip,
			"clip-becomes": clipBecomes,
			"joins":        joins,
			"moment":       moment,
			"upload":       makeUpload,
			"on-air":       onAir,
			"lane":         lane,

			"broadcast-over": broadcastOver,
			"needs-login":    needsLogin,

			"watched":      watched,
			"chat-comes":   chatComes,
			"chat-watched": chatWatched,
			"twitch":       startTwitch,
			"logins":       startLogins,
			"viewer-says":  viewerSays,
			"chat-holds":   chatHolds,
			"shows":        shows,
			"normalise":    normalise,
			"configured":   configuredHere,
			"says":         says,
			"lane-obeys":   laneObeys,
		},
	})
}
