package youtube

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// nodeClient is a test of Google's own client for Node, which npm installs.
const nodeClient = "testdata/googleapis"

func TestGooglesOwnNodeClientChatsUnchanged(t *testing.T) {
	t.Parallel()
	_, err := exec.LookPath("npm")
	require.NoError(t, err, "node and npm are needed: deploy/install-deps.sh --with-node installs them")
	if _, err := os.Stat(filepath.Join(nodeClient, "node_modules", "@googleapis")); err != nil {
		install := exec.CommandContext(t.Context(), "npm", "ci")
		install.Dir = nodeClient
		said, err := install.CombinedOutput()
		require.NoError(t, err, string(said))
	}
	r := reopen(t, t.TempDir(), func(o *Options) { o.Clock, o.Polling = time.Now, 20*time.Millisecond })
	_, err = r.Set(func(s *Settings) { s.StreamLife = 200 * time.Millisecond })
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
