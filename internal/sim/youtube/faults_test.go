package youtube

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// refused are the kinds that answer with an error of the platform's, with its
// status and reason.
var refused = map[string]struct {
	status int
	reason string
}{
	"401": {401, "authError"}, "403": {403, "forbidden"}, "404": {404, "notFound"}, "429": {429, "rateLimitExceeded"},
	"500": {500, "internalError"}, "503": {503, "backendError"},
	"400": {400, "badRequest"}, "forbidden": {403, "forbidden"}, "liveChatDisabled": {403, "liveChatDisabled"},
	"liveChatEnded": {403, "liveChatEnded"}, "liveChatNotFound": {404, "liveChatNotFound"}, "pageTokenInvalid": {400, "pageTokenInvalid"},
	"rateLimitExceeded": {403, "rateLimitExceeded"}, "dailyLimitExceeded": {403, "dailyLimitExceeded"},
	"liveChatIdRequired": {400, "liveChatIdRequired"}, "messageTextRequired": {400, "messageTextRequired"}, "typeRequired": {400, "typeRequired"},
	"messageTextInvalid": {400, "messageTextInvalid"}, "preconditionCheckFailed": {400, "preconditionCheckFailed"},
	kindQuota: {403, "quotaExceeded"}, kindUploadLimit: {400, "uploadLimitExceeded"}, kindSignup: {401, "youtubeSignupRequired"},
}

func TestEveryTargetRefusesInThePlatformsWords(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(300 * kib)
	address := r.open(len(film))
	before := used(r)
	for _, target := range Targets() {
		if target.Name == TargetToken || target.Name == TargetFinish {
			continue
		}
		for _, kind := range target.Kinds {
			want, ok := refused[kind]
			if !ok {
				continue
			}
			r.fault(target.Name, kind, 1)
			var a answer
			switch target.Name {
			case TargetInit:
				a = r.initiate(said, 10)
			case TargetUpload:
				a = r.mustPut(address, film, 0, 256*kib)
			case TargetStatus:
				a = r.status(address, len(film))
			case TargetList:
				a = r.get("/channels?part=id&mine=true")
			case TargetLive:
				a = r.get("/liveBroadcasts?part=id&mine=true")
			case TargetChatList:
				a = r.get("/liveChat/messages?part=id&liveChatId=x")
			case TargetChatStream:
				a = r.get("/liveChat/messages/stream?part=id&liveChatId=x")
			case TargetChatInsert:
				a = r.must(http.MethodPost, r.url+APIPath+"/liveChat/messages?part=snippet", nil, nil)
			case TargetChatModerate:
				a = r.must(http.MethodDelete, r.url+APIPath+"/liveChat/bans?id=x", nil, nil)
			case TargetAuthorize:
				a = r.must(http.MethodGet, r.url+AuthorizePath, nil, nil)
			case TargetDevice:
				a = r.must(http.MethodPost, r.url+DevicePath, nil, nil)
			case TargetRevoke:
				a = r.must(http.MethodPost, r.url+RevokePath, nil, nil)
			}
			require.Equal(t, want.status, a.status, "%s %s", target.Name, kind)
			require.Equal(t, want.reason, a.reason(t), "%s %s", target.Name, kind)
			require.Equal(t, kind == "429", a.header.Get("Retry-After") != "", "%s %s", target.Name, kind)
		}
	}
	require.Equal(t, before, used(r))
	require.Len(t, r.Uploads(), 1)
	r.incomplete(r.status(address, len(film)), 0)
	require.Empty(t, r.faults.Active())
}

func TestAHangDoesNothingAndNeverAnswers(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(300 * kib)
	address := r.open(len(film))
	for target, ask := range map[string]func(context.Context) error{
		TargetInit:   func(ctx context.Context) error { return r.within(ctx, http.MethodPost, r.url+openPath, "") },
		TargetUpload: func(ctx context.Context) error { return r.within(ctx, http.MethodPut, address, "bytes 0-0/*") },
		TargetStatus: func(ctx context.Context) error { return r.within(ctx, http.MethodPut, address, "bytes */*") },
		TargetList:   func(ctx context.Context) error { return r.within(ctx, http.MethodGet, r.url+APIPath+"/channels", "") },
		TargetToken:  func(ctx context.Context) error { return r.within(ctx, http.MethodPost, r.url+TokenPath, "") },
	} {
		r.fault(target, kindHang, 1)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- ask(ctx) }()
		require.Eventually(t, func() bool { return len(r.faults.Active()) == 0 }, 20*time.Second, time.Millisecond, target)
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled, target)
	}
	require.Len(t, r.Uploads(), 1)
	require.Zero(t, r.Uploads()[0].Stored)
}

