package output

import (
	"bytes"
	"errors"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

func TestATableIsAlignedAndARowIsOneLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, Table(&out, []string{"CLIP", "TITLE", "REASON"}, [][]string{
		{"ab12cd", "Ä lamp", ""},
		{"ef34gh", "two\tcells?", "first\n\tsecond\r\nthird"},
		{"", "", "→ remedy"},
	}))
	require.Equal(t, ""+
		"CLIP    TITLE       REASON\n"+
		"ab12cd  Ä lamp\n"+
		"ef34gh  two cells?  first second third\n"+
		"                    → remedy\n", out.String())
}

func TestJSONKeepsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, WriteJSON(&out, map[string]string{"title": "a < b & c"}))
	require.Equal(t, "{\n  \"title\": \"a < b & c\"\n}\n", out.String())
	out.Reset()
	require.NoError(t, WriteLine(&out, map[string]string{"title": "a < b & c"}))
	require.Equal(t, "{\"title\":\"a < b & c\"}\n", out.String())
}

func TestTheFormatIsTextUnlessAFlagSaysOtherwise(t *testing.T) {
	t.Parallel()
	cmd := &cobra.Command{}
	format := Flag(cmd)
	require.Equal(t, Text, *format)
	require.NoError(t, cmd.Flags().Parse([]string{"-o", "json"}))
	require.Equal(t, JSON, *format)
	require.ErrorContains(t, cmd.Flags().Parse([]string{"--output", "yaml"}), `"yaml" is not a format: choose text or json`)
	require.Equal(t, JSON, *format)
}

// full is a writer with no room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	require.EqualError(t, Table(full{}, []string{"A"}, nil), "no room")
	require.EqualError(t, WriteJSON(full{}, 1), "no room")
}
