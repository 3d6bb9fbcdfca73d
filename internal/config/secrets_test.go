package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestASecretIsShownByNothing(t *testing.T) {
	t.Parallel()
	const value = "hunter22"
	s := NewSecret(value)
	type hidden struct{ inner Secret }
	type open struct{ Inner Secret }
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p"} {
		for _, v := range []any{s, &s, hidden{s}, &hidden{s}, open{s}, []Secret{s}, map[string]Secret{"a": s}} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	l := zerolog.New(&out)
	l.Info().Interface("a", s).Any("b", open{s}).Stringer("c", s).Str("d", fmt.Sprint(s)).Send()
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "a", s, "b", open{s})
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "a", s, "b", open{s})
	data, err := json.Marshal(map[string]any{"a": s, "b": []any{&s, open{s}}})
	require.NoError(t, err)
	out.Write(data)
	require.NotContains(t, out.String(), value)
	require.NotContains(t, out.String(), fmt.Sprintf("%x", value))
	require.Equal(t, value, s.Reveal())
	require.Equal(t, Secret{}, NewSecret(""))
	require.Empty(t, Secret{}.String())
}

const oneCreator = `{"creators": [{"creator_id": "otter1", "twitch_channel": "otter", "platforms": ["twitch"]}]}`

func TestSecretsComeFromTheEnvironmentFilesAndDotEnv(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env    map[string]string
		dotenv string
		file   string
		want   string
		source string
	}{
		"the environment":             {env: map[string]string{OptTwitchToken: "oauth:from-env"}, want: "from-env", source: "environment"},
		"the environment over .env":   {env: map[string]string{OptTwitchToken: "from-env"}, dotenv: "TWITCH_OAUTH_TOKEN=from-dotenv", want: "from-env", source: "environment"},
		".env":                        {dotenv: "# ours\nexport TWITCH_OAUTH_TOKEN=\"oauth:from-dotenv\"\n", want: "from-dotenv", source: ".env"},
		"a file":                      {env: map[string]string{OptTwitchToken + "_FILE": "@"}, file: "oauth:from-file\n", want: "from-file", source: "file @"},
		"a file named in .env":        {dotenv: "TWITCH_OAUTH_TOKEN_FILE=@", file: " from-file ", want: "from-file", source: "file @"},
		"a value over a file":         {env: map[string]string{OptTwitchToken: "from-env", OptTwitchToken + "_FILE": "@"}, file: "from-file", want: "from-env", source: "environment"},
		"a blank variable is not set": {env: map[string]string{OptTwitchToken: "  "}, dotenv: "TWITCH_OAUTH_TOKEN=from-dotenv", want: "from-dotenv", source: ".env"},
		"nothing":                     {source: "default"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newState(t, map[string]string{"creators.json": oneCreator})
			file := filepath.Join(s.dir, "token")
			at := func(text string) string { return string(bytes.ReplaceAll([]byte(text), []byte("@"), []byte(file))) }
			s.env = map[string]string{}
			for k, v := range c.env {
				s.env[k] = at(v)
			}
			if c.dotenv != "" {
				s.write(".env", at(c.dotenv))
			}
			if c.file != "" {
				s.write("token", c.file)
			}
			loaded, problems := s.mustLoad()
			require.Equal(t, c.want, loaded.TwitchAccount("").Token.Reveal())
			for _, o := range loaded.Environment {
				if o.Name == OptTwitchToken {
					require.Equal(t, at(c.source), o.Source)
					require.Equal(t, c.want != "", o.Value == redacted)
				}
			}
			if c.want == "" {
				require.Contains(t, lines(problems), "warning: TWITCH_OAUTH_TOKEN: found nothing")
				require.Equal(t, "missing credentials: TWITCH_OAUTH_TOKEN", loaded.Platform(chat.Twitch).Error)
				return
			}
			require.Contains(t, loaded.SecretValues(), c.want)
			data, err := json.Marshal(loaded)
			require.NoError(t, err)
			require.NotContains(t, string(data), c.want)
			require.NotContains(t, lines(problems), c.want)
		})
	}
}

