package e2e_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/stretchr/testify/require"
)

func TestThePagesShowTheClip(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	s.awaitRecording(8)
	s.say("watcher", "!clip 5 Seen in the browser")
	clip, _ := s.follow("watcher", time.Minute)
	require.Equal(t, "published", clip.State, clip.LastError)

	browser := openBrowser(t)
	t.Run("Temporal's UI lists the workflow and shows its summary", func(t *testing.T) {
		page := browser.MustPage(s.addr.UI + "/namespaces/default/workflows/clip:" + clip.ClipID)
		page.Timeout(time.Minute).MustElementR("body", "clip:"+clip.ClipID)
		page.Timeout(time.Minute).MustElementR("body", "Seen in the browser")
	})
	t.Run("the start page links the clip", func(t *testing.T) {
		page := browser.MustPage(s.addr.HTTP + "/")
		page.Timeout(20*time.Second).MustElementR("a", clip.ClipID)
	})
}

func openBrowser(t *testing.T) *rod.Browser {
	t.Helper()
	path, found := launcher.LookPath()
	require.True(t, found, "Chromium is not installed: make deps installs it")
	// Chromium refuses its sandbox to root.
	control, err := launcher.New().Bin(path).NoSandbox(true).Headless(true).Launch()
	require.NoError(t, err)
	browser := rod.New().ControlURL(control)
	require.NoError(t, browser.Connect())
	t.Cleanup(func() { _ = browser.Close() })
	return browser
}
