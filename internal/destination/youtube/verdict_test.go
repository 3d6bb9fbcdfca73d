package youtube_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/destination"
)

// midnight is the first one in Los Angeles after the bubble's clock begins.
var midnight = time.Date(2000, 1, 1, 8, 0, 0, 0, time.UTC)

func TestEveryRefusalHasItsAction(t *testing.T) {
	t.Parallel()
	const perDay = `{"error":{"code":429,"message":"Quota exceeded for quota metric 'Video Uploads' and limit 'Video Uploads per day' of service 'youtube.googleapis.com'.",` +
		`"errors":[{"message":"Quota exceeded","domain":"global","reason":"rateLimitExceeded"}]}}`
	for name, c := range map[string]struct {
		do     misdeed
		kind   destination.Kind
		status int
		reason string
		after  time.Duration
	}{
		"quotaExceeded":           {do: refusing(403, "quotaExceeded"), kind: destination.Deferred, status: 403, reason: "quota for today"},
		"dailyLimitExceeded":      {do: refusing(403, "dailyLimitExceeded"), kind: destination.Deferred, status: 403, reason: "quota for today"},
		"uploadLimitExceeded":     {do: refusing(400, "uploadLimitExceeded"), kind: destination.Deferred, status: 400, reason: "no more videos today"},
		"a rate limit of the day": {do: answering(429, perDay), kind: destination.Deferred, status: 429, reason: "quota for today"},
		"rateLimitExceeded":       {do: refusing(403, "rateLimitExceeded"), kind: destination.Retry, status: 403, reason: "too often"},
		"userRateLimitExceeded":   {do: refusing(403, "userRateLimitExceeded", "Retry-After", "12"), kind: destination.Retry, status: 403, reason: "too often", after: 12 * time.Second},
		"429 with Retry-After":    {do: refusing(429, "", "Retry-After", "90"), kind: destination.Retry, status: 429, reason: "too often", after: 90 * time.Second},
		"429 until a date": {do: refusing(429, "", "Retry-After", "Sat, 01 Jan 2000 00:05:00 GMT"),
			kind: destination.Retry, status: 429, reason: "too often", after: 5 * time.Minute},
		"500":                   {do: refusing(500, "backendError"), kind: destination.Retry, status: 500, reason: "status 500"},
		"503 for a long time":   {do: refusing(503, "backendError", "Retry-After", "300"), kind: destination.Retry, status: 503, reason: "status 503", after: 5 * time.Minute},
		"503 of a proxy":        {do: answering(503, "<html>"), kind: destination.Retry, status: 503, reason: "status 503"},
		"408":                   {do: refusing(408, ""), kind: destination.Retry, status: 408, reason: "status 408"},
		"400 backendError":      {do: refusing(400, "backendError"), kind: destination.Retry, status: 400, reason: "status 400"},
		"forbidden":             {do: refusing(403, "forbidden"), kind: destination.Final, status: 403, reason: "does not allow this account"},
		"invalidTitle":          {do: refusing(400, "invalidTitle"), kind: destination.Final, status: 400, reason: "video's title"},
		"invalidDescription":    {do: refusing(400, "invalidDescription"), kind: destination.Final, status: 400, reason: "video's description"},
		"invalidTags":           {do: refusing(400, "invalidTags"), kind: destination.Final, status: 400, reason: "video's tags"},
		"invalidCategoryId":     {do: refusing(400, "invalidCategoryId"), kind: destination.Final, status: 400, reason: "video's category"},
		"invalidVideoMetadata":  {do: refusing(400, "invalidVideoMetadata"), kind: destination.Final, status: 400, reason: "title or category"},
		"youtubeSignupRequired": {do: refusing(401, "youtubeSignupRequired"), kind: destination.Final, status: 401, reason: "no YouTube channel"},
		"accountSuspended":      {do: refusing(403, "authenticatedUserAccountSuspended"), kind: destination.Final, status: 403, reason: "suspended"},
		"an unknown reason":     {do: refusing(400, "mystery"), kind: destination.Final, status: 400, reason: "mystery (status 400)"},
		"403 without a reason":  {do: answering(403, ""), kind: destination.Final, status: 403, reason: "status 403"},
		"401 for ever":          {do: refusing(401, "authError"), kind: destination.Final, status: 401, reason: "needs a new login"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, at := range []string{askOpen, askSend} {
				t.Run(at, func(t *testing.T) {
					within(t, func(t *testing.T, b *bench) {
						b.fails(at, 0, c.do)
						b.fails(askStatus, 0, c.do)
						_, err := b.publish()
						refused := b.requireKind(err, c.kind)
						require.Equal(t, c.status, refused.Status)
						require.Contains(t, refused.Reason, c.reason)
						require.Equal(t, c.after, refused.After)
						if c.kind == destination.Deferred {
							require.Equal(t, midnight, refused.Until)
						} else {
							require.Zero(t, refused.Until)
						}
						require.Empty(t, b.fake.videos)
						b.mended()
						<-time.NewTimer(3 * time.Minute).C
						published, err := b.publish()
						b.requireOne(published, err)
					})
				})
			}
		})
	}
}

