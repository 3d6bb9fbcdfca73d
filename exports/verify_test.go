package exports

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
)

// afterwards is a clock after every stamp of the fixtures.
func afterwards() time.Time { return at(1e6) }

func brokenIn(t *testing.T, tree fs.FS) []Finding {
	t.Helper()
	findings, err := look(tree, afterwards)
	require.NoError(t, err)
	var broken []Finding
	for _, f := range findings {
		if f.Severity == Broken {
			broken = append(broken, f)
		}
	}
	return broken
}

func TestWhatTheRuntimeWritesKeepsTheContract(t *testing.T) {
	t.Parallel()
	tr := written(t)
	for _, dir := range []string{tr.canonical, tr.mirror} {
		findings, err := Verify(t.Context(), os.DirFS(dir), afterwards)
		require.NoError(t, err)
		for _, f := range findings {
			require.Equal(t, Note, f.Severity, f.String())
		}
	}
}

// alone holds one document against the contract by itself.
func alone(d Document, v any) []Finding {
	data, err := encode(d.File, v)
	if err != nil {
		return nil
	}
	return documentFindings(file{d.File, d.File, data}, afterwards())
}

// mistyped returns values of other types than v.
func mistyped(v any) []any {
	switch v := v.(type) {
	case string:
		return []any{7, true, []any{}, map[string]any{}}
	case float64:
		return []any{"7", true, v + 0.5, 1e12}
	case bool:
		return []any{"true", 1, nil}
	case []any:
		return []any{nil, map[string]any{}, "x"}
	case map[string]any:
		return []any{nil, []any{}, "x"}
	}
	return []any{7}
}

func TestEachValueOfAnotherTypeIsFound(t *testing.T) {
	t.Parallel()
	// What is free, and numbers that need not be whole.
	free := regexp.MustCompile(`payload|metadata|^/triggers/[^/]+/|interval_seconds|score_value|gap_seconds|gap_share|/gap_windows/-/seconds`)
	docs := build(t)
	for name := range docs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var root any
			require.NoError(t, json.Unmarshal(docs[name].Data, &root))
			require.Empty(t, alone(docs[name], root))
			seen := 0
			var visit func(v any, path string, set func(any))
			visit = func(v any, path string, set func(any)) {
				for _, other := range mistyped(v) {
					if free.MatchString(path) {
						break
					}
					set(other)
					seen++
					require.NotEmpty(t, alone(docs[name], root), "%s as %v", path, other)
				}
				set(v)
				switch node := v.(type) {
				case map[string]any:
					for key, child := range node {
						visit(child, path+"/"+key, func(x any) { node[key] = x })
					}
				case []any:
					for i, child := range node {
						visit(child, path+"/-", func(x any) { node[i] = x })
					}
				}
			}
			visit(root, "", func(x any) { root = x })
			require.Positive(t, seen)
		})
	}
}

func TestEachMissingFieldIsFoundWithItsPath(t *testing.T) {
	t.Parallel()
	docs := build(t)
	free := regexp.MustCompile(`/(payload|triggers)/|^/creators/-/platforms/`)
	for _, name := range []string{FileClips, FileJobs, FileMeta, FileSnapshot} {
		mutate(t, docs[name].Data, func(path string, v any) {
			if free.MatchString(path) {
				return
			}
			findings := alone(docs[name], v)
			require.NotEmpty(t, findings, path)
			field := path[strings.LastIndex(path, "/")+1:]
			require.True(t, strings.HasSuffix(findings[0].Path, "."+field), "%s: %s", path, findings[0])
		})
	}
}

func TestAFindingNamesFilePathFoundAndAllowed(t *testing.T) {
	t.Parallel()
	docs := build(t)
	for name, c := range map[string]struct{ old, new, want string }{
		"a word that is none":   {`"state": "queued"`, `"state": "sleeping"`, `error: clips.json: $.clips[5].state: found "sleeping"; allowed: "queued", "encoding", "encoded", "uploading", "published", "failed"`},
		"another type":          {`"duration_seconds": 30,`, `"duration_seconds": "30",`, `error: clips.json: $.clips[1].duration_seconds: found "30"; allowed: integer`},
		"a decimal point":       {`"duration_seconds": 30,`, `"duration_seconds": 30.0,`, `error: clips.json: $.clips[1].duration_seconds: found 30.0; allowed: a whole number of 32 bits without point or exponent, or the desktop console discards the document`},
		"another kind of stamp": {`"2026-02-01T12:00:00.250000Z"`, `"2026-02-01T12:00:00.250000+00:00"`, `error: clips.json: $.clips[5].updated_at: found "2026-02-01T12:00:00.250000+00:00"; allowed: text of the form ^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$`},
		"the future":            {`"2026-02-01T12:00:00.250000Z"`, `"2099-02-01T12:00:00.250000Z"`, `error: clips.json: $.clips[5].updated_at: found "2099-02-01T12:00:00.250000Z"; allowed: no time later than now, 2026-02-13T01:46:40Z`},
		"an unknown field":      {`"items": [`, `"itmes": [], "items": [`, `error: clips.json: $.itmes: found an unknown field; allowed: the fields of the contract`},
		"markup":                {`"clipper_username": "viewer77"`, `"clipper_username": "<b>"`, `error: clips.json: $.clips[0].clipper_username: found "\u003cb\u003e"; allowed: text of the form ^[^<>]*$`},
		"white space":           {"  \"items\"", "\t\"items\"", `error: clips.json: found other white space than two spaces a level, LF and one LF at the end; allowed: that`},
		"no JSON":               {`"items": [`, `"items": `, `error: clips.json: found text that is not JSON: `},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := string(docs[FileClips].Data)
			require.Contains(t, text, c.old)
			text = strings.ReplaceAll(text, c.old, c.new)
			var found []string
			for _, f := range documentFindings(file{FileClips, FileClips, []byte(text)}, afterwards()) {
				found = append(found, f.String())
			}
			require.Contains(t, strings.Join(found, "\n"), c.want)
		})
	}
}

