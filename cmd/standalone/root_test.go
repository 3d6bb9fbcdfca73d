package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAMistakeInTheFlagsIsNamedAndNothingStarts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"an unknown flag":           {[]string{"--bogus"}, "unknown flag: --bogus; `standalone --help` explains the flags"},
		"a wrong choice of ports":   {[]string{"--ports", "random"}, `"random" is not a choice of ports: auto picks free ones once per state directory, default takes 5433, 7233, 8233 and 8080; ` + "`standalone --help` explains the flags"},
		"a time that is none":       {[]string{"--once", "--timeout", "soon"}, `invalid argument "soon" for "--timeout" flag`},
		"a word":                    {[]string{"now"}, `unknown command "now" for "standalone"`},
		"a word for the simulators": {[]string{"simulators", "now"}, `unknown command "now" for "standalone simulators"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			cmd := newRoot()
			cmd.SetOut(&out)
			cmd.SetErr(&out)
			cmd.SetArgs(c.args)
			require.ErrorContains(t, cmd.ExecuteContext(t.Context()), c.want)
			require.Empty(t, out.String(), "the error says it all")
		})
	}
}

func TestALogLevelThatIsNoneEndsTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := newRoot()
	cmd.SetOut(&bytes.Buffer{})
	cmd.SetArgs([]string{"--state-dir", dir, "--log-level", "loud"})
	require.ErrorContains(t, cmd.ExecuteContext(t.Context()), `unknown log level "loud": allowed are trace, debug, info, warn, error`)
}

func TestHelpExplainsEveryFlag(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	cmd := newRoot()
	cmd.SetOut(&out)
	cmd.SetArgs([]string{"--help"})
	require.NoError(t, cmd.ExecuteContext(t.Context()))
	for _, text := range []string{
		"Starts a private Postgres, the Temporal server with its web UI", "--demo ", "--once ", "--ports auto|default", "--state-dir ", "--timeout ", "--log-level ",
		"STREAMSUITES_STATE_DIR", "simulators",
	} {
		require.Contains(t, out.String(), text)
	}
}