// within sends a request, of one byte at most, that ends with ctx.
func (r *rig) within(ctx context.Context, method, address, span string) error {
	var body io.Reader
	if span == "bytes 0-0/*" {
		body = strings.NewReader("x")
	}
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+r.token)
	if span != "" {
		request.Header.Set("Content-Range", span)
	}
	response, err := noRedirects.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	return err
}

func TestAnOpeningCanLoseItsAnswer(t *testing.T) {
	t.Parallel()
	r := build(t)
	for i, kind := range []string{kindClose, kindTruncate, kindMalformed} {
		r.fault(TargetInit, kind, 1)
		a, err := r.send(http.MethodPost, r.url+openPath, nil, []byte(said))
		if kind == kindMalformed {
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, a.status)
			require.Empty(t, a.header.Get("Location"))
		} else {
			require.Error(t, err, kind)
		}
		require.Len(t, r.Uploads(), i+1, "it was opened all the same")
	}
}

func TestAPieceCanBeStoredInPart(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(1500 * kib)
	address := r.open(len(film))
	r.fault(TargetUpload, kindPartial, 1)
	r.incomplete(r.mustPut(address, film, 0, 1024*kib), 512*kib)
	r.fault(TargetUpload, kindPartial, 1)
	r.incomplete(r.mustPut(address, film, 512*kib, len(film)), 768*kib)
	r.fault(TargetFinish, kindPartial, 1)
	r.incomplete(r.mustPut(address, film, 768*kib, 1024*kib), 1024*kib)
	require.Len(t, r.faults.Active(), 1, "the last piece has not come yet")
	r.incomplete(r.mustPut(address, film, 1024*kib, len(film)), 1024*kib)
	r.made(r.mustPut(address, film, 1024*kib, len(film)))
	require.Equal(t, sha(film), r.Videos()[0].SHA256)
}

func TestAPieceCanBeStoredAndItsAnswerSpoilt(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(800 * kib)
	address := r.open(len(film))
	r.fault(TargetUpload, kindTruncate, 1)
	_, err := r.put(address, film, 0, 256*kib)
	require.Error(t, err)
	r.incomplete(r.status(address, len(film)), 256*kib)
	r.fault(TargetUpload, kindMalformed, 1)
	a := r.mustPut(address, film, 256*kib, 512*kib)
	require.Equal(t, http.StatusPermanentRedirect, a.status)
	require.Equal(t, "bytes=0-many", a.header.Get("Range"))
	r.incomplete(r.status(address, len(film)), 512*kib)
	r.fault(TargetStatus, kindMalformed, 1)
	require.Equal(t, garbage, r.status(address, len(film)).body)
	for _, kind := range []string{kindTruncate, kindClose} {
		r.fault(TargetStatus, kind, 1)
		_, err = r.send(http.MethodPut, address, map[string]string{"Content-Range": "bytes */*"}, nil)
		require.Error(t, err)
	}
}

func TestALostUploadStaysLost(t *testing.T) {
	t.Parallel()
	film := media(300 * kib)
	for _, target := range []string{TargetUpload, TargetStatus} {
		for kind, status := range map[string]int{kindLostSession: http.StatusNotFound, kindGone: http.StatusGone} {
			t.Run(target+" "+kind, func(t *testing.T) {
				t.Parallel()
				r := build(t)
				address := r.open(len(film))
				r.incomplete(r.mustPut(address, film, 0, 256*kib), 256*kib)
				r.fault(target, kind, 1)
				if target == TargetUpload {
					require.Equal(t, status, r.mustPut(address, film, 256*kib, len(film)).status)
				}
				require.Equal(t, status, r.status(address, len(film)).status)
				require.Equal(t, status, r.mustPut(address, film, 0, len(film)).status)
				require.Equal(t, "lost", r.Uploads()[0].State)
				require.Equal(t, status, reopen(t, r.dir, nil).session0().Ended)
				require.Empty(t, r.Videos())
			})
		}
	}
}

