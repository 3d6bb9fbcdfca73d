package imports_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/definition/imports"
)

var update = flag.Bool("update", false, "write the golden files")

// TestFilesOfOtherProgramsBecomeDefinitions compares what becomes of each file in
// testdata with the text beside it.
func TestFilesOfOtherProgramsBecomeDefinitions(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"drafts.json", "nightbot.json", "nightbot.csv", "streamelements.json", "streamelements.csv", "triggers.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(filepath.Join("testdata", name))
			require.NoError(t, err)
			got, err := imports.Read(name, data, "marmot")
			require.NoError(t, err)
			var b strings.Builder
			b.WriteString("format " + string(got.Format) + "\n")
			for _, d := range got.Definitions {
				require.Equal(t, "marmot", d.CreatorID)
				require.Empty(t, d.Check())
				b.WriteString(string(d.JSON()) + "\n")
			}
			for _, r := range got.Remarks {
				b.WriteString("- " + r.String() + "\n")
			}
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), b.String())
		})
	}
}

func TestAFileThatCannotBeImportedIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" \n":                            "import x: the file is empty",
		"\xff\xfe":                       "import x: the file is not in UTF-8",
		"{":                              "import x: read the document: unexpected end of JSON input",
		`{"commands": [{"a": 1}]}`:       imports.ErrUnknown.Error(),
		`{"commands": [7]}`:              imports.ErrUnknown.Error(),
		`{}`:                             imports.ErrUnknown.Error(),
		`[]`:                             imports.ErrUnknown.Error(),
		"one,two\n1,2\n":                 imports.ErrUnknown.Error(),
		`[{"reply": "x", "command": 3}]`: "read StreamElements' command 1",
		`[` + strings.Repeat(`{"reply": "x"},`, 6000) + `{}]`: "6001 commands, at most 5000",
	} {
		_, err := imports.Read("x", []byte(text), "marmot")
		require.ErrorContains(t, err, want)
	}
}

func TestIDsAreUniqueAndNeverThoseOfBuiltInTriggers(t *testing.T) {
	t.Parallel()
	got, err := imports.Read("n.json", []byte(`[{"name": "!clip", "message": "a"}, {"name": "!Hi", "message": "b"}, {"name": "!hi!", "message": "c"}, {"name": "!größe", "message": "d"}, {"name": "!ж", "message": "e"}]`), "")
	require.NoError(t, err)
	var ids []string
	for _, d := range got.Definitions {
		ids = append(ids, d.ID)
	}
	require.Equal(t, []string{"clip-imported", "hi", "hi-2", "gr-e", "trigger"}, ids)
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	require.NoError(f, err)
	for _, path := range files {
		data, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte("command;reply\n\"a;b"))
	f.Add([]byte(`[{"reply": "${random.pick 'a' $(urlfetch ${1})", "command": "!", "aliases": ["", " "]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := imports.Read("fuzz", data, "marmot")
		if err != nil {
			return
		}
		for _, d := range got.Definitions {
			require.Empty(t, d.Check())
			require.True(t, json.Valid(d.JSON()))
			again, err := definition.Parse(d.JSON())
			require.NoError(t, err)
			require.Equal(t, string(d.JSON()), string(again.JSON()))
		}
	})
}