func TestABrokenDotEnvIsReportedWithoutItsText(t *testing.T) {
	t.Parallel()
	s := newState(t, nil)
	s.write(".env", "TWITCH_OAUTH_TOKEN=\"hunter22\nBAD hunter22 LINE")
	_, problems := s.mustLoad()
	require.Contains(t, lines(problems), "warning: .env: found text that is not a list of variables")
	require.NotContains(t, lines(problems), "hunter22")
}

func TestAFileVariableThatLeadsNowhereIsReported(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{"creators.json": oneCreator})
	s.env = map[string]string{OptTwitchToken + "_FILE": filepath.Join(s.dir, "missing"), OptTwitchClientSecret + "_FILE": s.dir, OptDatabaseURL + "_FILE": filepath.Join(s.dir, "empty")}
	s.write("empty", "\n")
	_, problems := s.mustLoad()
	text := lines(problems)
	require.Contains(t, text, "warning: TWITCH_OAUTH_TOKEN_FILE: found "+filepath.Join(s.dir, "missing")+" (no such file)")
	require.Contains(t, text, "(not a regular file)")
	require.Contains(t, text, "(an empty file)")
}

func TestAccountsHaveLabels(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{"creators.json": `{"creators": [
		{"creator_id": "otter1", "twitch_channel": "a", "platforms": ["twitch"], "twitch_account": "MAIN"},
		{"creator_id": "otter2", "twitch_channel": "b", "platforms": ["twitch"], "twitch_account": "SIDE"}]}`})
	s.env = map[string]string{
		"TWITCH_OAUTH_TOKEN_MAIN": "oauth:main-token", "TWITCH_BOT_NICK_MAIN": "MainBot", "TWITCH_REFRESH_TOKEN_MAIN": "main-refresh",
		"TWITCH_CLIENT_ID": "client", "TWITCH_CLIENT_SECRET": "client-secret", "TWITCH_CLIENT_ID_SIDE": "side-client",
	}
	c, problems := s.mustLoad()
	main, side := c.TwitchAccount("MAIN"), c.TwitchAccount("SIDE")
	require.Equal(t, []string{"mainbot", "main-token", "client", "client-secret", "main-refresh"},
		[]string{main.Nick, main.Token.Reveal(), main.ClientID, main.ClientSecret.Reveal(), main.RefreshToken.Reveal()})
	require.Equal(t, []string{"", "", "side-client", "client-secret"}, []string{side.Nick, side.Token.Reveal(), side.ClientID, side.ClientSecret.Reveal()})
	require.Contains(t, lines(problems), "info: TWITCH_OAUTH_TOKEN_SIDE: found nothing")
	require.ElementsMatch(t, []string{"main-token", "client-secret", "main-refresh", "oauth:main-token"}, c.SecretValues())
	var names []string
	for _, o := range c.Environment {
		names = append(names, o.Name)
	}
	require.Contains(t, names, "TWITCH_OAUTH_TOKEN_MAIN")
}

func TestTheOnlyLabelledAccountServesWhoAsksForNone(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{"creators.json": oneCreator})
	s.env = map[string]string{"TWITCH_OAUTH_TOKEN_MAIN": "main-token"}
	c, problems := s.mustLoad()
	require.Empty(t, problems)
	require.Equal(t, "MAIN", c.Creator("otter1").TwitchAccount)
	require.Equal(t, "main-token", c.TwitchAccount("").Token.Reveal())
}

func TestThePasswordInTheDatabaseAddressIsASecretOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newState(t, nil)
	s.env[OptDatabaseURL] = "postgres://app:p%40ss-word@127.0.0.1:5432/db"
	c, _ := s.mustLoad()
	require.Equal(t, s.env[OptDatabaseURL], c.DatabaseURL.Reveal())
	require.Contains(t, c.SecretValues(), "p@ss-word")
	require.Contains(t, c.SecretValues(), s.env[OptDatabaseURL])
}