func TestATokenServiceThatRefusesNeedsALogin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   misdeed
		kind destination.Kind
	}{
		"invalid_grant":    {answering(400, `{"error":"invalid_grant","error_description":"Token has been revoked: refresh-1."}`, "Content-Type", "application/json"), destination.Final},
		"invalid_client":   {answering(401, `{"error":"invalid_client"}`, "Content-Type", "application/json"), destination.Final},
		"trouble":          {answering(503, "refresh-1"), destination.Retry},
		"too often":        {answering(429, "{}"), destination.Retry},
		"no token at all":  {answering(200, `{"error_description":"refresh-1"}`), destination.Retry},
		"a lost answer":    {losingTheAnswer, destination.Retry},
		"a server asleep":  {hanging, destination.Retry},
		"no JSON":          {answering(200, "<html>refresh-1"), destination.Retry},
		"a hostile answer": {answering(200, `{"access_token":"access-\r\nX: y","token_type":"Bearer"}`), destination.Retry},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				b.fails(askToken, 0, c.do)
				_, err := b.publish()
				refused := b.requireKind(err, c.kind)
				if c.kind == destination.Final {
					require.Contains(t, refused.Reason, "needs a new login")
				}
				require.Equal(t, []string{askToken}, b.fake.asked)
				b.mended()
				published, err := b.publish()
				b.requireOne(published, err)
			})
		})
	}
}

func TestATokenIsRenewedOnceAndNotForEver(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askSend, 0, refusing(401, "authError"))
		_, err := b.publish()
		b.requireKind(err, destination.Final)
		require.Equal(t, 2, b.count(askToken))
		require.Equal(t, 2, b.count(askSend))
		require.NotEmpty(t, b.store.session.Address, "the session is good, the login is not")
	})
}

func TestAQuotaThatEndsInMidUploadKeepsTheSession(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askSend, 3, refusing(403, "quotaExceeded"))
		_, err := b.publish()
		refused := b.requireKind(err, destination.Deferred)
		<-time.NewTimer(time.Until(refused.Until)).C
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 1, b.count(askOpen))
		require.Equal(t, 5, b.count(askSend))
	})
}

func TestAFinalRefusalOfASessionDropsIt(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askSend, 2, refusing(400, "invalidTitle"))
		_, err := b.publish()
		b.requireKind(err, destination.Final)
		require.Empty(t, b.store.session.Address)
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 2, b.count(askOpen))
		require.Equal(t, 1, b.count(askPlaylist), "it is looked for before it is sent again")
	})
}

func TestALastByteThatWasRefusedIsSentAgainAtOnce(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.chunk = int64(len(b.content)) // one chunk, the last
		b.fails(askSend, 1, refusing(403, "forbidden"))
		_, err := b.publish()
		b.requireKind(err, destination.Final)
		published, err := b.publish()
		b.requireOne(published, err)
	})
}

func TestARefusalAfterALostAnswerIsNoWordOnTheLastByte(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.chunk = int64(len(b.content))
		b.fake.lag = time.Minute
		b.fails(askSend, 1, losingTheAnswer)
		b.fails(askStatus, 1, refusing(403, "forbidden"))
		_, err := b.publish()
		b.requireKind(err, destination.Final)
		_, err = b.publish()
		b.requireKind(err, destination.Retry)
		require.Len(t, b.fake.videos, 1, "the answer was lost, the video was not")
	})
}

func TestAVideoThatYouTubeRefusesAfterwardsIsFinal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ status, reason, words string }{
		{"rejected", "copyright", "infringes a copyright"},
		{"rejected", "duplicate", "same video already"},
		{"rejected", "", "no reason was given"},
		{"rejected", "brandNew", `"brandNew"`},
		{"failed", "codec", "codec is not supported"},
		{"failed", "uploadAborted", "not finished"},
		{"deleted", "", "deleted the video"},
	} {
		t.Run(c.status+" "+c.reason, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				b.fake.status, b.fake.reason = c.status, c.reason
				_, err := b.publish()
				refused := b.requireKind(err, destination.Final)
				require.Contains(t, refused.Reason, c.words)
				require.Empty(t, b.store.session.Address, "the session is dropped")
				b.fake.status, b.fake.reason = "", ""
				published, err := b.publish()
				require.NoError(t, err)
				require.Equal(t, "video-2", published.Ref, "a retry sends it anew")
				require.Equal(t, b.content, b.fake.videos[1].bytes)
			})
		})
	}
}

func TestAVideoThatIsStillProcessedCountsAsPublished(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fake.status = "uploaded"
		begun := time.Now()
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 30*time.Second, time.Since(begun))
		require.Equal(t, 6, b.count(askVideos))
	})
}

func TestAVideoIsPublishedAsSoonAsItIsProcessed(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fake.status = "uploaded"
		b.fails(askVideos, 3, func(f *fake, w http.ResponseWriter, r *http.Request, honest http.HandlerFunc) {
			f.mu.Lock()
			f.videos[0].status = "processed"
			f.mu.Unlock()
			honest(w, r)
		})
		begun := time.Now()
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 3*time.Second, time.Since(begun))
	})
}
