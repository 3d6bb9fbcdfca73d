package call_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// answers are a platform that gives the next of its answers to each request, and
// remembers the requests.
type answers struct {
	next  []func(*http.Request) (*http.Response, error)
	asked []*http.Request
	sent  []string
}

// RoundTrip implements http.RoundTripper.
func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	a.sent = append(a.sent, string(body))
	a.asked = append(a.asked, r)
	return a.next[len(a.asked)-1](r)
}

type answer = func(*http.Request) (*http.Response, error)

func says(status int, body string, header ...string) answer {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
}

func fails(err error) answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

var (
	errLost   = errors.New("connection reset")
	errClosed = &net.OpError{Op: "dial", Err: errors.New("refused")}
)

// platform runs a test in a bubble with a clock of its own.
func platform(t *testing.T, act func(t *testing.T, c *call.Caller, a *answers), next ...answer) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := &answers{next: next}
		act(t, &call.Caller{
			Platform: "harbor", HTTP: call.WithoutRedirects(&http.Client{Transport: a}), Timeout: 10 * time.Second, MaxWait: 20 * time.Second,
			Clock: time.Now, Rand: func() float64 { return 0 }, Secret: "app-secret",
			Explain: func(body []byte) string { return string(body) },
		}, a)
	})
}

var read = call.Request{Operation: "read it", Method: http.MethodGet, URL: "https://api.test/it?token=hidden"}

func TestEveryFailureTellsWhetherTheCallMayHaveBeenCarriedOut(t *testing.T) {
	t.Parallel()
	var into struct{}
	for name, c := range map[string]struct {
		answer            answer
		retry, unanswered bool
		after             time.Duration
	}{
		"a refusal":            {answer: says(403, "no")},
		"a redirect":           {answer: says(302, "", "Location", "https://elsewhere.test/")},
		"too many":             {answer: says(429, "", "Retry-After", "7"), retry: true, after: 7 * time.Second},
		"too slow":             {answer: says(408, ""), retry: true},
		"a server error":       {answer: says(500, ""), retry: true, unanswered: true},
		"a server that is off": {answer: says(503, "", "Retry-After", "Sat, 01 Jan 2000 00:01:00 GMT"), retry: true, unanswered: true, after: time.Minute},
		"no answer":            {answer: fails(errLost), retry: true, unanswered: true},
		"nobody listening":     {answer: fails(errClosed), retry: true},
		"an unknown name":      {answer: fails(&net.DNSError{Err: "no such host"}), retry: true},
		"half an answer":       {answer: says(200, `{"a`), retry: true, unanswered: true},
		"too large an answer":  {answer: says(200, strings.Repeat(" ", 5<<20))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			platform(t, func(t *testing.T, caller *call.Caller, a *answers) {
				_, err := caller.Do(t.Context(), read, &into)
				var failed *call.Error
				require.ErrorAs(t, err, &failed)
				require.Equal(t, c.retry, failed.Retryable())
				require.Equal(t, c.unanswered, failed.Unanswered())
				require.Equal(t, c.after, failed.RetryIn())
				require.ErrorContains(t, err, "harbor: read it")
				require.NotContains(t, err.Error(), "hidden")
				require.Len(t, a.asked, 1)
			}, c.answer)
		})
	}
}

func TestAServerThatHangsIsLeft(t *testing.T) {
	t.Parallel()
	platform(t, func(t *testing.T, c *call.Caller, _ *answers) {
		begun := time.Now()
		_, err := c.Do(t.Context(), read, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 10*time.Second, time.Since(begun))
	}, func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
}

func TestACallIsMadeASecondTimeWhereTheRequestAllowsIt(t *testing.T) {
	t.Parallel()
	again := read
	again.Again = func(failed *call.Error) bool { return failed.Status == http.StatusBadGateway }
	platform(t, func(t *testing.T, c *call.Caller, a *answers) {
		begun := time.Now()
		var into struct{ Name string }
		header, err := c.Do(t.Context(), again, &into)
		require.NoError(t, err)
		require.Equal(t, "Nova", into.Name)
		require.Equal(t, "9", header.Get("Left"))
		require.Equal(t, 250*time.Millisecond, time.Since(begun))
		require.Len(t, a.asked, 2)
	}, says(502, ""), says(200, `{"name":"Nova"}`, "Left", "9"))
	platform(t, func(t *testing.T, c *call.Caller, a *answers) {
		_, err := c.Do(t.Context(), again, nil)
		require.Error(t, err)
		require.Len(t, a.asked, 1)
	}, says(500, ""))
}

func TestASecondAttemptThatDoesNotGetThereLeavesTheFirstInDoubt(t *testing.T) {
	t.Parallel()
	again := read
	again.Again = func(*call.Error) bool { return true }
	for want, first := range map[bool]answer{true: fails(errLost), false: fails(errClosed)} {
		platform(t, func(t *testing.T, c *call.Caller, _ *answers) {
			_, err := c.Do(t.Context(), again, nil)
			var failed *call.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, want, failed.Unanswered())
		}, first, fails(errClosed))
	}
}

func TestABodyIsAFormOrJSON(t *testing.T) {
	t.Parallel()
	form, document := read, read
	form.Form = url.Values{"a": {"1"}}
	document.JSON = map[string]int{"b": 2}
	platform(t, func(t *testing.T, c *call.Caller, a *answers) {
		for _, r := range []call.Request{form, document, read} {
			_, err := c.Do(t.Context(), r, nil)
			require.NoError(t, err)
		}
		require.Equal(t, []string{"a=1", `{"b":2}`, ""}, a.sent)
		require.Equal(t, "application/x-www-form-urlencoded", a.asked[0].Header.Get("Content-Type"))
		require.Equal(t, "application/json", a.asked[1].Header.Get("Content-Type"))
		require.Empty(t, a.asked[2].Header.Get("Content-Type"))
	}, says(204, ""), says(204, ""), says(204, ""))
}

func TestTheServersWordsAreKeptShortAndWithoutSecrets(t *testing.T) {
	t.Parallel()
	secret := read
	secret.Secrets = []string{"token-one", ""}
	platform(t, func(t *testing.T, c *call.Caller, _ *answers) {
		_, err := c.Do(t.Context(), secret, nil)
		require.ErrorContains(t, err, "bad [redacted] and [redacted] ééé")
		require.NotContains(t, err.Error(), "\n")
		require.Less(t, len([]rune(err.Error())), 300)
	}, says(400, "bad token-one\nand app-secret "+strings.Repeat("é", 300)))
}

func TestWhatAnAnswerMeansIsAddedToItsCause(t *testing.T) {
	t.Parallel()
	meaning := errors.New("the account needs a new login")
	failed := &call.Error{Platform: "harbor", Operation: "read it", Status: 401, Err: errLost}
	meant := failed.Because(meaning)
	require.ErrorIs(t, meant, meaning)
	require.ErrorIs(t, meant, errLost)
	require.NotErrorIs(t, failed, meaning)
}

func FuzzShort(f *testing.F) {
	f.Add("plain")
	f.Add(strings.Repeat("é", 300) + " hush-hush")
	f.Add("\xff\n\xfe hush-hush")
	f.Fuzz(func(t *testing.T, text string) {
		short := call.Short(text, "hush-hush", "")
		require.NotContains(t, short, "hush-hush")
		require.LessOrEqual(t, len([]rune(short)), call.MaxMessage)
		require.NotContains(t, short, "\n")
	})
}
