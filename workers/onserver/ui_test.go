//go:build unix

package onserver_test

import (
	"regexp"
	"sync"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// The tests below use the web UI as the documentation tells operators to.

// openUI opens a tab of a clip's workflow in a browser of its own.
func openUI(t *testing.T, run client.WorkflowRun, tab string) *rod.Page {
	t.Helper()
	path, found := launcher.LookPath()
	require.True(t, found, "Chromium is not installed: make deps installs it")
	// Chromium refuses its sandbox to root.
	chromium := launcher.New().Bin(path).NoSandbox(true).Headless(true)
	address, err := chromium.Launch()
	require.NoError(t, err)
	browser := rod.New().ControlURL(address)
	require.NoError(t, browser.Connect())
	t.Cleanup(sync.OnceFunc(func() {
		_ = browser.Close()
		chromium.Cleanup()
	}))
	page := browser.MustPage(server.ui + "/namespaces/default/workflows/" + run.GetID() + "/" + run.GetRunID() + "/" + tab)
	page.MustSetViewport(1500, 1400, 1, false)
	page.Timeout(wait).MustElementR("h1", run.GetID())
	return page
}

// find returns an element that can be seen, or nil. The page has others of the
// same name for narrow windows.
func find(page *rod.Page, selector, text string) *rod.Element {
	all, err := page.Elements(selector)
	if err != nil {
		return nil
	}
	pattern := regexp.MustCompile(text)
	for _, el := range all {
		shown, err := el.Visible()
		if err != nil || !shown {
			continue
		}
		if is, err := el.Text(); err == nil && pattern.MatchString(is) {
			return el
		}
	}
	return nil
}

// press clicks an element as soon as it can be seen.
func press(t *testing.T, page *rod.Page, selector, text string) {
	t.Helper()
	eventually(t, func() bool {
		el := find(page, selector, text)
		if el == nil {
			return false
		}
		_, err := el.Eval("() => this.click()")
		return err == nil
	})
}

// pressUntil clicks an element every second until another one shows: a page takes
// no clicks before it has finished loading.
func pressUntil(t *testing.T, page *rod.Page, button, text, selector, then string) {
	t.Helper()
	looks := 0
	eventually(t, func() bool {
		if find(page, selector, then) != nil {
			return true
		}
		if el := find(page, button, text); el != nil {
			if looks%20 == 0 { // a menu that was pressed twice is closed again
				_, _ = el.Eval("() => this.click()")
			}
			looks++
		}
		return false
	})
}

func TestTheWebUIShowsWhyAClipFailedAndRetriesIt(t *testing.T) {
	t.Parallel()
	run := failed(t, "webui1")
	page := openUI(t, run, "user-metadata")
	eventually(t, func() bool { // the details are in frames of their own
		frames, err := page.Elements("iframe")
		if err != nil {
			return false
		}
		for _, frame := range frames {
			content, err := frame.Frame()
			if err != nil {
				continue
			}
			body, err := content.Element("body")
			if err != nil {
				continue
			}
			if text, err := body.Text(); err == nil && regexp.MustCompile(`(?s)round 1 failed.*Forbidden\..*Retry until`).MatchString(text) {
				return true
			}
		}
		return false
	})
	pressUntil(t, page, "button", "More Actions", "[role=menuitem]", "Send a Signal")
	press(t, page, "[role=menuitem]", "Send a Signal")
	pressUntil(t, page, `[data-testid$="-select-button"]`, "", "[role=option]", "^\\s*retry")
	press(t, page, "[role=option]", "^\\s*retry")
	press(t, page, "button", "^\\s*Submit")
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestTheWebUIBeginsTheNextAttemptAtOnce(t *testing.T) {
	t.Parallel()
	run := startClip(t, "webui2", patient, behaviour{publish: awayOnce})
	awaitBackoff(t, run, "upload-folder")
	page := openUI(t, run, "pending-activities")
	eventually(t, func() bool { return find(page, "body", "(?s)upload-folder.*connection refused") != nil })
	pressUntil(t, page, "button", "^\\s*Reset", "[role=dialog], dialog, form", "Reset Activity upload-folder")
	press(t, page, "[role=dialog] button, dialog button, form button", "^\\s*Reset")
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestTheWebUIReopensAClosedClip(t *testing.T) {
	t.Parallel()
	run := startClosing(t, "webui3", refusing)
	mended("webui3")
	page := openUI(t, run, "history")
	eventually(t, func() bool { return find(page, "body", "Forbidden\\.") != nil })
	pressUntil(t, page, "button", "^\\s*Reset", "body", "Choose an Event to reset to")
	pressUntil(t, page, `[data-testid="workflow-reset-event-id-select-button"]`, "", "[role=option]", "^\\s*24 - ")
	press(t, page, "[role=option]", "^\\s*24 - ")
	press(t, page, "button", "^\\s*Confirm")
	eventually(t, func() bool { return current(t, "webui3").GetRunID() != run.GetRunID() })
	require.Equal(t, clip.Published, result(t, current(t, "webui3")).State)
}