func TestTheManifestAndTheDirectoryAreHeldAgainstEachOther(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		want   string
	}{
		"another content": {func(t *testing.T, dir string) {
			data, err := os.ReadFile(filepath.Join(dir, FileClips))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, FileClips), []byte(strings.Replace(string(data), "Otter", "Badger", 1)), 0o600))
		}, "the hash of clips.json"},
		"a document that went": {func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, FileJobs))) }, `"jobs.json", which is not there`},
		"a document too many": {func(t *testing.T, dir string) {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "clips"), 0o755))
			data, err := os.ReadFile(filepath.Join(dir, FileClips))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "clips", "page-1.json"), data, 0o600))
		}, "a document that the manifest does not name"},
		"another visibility": {func(t *testing.T, dir string) {
			data, err := os.ReadFile(filepath.Join(dir, FileManifest))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, FileManifest), []byte(strings.Replace(string(data), "dashboard-only", "internal-only", 1)), 0o600))
		}, "found internal-only; allowed: dashboard-only"},
		"a folder in place of a document": {func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, FileClips)))
			require.NoError(t, os.Symlink("elsewhere", filepath.Join(dir, FileClips)))
		}, "something that is not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := written(t)
			c.change(t, tr.canonical)
			require.Contains(t, fmt.Sprint(brokenIn(t, os.DirFS(tr.canonical))), c.want)
		})
	}
}

func TestADirectoryWithoutAManifestNeedsThePublicDocuments(t *testing.T) {
	t.Parallel()
	tr := written(t)
	tree := fstest.MapFS{}
	listed := strings.Replace(tr.read(tr.canonical, FileMeta), `"clips.json"`, `"clips/page-7.json"`, 1)
	tree[FileMeta] = &fstest.MapFile{Data: []byte(listed)}
	for _, f := range []string{FileJobs} {
		tree[f] = &fstest.MapFile{Data: []byte(tr.read(tr.canonical, f))}
	}
	tree["picture.png"] = &fstest.MapFile{}
	findings, err := look(tree, afterwards)
	require.NoError(t, err)
	by := map[string]Finding{}
	for _, f := range findings {
		by[f.File] = f
	}
	require.Equal(t, Broken, by[FileClips].Severity)
	require.Equal(t, Broken, by["clips/page-7.json"].Severity, "the directory's own list names it")
	require.Equal(t, Note, by[FileSnapshot].Severity)
	require.Equal(t, Note, by[FileManifest].Severity)
	require.Equal(t, Note, by["picture.png"].Severity)
	_, err = look(os.DirFS(filepath.Join(tr.canonical, "nowhere")), afterwards)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestStampsThatSayWhenSomethingWillBeMayLieAhead(t *testing.T) {
	t.Parallel()
	ahead := afterwards().Add(time.Hour).Format(time.RFC3339)
	f := file{"x.json", FileJobs, nil}
	require.Empty(t, futureFindings(f, map[string]any{"reset_at": ahead, "next_run": ahead, "title": ahead, "payload": map[string]any{"created_at": ahead}}, afterwards()))
	found := futureFindings(f, map[string]any{"updated_at": ahead, "created_at": json.Number("4000000000"), "triggers": map[string]any{"a": map[string]any{"b": json.Number("4000000000.5")}}}, afterwards())
	require.Len(t, found, 3)
}

func TestTheConsoleReadsEveryDocumentThatTheContractHas(t *testing.T) {
	t.Parallel()
	examples := filepath.Join("..", "..", "shared", "contract", "examples")
	shapes := consoleShapes()
	for name, shape := range shapes {
		// Each shape is sound by itself: an empty object lacks something at most.
		findings := consoleFindings(file{name: name, is: name}, map[string]any{}, nil)
		require.NotEmpty(t, findings, "%s: %T", name, shape)
		data, err := os.ReadFile(filepath.Join(examples, filepath.FromSlash(name)))
		if err != nil {
			continue // the contract need not lie beside a checkout
		}
		v, err := parse(data)
		require.NoError(t, err)
		require.Empty(t, consoleFindings(file{name: name, is: name}, v, nil), name)
	}
}

func TestTheConsoleIsStrictAboutIntegersAndNull(t *testing.T) {
	t.Parallel()
	docs := build(t)
	for _, c := range []struct{ old, new string }{
		{`"messages": 4211`, `"messages": 2147483648`}, {`"messages": 4211`, `"messages": 4211.0`}, {`"messages": 4211`, `"messages": 4e3`},
		{`"messages": 4211`, `"MESSAGES": "4211"`}, {`"platforms": [`, `"platforms": null, "x": [`}, {`"enabled": true`, `"enabled": null`},
		{`"twitch": true`, `"twitch": {"enabled": true}`}, {`"runtime": {`, `"x": {`}, {`"error": null`, `"error": {}`},
	} {
		text := string(docs[FileSnapshot].Data)
		require.Contains(t, text, c.old)
		v, err := parse([]byte(strings.Replace(text, c.old, c.new, 1)))
		require.NoError(t, err)
		require.NotEmpty(t, consoleFindings(file{name: FileSnapshot, is: FileSnapshot}, v, nil), c.new)
	}
}
