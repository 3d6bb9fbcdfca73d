package youtube

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/npmtest"
)

// nodeClient is a test of Google's own client for Node, which npm installs.
const nodeClient = "testdata/googleapis"

func TestGooglesOwnNodeClientChatsUnchanged(t *testing.T) {
	t.Parallel()
	npmtest.Install(t, nodeClient)
	r := reopen(t, t.TempDir(), func(o *Options) { o.Clock, o.Polling = time.Now, 20*time.Millisecond })
	_, err := r.Set(func(s *Settings) { s.StreamLife = 200 * time.Millisecond })
	require.NoError(t, err)
	b := r.goLive()
	r.say("Anna", "hello from Anna")
	client := exec.CommandContext(t.Context(), "node", "--test")
	client.Dir = nodeClient
	client.Env = append(os.Environ(), "SIMULATOR="+r.url, "CLIENT_ID="+r.seed.ClientID, "CLIENT_SECRET="+r.seed.ClientSecret,
		"API_KEY="+r.seed.APIKey, "CHANNEL="+b.Channel)
	said, err := client.CombinedOutput()
	require.NoError(t, err, string(said))
}
