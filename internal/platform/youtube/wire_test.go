package youtube

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// What a test's own transport cannot show: real connections, and servers that
// answer before they have read.
func TestChunksGoOverRealConnections(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("http2 %v", http2), func(t *testing.T) {
			t.Parallel()
			content := bytes.Repeat([]byte("0123456789abcdef"), 256<<10) // 4 MiB
			var puts atomic.Int32
			var mu sync.Mutex
			var got []byte
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/token":
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, `{"access_token":"access-1","expires_in":3599}`)
				case r.Method == http.MethodPost:
					w.Header().Set("Location", "/upload?upload_id=xyzzy")
				default:
					mu.Lock()
					defer mu.Unlock()
					switch puts.Add(1) {
					case 1: // without reading
						w.WriteHeader(http.StatusUnauthorized)
					case 2: // without reading
						w.WriteHeader(http.StatusServiceUnavailable)
					case 3: // a part of it
						got, _ = io.ReadAll(io.LimitReader(r.Body, 3<<20))
						w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", len(got)-1))
						w.WriteHeader(http.StatusPermanentRedirect)
					default:
						rest, _ := io.ReadAll(r.Body)
						got = append(got, rest...)
						w.WriteHeader(http.StatusCreated)
						_, _ = io.WriteString(w, `{"id":"dQw4w9WgXcQ"}`)
					}
				}
			}))
			server.EnableHTTP2 = http2
			server.StartTLS()
			defer server.Close()
			c, err := New(Config{
				Endpoints: Endpoints{API: server.URL, OAuth: server.URL + "/token"}, ClientID: "a", ClientSecret: "b", RefreshToken: "c",
				HTTPClient: server.Client(), Log: zerolog.Nop(),
			})
			require.NoError(t, err)
			address, err := c.StartUpload(t.Context(), film)
			require.NoError(t, err)
			send := func(from int64) (Progress, error) {
				return c.SendChunk(t.Context(), address, Chunk{
					File: bytes.NewReader(content), From: from, Bytes: int64(len(content)) - from, Total: int64(len(content)),
				})
			}
			_, err = send(0)
			var failed *Error
			require.ErrorAs(t, err, &failed)
			require.True(t, failed.Doubtful(), "503, or a connection that ended while the chunk was written")
			for puts.Load() < 2 { // the refusal of the token was lost with its connection
				_, err = send(0)
				require.Error(t, err)
			}
			progress, err := send(0)
			if err != nil { // the connection of the part was closed on us
				mu.Lock()
				progress.Confirmed = int64(len(got))
				mu.Unlock()
			}
			require.Equal(t, int64(3<<20), progress.Confirmed)
			progress, err = send(progress.Confirmed)
			require.NoError(t, err)
			require.Equal(t, "dQw4w9WgXcQ", progress.VideoID)
			mu.Lock()
			defer mu.Unlock()
			require.True(t, bytes.Equal(content, got))
		})
	}
}