func TestALostAnswerToTheLastPieceLeavesTheVideo(t *testing.T) {
	t.Parallel()
	film := media(300 * kib)
	for _, kind := range []string{kindClose, kindTruncate, kindMalformed, "500", "503", kindLostSession, kindGone} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := build(t)
			address := r.open(len(film))
			r.fault(TargetFinish, kind, 1)
			r.incomplete(r.mustPut(address, film, 0, 256*kib), 256*kib)
			a, err := r.put(address, film, 256*kib, len(film))
			after := r.status(address, len(film))
			require.Len(t, r.Videos(), 1)
			require.Equal(t, sha(film), r.Videos()[0].SHA256)
			switch kind {
			case kindClose, kindTruncate:
				require.Error(t, err)
			case kindMalformed:
				require.NoError(t, err)
				require.Equal(t, garbage, a.body)
			case kindLostSession, kindGone:
				require.NoError(t, err)
				require.Equal(t, a.status, after.status)
				listed := r.list("/playlistItems?part=snippet&playlistId=" + r.seed.Accounts[0].uploads())
				require.Equal(t, r.Videos()[0].ID, listed.Items[0].Snippet.ResourceID.VideoID)
				return
			default:
				require.NoError(t, err)
				require.Equal(t, refused[kind].status, a.status)
			}
			require.Equal(t, r.Videos()[0].ID, r.made(after).ID)
			require.Len(t, r.Videos(), 1)
		})
	}
}

func TestALastPieceThatHangsIsStored(t *testing.T) {
	t.Parallel()
	r := build(t)
	film := media(10)
	address := r.open(len(film))
	r.fault(TargetFinish, kindHang, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := (&rig{Server: r.Server, t: ctxTB{t, ctx}, token: r.token}).put(address, film, 0, len(film))
		ended <- err
	}()
	require.Eventually(t, func() bool { return len(r.Videos()) == 1 }, 20*time.Second, time.Millisecond)
	cancel()
	require.Error(t, <-ended)
	require.Equal(t, r.Videos()[0].ID, r.made(r.status(address, len(film))).ID)
}

// ctxTB is a test whose requests end earlier.
type ctxTB struct {
	testing.TB
	ctx context.Context
}

func (t ctxTB) Context() context.Context { return t.ctx }

func TestTheLastPieceCanBeRefusedAndCompletedLater(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"401", "403", "429", kindQuota, kindUploadLimit} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := build(t)
			film := media(300 * kib)
			address := r.open(len(film))
			r.fault(TargetFinish, kind, 1)
			a := r.mustPut(address, film, 0, len(film))
			require.Equal(t, refused[kind].status, a.status)
			require.Equal(t, refused[kind].reason, a.reason(t))
			require.Empty(t, r.Videos())
			require.EqualValues(t, len(film), r.Uploads()[0].Stored)
			r.made(r.status(address, len(film)))
		})
	}
}

func TestAVideoCanBeRejectedOrFailWhileItIsProcessed(t *testing.T) {
	t.Parallel()
	r := build(t)
	for _, kind := range []string{kindRejected, kindFailed} {
		r.fault(TargetFinish, kind, 1)
		v := r.upload(kind, "private")
		require.Equal(t, "uploaded", v.Status.UploadStatus)
		r.clock.move(time.Second)
		var l struct{ Items []video }
		r.get("/videos?part=status,processingDetails&id="+v.ID).decode(t, &l)
		require.Equal(t, kind, l.Items[0].Status.UploadStatus)
		require.NotEmpty(t, l.Items[0].Status.RejectionReason+l.Items[0].Status.FailureReason)
		require.NotEqual(t, "succeeded", l.Items[0].ProcessingDetails.ProcessingStatus)
	}
	require.Equal(t, kindFailed, reopen(t, r.dir, func(o *Options) { o.Clock = r.clock.now }).Videos()[1].UploadStatus)
}

func TestAListingCanBeStale(t *testing.T) {
	t.Parallel()
	r := build(t)
	r.upload("x", "private")
	playlist := "/playlistItems?part=snippet&playlistId=" + r.seed.Accounts[0].uploads()
	r.fault(TargetList, kindStale, 1)
	require.Empty(t, r.list(playlist).Items)
	require.Len(t, r.list(playlist).Items, 1)
}

func TestFaultsOfListsAndTokensAreSpoiltAnswers(t *testing.T) {
	t.Parallel()
	r := build(t)
	for target, ask := range map[string]func() (answer, error){
		TargetList: func() (answer, error) {
			return r.send(http.MethodGet, r.url+APIPath+"/channels?part=id&mine=true", nil, nil)
		},
		TargetToken: func() (answer, error) {
			return r.send(http.MethodPost, r.url+TokenPath, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte("x=y"))
		},
	} {
		for _, kind := range []string{kindTruncate, kindClose} {
			r.fault(target, kind, 1)
			_, err := ask()
			require.Error(t, err, "%s %s", target, kind)
		}
		r.fault(target, kindMalformed, 1)
		a, err := ask()
		require.NoError(t, err)
		require.Equal(t, garbage, a.body)
	}
}
