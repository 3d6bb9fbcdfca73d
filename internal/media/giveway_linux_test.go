package media

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/process"
)

func TestAnEncoderGivesWayAndHasNoRights(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 20)
	defer oneEncoder()()
	account, err := process.Unprivileged()
	require.NoError(t, err)
	output := filepath.Join(t.TempDir(), "abc123.mp4")
	looked := false
	c := &Cutter{Tools: tools(t), Threads: 2}
	_, err = c.Cut(t.Context(), CutRequest{Dir: r.dir, Span: Span{airtime(0), airtime(1200)}, Output: output, OnProgress: func(p CutProgress) {
		if looked || p.Fraction == 1 {
			return
		}
		for _, pid := range children(t, filepath.Dir(output)) {
			looked = true
			threads, err := filepath.Glob("/proc/" + pid + "/task/*/stat")
			require.NoError(t, err)
			require.Greater(t, len(threads), 1)
			for _, path := range threads {
				stat, err := os.ReadFile(path)
				if err != nil {
					continue // that thread has ended
				}
				fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
				require.Equal(t, fmt.Sprint(niceness), fields[16])
			}
			if account != nil {
				status, err := os.ReadFile("/proc/" + pid + "/status")
				require.NoError(t, err)
				require.Contains(t, string(status), fmt.Sprintf("Uid:\t%d\t", account.UID))
			}
		}
	}})
	require.NoError(t, err)
	require.True(t, looked)
}
