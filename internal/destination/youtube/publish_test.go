package youtube_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/destination/youtube"
)

func TestAClipIsPublishedWholeWithItsMarker(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, "Boss fight - 01/01/00 clip by ann [ab12cd]", b.fake.videos[0].title)
		require.Equal(t, []int64{unit, 2 * unit, 3 * unit, b.item.Bytes}, b.sent)
		require.Equal(t, []string{askToken, askOpen, askSend, askSend, askSend, askSend, askVideos}, b.fake.asked, "nothing is looked for")
		require.Equal(t, map[string]any{"privacyStatus": "private", "selfDeclaredMadeForKids": false}, b.fake.sessions["secret-1"].body["status"])
		require.Contains(t, b.fake.sessions["secret-1"].query, "notifySubscribers=false")
		require.False(t, b.store.session.FinishingAt.IsZero())
	})
}

func TestASmallClipIsOneChunk(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.chunk = 0 // the default
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 1, b.count(askSend))
	})
}

func TestAPublishedClipIsFoundAgainByItsSession(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		_, err := b.publish()
		require.NoError(t, err)
		require.NoError(t, os.Remove(b.item.Path), "not even the file is needed")
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 1, b.count(askOpen))
	})
}

func TestEveryTroubleOnTheWayEndsInOneWholeVideo(t *testing.T) {
	t.Parallel()
	type trouble struct {
		kind string
		nth  int
		do   misdeed
	}
	for name, c := range map[string]struct {
		chunk    int64
		troubles []trouble
		opened   int // sessions; 1 when 0
	}{
		"the server takes less than was sent":        {troubles: []trouble{{askSend, 2, taking(100_000)}, {askSend, 3, taking(1)}}},
		"the server takes little of the last chunk":  {troubles: []trouble{{askSend, 4, taking(3)}}},
		"the server takes nothing of the first":      {troubles: []trouble{{askSend, 1, taking(0)}}},
		"503 in the middle":                          {troubles: []trouble{{askSend, 2, refusing(503, "backendError")}}},
		"500 after the bytes were stored":            {troubles: []trouble{{askSend, 2, storedBut(500)}}},
		"503 with a Retry-After":                     {troubles: []trouble{{askSend, 2, refusing(503, "backendError", "Retry-After", "7")}}},
		"the connection is cut in mid-chunk":         {chunk: 2 * unit, troubles: []trouble{{askSend, 1, cuttingAt(unit + 1000)}}},
		"the connection is cut at the first byte":    {troubles: []trouble{{askSend, 1, cuttingAt(0)}}},
		"an answer in the middle is lost":            {troubles: []trouble{{askSend, 2, losingTheAnswer}}},
		"the last answer is lost":                    {troubles: []trouble{{askSend, 4, losingTheAnswer}}},
		"the last answer is truncated":               {troubles: []trouble{{askSend, 4, storedBut(200)}}},
		"the server hangs after a chunk":             {troubles: []trouble{{askSend, 2, hanging}}},
		"the server does not even read":              {troubles: []trouble{{askSend, 2, deaf}}},
		"the token is refused at the session":        {troubles: []trouble{{askSend, 2, refusing(401, "authError")}}},
		"the token is refused at the start":          {troubles: []trouble{{askOpen, 1, refusing(401, "authError")}}},
		"the token is refused for a status":          {troubles: []trouble{{askSend, 2, losingTheAnswer}, {askStatus, 1, refusing(401, "authError")}}},
		"a chunk's range is garbage":                 {troubles: []trouble{{askSend, 2, range308("bytes=7-9")}}},
		"a chunk's range goes backwards":             {troubles: []trouble{{askSend, 3, range308("bytes=0-9")}}},
		"a chunk's range goes beyond what was sent":  {troubles: []trouble{{askSend, 1, range308("bytes=0-600000")}}},
		"the session is lost early with 404":         {opened: 2, troubles: []trouble{{askSend, 2, losingSessions(true, refusing(404, "notFound"))}}},
		"the session is lost early with 410":         {opened: 2, troubles: []trouble{{askSend, 2, losingSessions(true, refusing(410, "gone"))}}},
		"the session is lost twice":                  {opened: 3, troubles: []trouble{{askSend, 2, refusing(404, "")}, {askSend, 4, refusing(404, "")}}},
		"the last answer and the session are lost":   {troubles: []trouble{{askSend, 4, losingSessions(true, losingTheAnswer)}}},
		"a finished session that no longer says how": {troubles: []trouble{{askSend, 4, losingTheAnswer}, {askStatus, 1, answering(200, "")}}},
		"the state of the video cannot be asked":     {troubles: []trouble{{askVideos, 0, refusing(503, "backendError")}}},
		"the state of the video may not be asked":    {troubles: []trouble{{askVideos, 0, refusing(403, "quotaExceeded")}}},
		"the video is not shown at once":             {troubles: []trouble{{askVideos, 1, answering(200, `{"items":[]}`)}}},
		"a redirect of a chunk is no answer":         {troubles: []trouble{{askSend, 2, answering(307, "", "Location", "http://evil.test/")}}},
		"a redirect in the form of a 308 is none":    {troubles: []trouble{{askSend, 4, answering(308, "", "Location", "http://evil.test/", "Range", "bytes=0-786431")}}},
		"all is stored and not yet finished":         {troubles: []trouble{{askSend, 4, storedBut(308, "Range", "bytes=0-798776")}}},
		"an answer of two megabytes is not read":     {troubles: []trouble{{askSend, 2, answering(200, string(make([]byte, 2<<20)))}}},
		"an answer that is no JSON is not trusted":   {troubles: []trouble{{askSend, 2, answering(201, "<html>")}}},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				if c.chunk != 0 {
					b.chunk = c.chunk
				}
				for _, x := range c.troubles {
					b.fails(x.kind, x.nth, x.do)
				}
				published, err := b.publish()
				b.requireOne(published, err)
				require.Equal(t, max(c.opened, 1), b.store.session.Opened)
				require.NotContains(t, b.called, "evil.test:80", "redirects are not followed")
			})
		})
	}
}

