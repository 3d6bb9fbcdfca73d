package exports

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestADocumentIsFoundByEachOfItsNames(t *testing.T) {
	t.Parallel()
	for _, k := range catalog() {
		for _, name := range append([]string{k.file}, k.also...) {
			file, visibility, known := Find(name)
			require.True(t, known, name)
			require.Equal(t, k.file, file, name)
			require.Equal(t, k.visibility, visibility, name)
		}
	}
	for _, name := range []string{FileClips, FileMeta, FileManifest, ClipPage(3)} {
		file, visibility, known := Find(name)
		require.True(t, known, name)
		require.Equal(t, name, file)
		require.Equal(t, Public, visibility)
	}
	for _, name := range []string{"", ".", "Clips.json", "clips", "clips/page-0.json", "clips/page-01.json", "../clips.json", "nothing.json", "clips.json/"} {
		_, _, known := Find(name)
		require.False(t, known, name)
	}
}
