package youtube_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"
)

type misdeed = func(f *fake, w http.ResponseWriter, r *http.Request, honest http.HandlerFunc)

// refusing answers with a status and a reason, and headers as key, value, ….
func refusing(status int, reason string, headers ...string) misdeed {
	return func(_ *fake, w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		refuse(w, status, reason)
	}
}

// answering answers with any status and body.
func answering(status int, body string, headers ...string) misdeed {
	return func(_ *fake, w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// losingTheAnswer does what was asked, and cuts the connection.
func losingTheAnswer(_ *fake, _ http.ResponseWriter, r *http.Request, honest http.HandlerFunc) {
	honest(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// storedBut does what was asked, and answers with something else and no body.
func storedBut(status int, headers ...string) misdeed {
	return func(f *fake, w http.ResponseWriter, r *http.Request, honest http.HandlerFunc) {
		honest(httptest.NewRecorder(), r)
		answering(status, "", headers...)(f, w, r, honest)
	}
}

// cuttingAt reads that many bytes of the body and cuts the connection.
func cuttingAt(n int64) misdeed {
	return func(_ *fake, w http.ResponseWriter, r *http.Request, honest http.HandlerFunc) {
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, n), torn{}))
		honest(w, r)
	}
}

type torn struct{}

func (torn) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// taking stores no more than that many bytes of the chunk.
func taking(n int64) misdeed {
	return func(f *fake, w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) { f.receive(n)(w, r) }
}

// hanging reads everything and never answers.
func hanging(_ *fake, _ http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// deaf reads nothing and never answers.
func deaf(f *fake, _ http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
	<-f.ended
	panic(http.ErrAbortHandler)
}

// losingSessions forgets every session that is not finished, or every one.
func losingSessions(finished bool, then misdeed) misdeed {
	return func(f *fake, w http.ResponseWriter, r *http.Request, honest http.HandlerFunc) {
		defer func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			for id, s := range f.sessions {
				if finished || s.video == nil {
					f.sessions[id] = nil
					f.sessions["was-"+id] = s
				}
			}
		}()
		then(f, w, r, honest)
	}
}

// range308 claims to have the bytes that a Range header names.
func range308(value string) misdeed { return answering(308, "", "Range", value) }

// others adds videos that were uploaded before, the last one newest.
func (f *fake) others(at time.Time, titles ...string) {
	for _, title := range titles {
		f.videos = append(f.videos, &video{id: fmt.Sprintf("other-%d", len(f.videos)+1), title: title, status: "processed", at: at})
	}
}