func TestAServerThatTakesNothingIsGivenTime(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askSend, 0, taking(0))
		_, err := b.publish()
		b.requireKind(err, destination.Retry)
		require.Equal(t, 6, b.count(askSend))
		b.mended()
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 1, b.count(askOpen), "the session is used again")
	})
}

func TestAPlatformThatHangsIsLeftAndGoesOnLater(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askSend, 2, hanging)
		b.fails(askStatus, 0, hanging)
		begun := time.Now()
		_, err := b.publish()
		b.requireKind(err, destination.Retry)
		require.Equal(t, 2*time.Minute+time.Second, time.Since(begun))
		b.mended()
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 1, b.count(askOpen))
	})
}

func TestASessionThatClaimsLessThanItConfirmedIsAskedAgainLater(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askSend, 3, losingTheAnswer)
		b.fails(askStatus, 1, range308("bytes=0-99"))
		_, err := b.publish()
		b.requireKind(err, destination.Retry)
		published, err := b.publish()
		b.requireOne(published, err)
	})
}

func TestSessionsThatAreAlwaysLostAreGivenTime(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askSend, 0, refusing(404, "notFound"))
		_, err := b.publish()
		b.requireKind(err, destination.Retry)
		require.Equal(t, 3, b.count(askOpen))
		require.Empty(t, b.store.session.Address)
		b.mended()
		published, err := b.publish()
		b.requireOne(published, err)
	})
}

func TestAStoredAddressThatCannotBeOneIsALostSession(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.store.session.Address, b.store.session.Opened = "http://platform.example/upload?upload_id=secret-9", 1
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, 1, b.count(askPlaylist))
		require.Equal(t, 2, b.store.session.Opened)
	})
}

func TestACancelledUploadGoesOnWhereItStopped(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		errStopped := errors.New("the worker stops")
		ctx, cancel := context.WithCancelCause(t.Context())
		_, err := b.destination().Publish(ctx, b.item, func(n int64) {
			if n >= 2*unit {
				cancel(errStopped)
			}
		})
		require.ErrorIs(t, err, errStopped)
		var refused *destination.Error
		require.NotErrorAs(t, err, &refused)
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, int64(2*unit), b.sent[0])
		require.Equal(t, 1, b.count(askOpen))
	})
}

func TestAFileThatIsGoneOrChangedIsFinalAndNothingIsSent(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(b *bench) error{
		"gone":    func(b *bench) error { return os.Remove(b.item.Path) },
		"longer":  func(b *bench) error { return os.WriteFile(b.item.Path, append(b.content, 1), 0o600) },
		"shorter": func(b *bench) error { return os.Truncate(b.item.Path, 10) },
		"other":   func(b *bench) error { return os.WriteFile(b.item.Path, make([]byte, len(b.content)), 0o600) },
		"a folder": func(b *bench) error {
			b.item.Path = b.t.TempDir()
			return nil
		},
		"empty": func(b *bench) error {
			b.item.Bytes = 0
			return nil
		},
		"nobody's": func(b *bench) error {
			b.item.CreatorID = "c2"
			return nil
		},
		"without an id": func(b *bench) error {
			b.item.ClipID = "../../x"
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				require.NoError(t, spoil(b))
				_, err := b.publish()
				refused := b.requireKind(err, destination.Final)
				require.NotContains(t, refused.Reason, "/")
				require.Empty(t, b.fake.asked)
			})
		})
	}
}

func TestTheDestinationHasItsName(t *testing.T) {
	t.Parallel()
	require.Equal(t, "youtube", youtube.New(youtube.Options{}).Name())
}
