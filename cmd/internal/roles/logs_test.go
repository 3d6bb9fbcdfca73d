package roles

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/logging"
)

func TestAFlagWinsOverTheEnvironmentAboutTheLog(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flag          string
		level, format string // of the environment
		want          logging.Options
	}{
		"nothing is said":         {"", "", "", logging.Options{}},
		"the environment's":       {"", "debug", "json", logging.Options{Level: "debug", Format: logging.FormatJSON}},
		"the flag's":              {"warn", "debug", "console", logging.Options{Level: "warn", Format: logging.FormatConsole}},
		"what is not allowed":     {"", "loud", "xml", logging.Options{}},
		"a flag is checked later": {"loud", "", "", logging.Options{Level: "loud"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variables := map[string]string{config.OptLogLevel: c.level, config.OptLogFormat: c.format}
			dir := t.TempDir()
			got, err := LogOptions(config.Options{
				StateDir: dir, WorkDir: dir, Env: func(name string) (string, bool) { v, ok := variables[name]; return v, ok },
			}, c.flag)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}