func TestOptionsOfTheEnvironmentAreChecked(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{"system.json": `{"system": {"hot_reload": {"enabled": true, "interval_seconds": 7}}}`})
	s.env[OptLogLevel], s.env[OptHotReloadInterval], s.env[OptHTTPAddress], s.env[OptHotReload] = "loud", "soon", "nowhere", "off"
	s.env[OptDashboardRoot] = filepath.Join(s.dir, "missing")
	c, problems := s.mustLoad()
	text := lines(problems)
	require.Contains(t, text, `warning: STREAMSUITES_LOG_LEVEL: found "loud"; allowed: trace, debug, info, warn, error; the setting is kept as it was`)
	require.Contains(t, text, `warning: STREAMSUITES_HOT_RELOAD_INTERVAL: found "soon"`)
	require.Contains(t, text, `warning: STREAMSUITES_HTTP_ADDRESS: found "nowhere"`)
	require.Contains(t, text, "warning: DASHBOARD_STATE_PUBLISH_ROOT: found")
	require.Equal(t, "info", c.LogLevel)
	require.InDelta(t, 7, c.System.HotReload.IntervalSeconds, 0)
	require.False(t, c.System.HotReload.Enabled)
	require.Equal(t, "127.0.0.1:8080", c.System.HTTP.Address)
	require.Empty(t, c.PublishRoot)
}

func TestTheDashboardsTokenIsASecretThatCannotBeGuessed(t *testing.T) {
	t.Parallel()
	const token = "correct-horse-battery-staple"
	s := newState(t, map[string]string{"system.json": `{"http": {"trust_loopback": true, "serve_internal": true}}`})
	c, problems := s.mustLoad()
	require.Empty(t, problems)
	require.True(t, c.System.HTTP.TrustLoopback && c.System.HTTP.ServeInternal)
	require.False(t, c.System.HTTP.DashboardToken.IsSet())
	s.write("token", token+"\n")
	s.env[OptDashboardToken+"_FILE"] = filepath.Join(s.dir, "token")
	c, problems = s.mustLoad()
	require.Empty(t, problems)
	require.Equal(t, token, c.System.HTTP.DashboardToken.Reveal())
	require.Contains(t, c.SecretValues(), token)
	for _, bad := range []string{"Tr0ub4dor", "with a blank in between", "correct-horse-bätterie-staple"} {
		s.env[OptDashboardToken] = bad
		c, problems = s.mustLoad()
		require.False(t, c.System.HTTP.DashboardToken.IsSet(), bad)
		require.Contains(t, lines(problems), "warning: STREAMSUITES_DASHBOARD_TOKEN: found a value that is too short")
		require.NotContains(t, lines(problems), bad)
	}
	s = newState(t, nil)
	c, _ = s.mustLoad()
	require.False(t, c.System.HTTP.TrustLoopback || c.System.HTTP.ServeInternal, "nothing is open unless somebody opens it")
}

func TestThePublishRootIsFoundNearbyOnlyWhenItHoldsAState(t *testing.T) {
	t.Parallel()
	s := newState(t, nil)
	s.write("StreamSuites-Dashboard/index.html", "x")
	c, _ := s.mustLoad()
	require.Empty(t, c.PublishRoot)
	s.write("StreamSuites-Dashboard/docs/shared/state/clips.json", "{}")
	c, _ = s.mustLoad()
	require.Equal(t, filepath.Join(s.dir, "StreamSuites-Dashboard", "docs"), c.PublishRoot)
	explicit := t.TempDir()
	s.env[OptPublishRoot] = explicit
	c, _ = s.mustLoad()
	require.Equal(t, explicit, c.PublishRoot)
}

func TestTheEnvironmentCanBeReadByItself(t *testing.T) {
	t.Parallel()
	s := newState(t, nil)
	s.write(".env", "DATABASE_URL=postgres://x")
	env, problems, err := ReadEnvironment(Options{StateDir: s.dir, WorkDir: s.dir, Env: func(string) (string, bool) { return "", false }})
	require.NoError(t, err)
	require.Empty(t, problems)
	v, ok := env.Lookup(OptDatabaseURL)
	require.True(t, ok)
	require.Equal(t, "postgres://x", v)
	_, ok = env.Lookup(OptLogLevel)
	require.False(t, ok)
}
