package youtube

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	api "google.golang.org/api/youtube/v3"
)

// ChunkUnit is what the size of every chunk but the last has to be a multiple
// of, in bytes.
const ChunkUnit = 256 << 10

// Upload is a video that is about to be sent.
type Upload struct {
	Video             *api.Video // snippet and status
	Bytes             int64      // of the whole file
	ContentType       string     // such as "video/mp4"
	NotifySubscribers bool
}

// Progress is where an upload stands.
type Progress struct {
	Confirmed int64  // the server has that many bytes, from the first on
	VideoID   string // of the finished upload; empty before
}

// Chunk is a part of a file.
type Chunk struct {
	File  io.ReaderAt // the whole file
	From  int64       // offset of the chunk
	Bytes int64       // length of the chunk; not 0
	Total int64       // length of the file
}

// StartUpload opens an upload session (videos.insert) and returns its address,
// which is a secret. Nothing of the video is sent. Opening a session that is
// never used does no harm.
func (c *Client) StartUpload(ctx context.Context, upload Upload) (string, error) {
	const operation = "videos.insert open"
	body, err := json.Marshal(upload.Video)
	if err != nil {
		return "", &Error{Operation: operation, Err: errors.New("the video cannot be described as JSON")}
	}
	query := url.Values{"uploadType": {"resumable"}, "part": {"snippet,status"}}
	if !upload.NotifySubscribers {
		query.Set("notifySubscribers", "false")
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost,
		c.cfg.Endpoints.API+"/upload/youtube/v3/videos?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		return "", &Error{Operation: operation, Err: errors.New("the request cannot be built")}
	}
	req.Header.Set("Content-Type", "application/json; charset=UTF-8")
	req.Header.Set("X-Upload-Content-Length", strconv.FormatInt(upload.Bytes, 10))
	req.Header.Set("X-Upload-Content-Type", upload.ContentType)
	resp, err := c.http.Do(req)
	if err != nil {
		return "", c.lost(ctx, operation, "", 0, err)
	}
	answer, err := c.answer(ctx, operation, "", resp)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusCreated {
		return "", c.refused(operation, "", resp.StatusCode, resp.Header, answer)
	}
	session, err := c.sessionAddress(resp)
	if err != nil {
		return "", &Error{Operation: operation, Status: resp.StatusCode, Err: fmt.Errorf("%w: %w", ErrBroken, err)}
	}
	return session, nil
}

// UploadStatus asks how much of total bytes a session has. It fails with
// ErrSessionLost when the session is gone, and with a *RangeError when the
// server claims to have fewer bytes than it confirmed before.
func (c *Client) UploadStatus(ctx context.Context, session string, confirmed, total int64) (Progress, error) {
	return c.put(ctx, put{
		operation: "videos.insert status", session: session, confirmed: confirmed, sent: total,
		contentRange: fmt.Sprintf("bytes */%d", total),
	})
}

// SendChunk sends a part of the file. The server may take less of it than was
// sent. An error that is Doubtful leaves open how much arrived: UploadStatus
// tells. It fails with ErrSessionLost when the session is gone.
func (c *Client) SendChunk(ctx context.Context, session string, chunk Chunk) (Progress, error) {
	end := chunk.From + chunk.Bytes
	return c.put(ctx, put{
		operation: "videos.insert send", session: session, confirmed: chunk.From, sent: end, length: chunk.Bytes,
		contentRange: fmt.Sprintf("bytes %d-%d/%d", chunk.From, end-1, chunk.Total),
		body:         func() io.Reader { return io.NewSectionReader(chunk.File, chunk.From, chunk.Bytes) },
	})
}

// put is a request to a session.
type put struct {
	operation, session string
	contentRange       string
	confirmed, sent    int64            // between them is what the server can have afterwards
	length             int64            // of the body
	body               func() io.Reader // nil for none
}

func (c *Client) put(ctx context.Context, p put) (Progress, error) {
	if err := c.checkSession(p.session); err != nil {
		return Progress{}, &Error{Operation: p.operation, Err: fmt.Errorf("%w: %w", ErrSessionLost, err)}
	}
	ctx, watch, stop := watched(ctx, c.cfg.IdleTimeout)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, p.session, nil)
	if err != nil {
		return Progress{}, &Error{Operation: p.operation, Err: fmt.Errorf("%w: the request cannot be built", ErrSessionLost)}
	}
	req.Header.Set("Content-Range", p.contentRange)
	if p.body != nil {
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(watchedReader{p.body(), watch}), nil }
		req.Body, _ = req.GetBody()
		req.ContentLength = p.length
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return Progress{}, c.lost(ctx, p.operation, p.session, 0, err)
	}
	watch.moved()
	answer, err := c.answer(ctx, p.operation, p.session, resp)
	if err != nil {
		return Progress{}, err
	}
	return c.progress(p, resp, answer)
}

var videoID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// progress reads what a session answered.
func (c *Client) progress(p put, resp *http.Response, answer []byte) (Progress, error) {
	switch resp.StatusCode {
	case http.StatusPermanentRedirect: // "Resume Incomplete" in this protocol
		n, err := stored(resp.Header, p.confirmed, p.sent)
		if err != nil {
			return Progress{}, &Error{Operation: p.operation, Status: resp.StatusCode, Err: err}
		}
		return Progress{Confirmed: n}, nil
	case http.StatusOK, http.StatusCreated:
		var video api.Video
		if json.Unmarshal(answer, &video) != nil || !videoID.MatchString(video.Id) {
			return Progress{}, &Error{Operation: p.operation, Status: resp.StatusCode, Err: fmt.Errorf("%w: it names no video", ErrBroken)}
		}
		return Progress{Confirmed: p.sent, VideoID: video.Id}, nil
	}
	return Progress{}, c.refused(p.operation, p.session, resp.StatusCode, resp.Header, answer)
}
