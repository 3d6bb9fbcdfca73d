package version

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAVersionIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"0.2.3": "0.2.3", "v0.2.3": "0.2.3", "V0.2.3-alpha": "0.2.3-alpha", "Version 1.0.0": "1.0.0", "version v10.20.30-rc.1": "10.20.30-rc.1",
		" v1.2.3 ": "1.2.3", "v1.2.3-0": "1.2.3-0",
	} {
		got, err := Parse(given)
		require.NoError(t, err, given)
		require.Equal(t, want, got)
	}
}

func TestWhatIsNoVersionIsRefused(t *testing.T) {
	t.Parallel()
	for _, given := range []string{
		"", "v", "1", "1.2", "1.2.3.4", "vv1.2.3", "v1.2.3-", "v1.2.3-a..b", "v1.2.3-.a", "v1.2.3+build", "01.2.3", "1.02.3", "1.2.3 alpha",
		"1.2.3-al pha", "1.2.3-<b>", "latest", "-1.2.3", "1.2.3-ä", "１.2.3",
	} {
		_, err := Parse(given)
		require.ErrorContains(t, err, "is not a version: write vX.Y.Z", "%q", given)
	}
}

func TestABuildNamesADayThatHasBeen(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 2, 1, 0, 30, 0, 0, time.UTC)
	r, err := ParseRelease("v0.2.0-alpha", "2026.02.01+003", now)
	require.NoError(t, err)
	require.Equal(t, Release{"0.2.0-alpha", "2026.02.01+003", time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}, r)
	for build, complaint := range map[string]string{
		"":               "is not a build: write YYYY.MM.DD+NNN",
		"2026.02.01":     "is not a build",
		"2026.02.30+001": "is not a build",
		"2026.2.1+001":   "is not a build",
		"2026.02.01+1":   "is not a build",
		"2026.02.01+000": "counted from 001",
		"2026.02.02+001": "is a build of the future: in UTC it is 2026.02.01",
	} {
		_, err := ParseRelease("1.0.0", build, now)
		require.ErrorContains(t, err, complaint, build)
	}
	_, err = ParseRelease("one", "2026.02.01+001", now)
	require.ErrorContains(t, err, "is not a version")
}

func TestTheConstantIsRewrittenInPlace(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("version.go")
	require.NoError(t, err)
	other, err := Rewrite(source, "7.8.9-beta")
	require.NoError(t, err)
	require.Contains(t, string(other), "\nconst Version = \"7.8.9-beta\"\n")
	back, err := Rewrite(other, Version)
	require.NoError(t, err)
	require.Equal(t, string(source), string(back))
	_, err = Rewrite([]byte("package version\n"), "1.0.0")
	require.Error(t, err)
	_, err = Rewrite(append(source, source...), "1.0.0")
	require.Error(t, err, "which one would it be?")
}

// The Makefile and the container file pass build and commit by name; a name that
// does not exist would be ignored without a word.
func TestABuildIsToldItsBuildAndCommit(t *testing.T) {
	t.Parallel()
	const commit, build = "0123456789ab", "2026.02.01+007"
	for file, values := range map[string]*strings.Replacer{
		"../../Makefile":          strings.NewReplacer("$(MODULE)", "github.com/streamsuites/streamsuites", "$(COMMIT)", commit, "$(BUILD)", build),
		"../../deploy/Dockerfile": strings.NewReplacer("${COMMIT}", commit, "${BUILD}", build),
	} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		flags := regexp.MustCompile(`-X [^\s"]+`).FindAllString(values.Replace(string(text)), -1)
		require.NotEmpty(t, flags, file)
		show := exec.CommandContext(t.Context(), "go", "run", "-ldflags", strings.Join(flags, " "), "./testdata/show")
		show.Env = append(os.Environ(), "CGO_ENABLED=0")
		out, err := show.Output()
		require.NoError(t, err, file)
		require.Equal(t, Version+" (build "+build+") commit "+commit+"\n", string(out), file)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"v0.2.0-alpha", "Version 1.0.0", "", "v", "1.2.3-<b>", "1.2.3-rc.1"} {
		f.Add(seed)
	}
	readers := regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$`)
	f.Fuzz(func(t *testing.T, text string) {
		plain, err := Parse(text)
		if err != nil {
			return
		}
		require.Regexp(t, readers, plain)
		again, err := Parse(plain)
		require.NoError(t, err)
		require.Equal(t, plain, again)
	})
}
