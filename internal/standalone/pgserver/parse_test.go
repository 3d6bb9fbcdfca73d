package pgserver

import (
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

func TestTheNewestUsableVersionIsChosenOrTheOneThatIsNeeded(t *testing.T) {
	t.Parallel()
	installed := []Binaries{{Dir: "/path", Major: 15}, {Dir: "/old", Major: 9}, {Dir: "/new", Major: 17}, {Dir: "/other", Major: 15}}
	for name, test := range map[string]struct {
		found []Binaries
		major int
		want  string
	}{
		"a new database takes the newest":              {installed, 0, "/new"},
		"an old database takes its own":                {installed, 15, "/path"},
		"a very old one too, if its programs exist":    {installed, 9, "/old"},
		"another version does not do":                  {installed, 16, ""},
		"a new database takes nothing that is too old": {installed[1:2], 0, ""},
		"nothing is installed":                         {nil, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := choose(test.found, test.major)
			require.Equal(t, test.want, got.Dir)
			if test.want == "" {
				missing := (*BinariesError)(nil)
				require.ErrorAs(t, err, &missing)
				require.ErrorContains(t, err, "install")
			}
		})
	}
}

func TestVersionsOfPackagesAreUnderstood(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 18beta1":                          18,
		"postgres (PostgreSQL) 9.6.24":                           9,
		"postgres (Homebrew) 17.2":                               0,
		"":                                                       0,
	} {
		got, err := parseVersion(text)
		require.Equal(t, want, got, text)
		require.Equal(t, want == 0, err != nil, text)
	}
}

func FuzzLogWriter(f *testing.F) {
	for _, seed := range []string{
		"LOG:  database system is ready\n", "FATAL:  no\nHINT:  yes\n", "PANIC:  x", ":::\n\n", "no severity\n", "\x00\xff\n",
	} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, text string, cut int) {
		w := &logWriter{log: zerolog.Nop()}
		if cut < 0 || cut > len(text) {
			cut = len(text)
		}
		for _, part := range []string{text[:cut], text[cut:]} {
			n, err := w.Write([]byte(part))
			require.NoError(t, err)
			require.Equal(t, len(part), n)
		}
		require.LessOrEqual(t, strings.Count(w.last(), "\n"), tailLines-1)
		require.LessOrEqual(t, len(w.part), longestLine)
	})
}
