package exports

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

// newestClips are so many queued clips, the newest first.
func newestClips(n int) []clip.Clip {
	clips := make([]clip.Clip, n)
	for i := range clips {
		clips[i] = someClip(n-i, clip.Queued)
	}
	return clips
}

// looking is a collector of five clips a document that has looked once.
func looking(t *testing.T, r *rows) *collector {
	t.Helper()
	settings := someSettings()
	settings.Newest = 5
	c := &collector{source: r, settings: func() Settings { return settings }, clock: time.Now}
	_, _, err := c.look(t.Context(), changes{complete: true})
	require.NoError(t, err)
	return c
}

// told are the changes that notices tell of.
func told(payloads ...string) (c changes) {
	for _, p := range payloads {
		c.tell(p)
	}
	return c
}

func files(t *testing.T, c *collector, told changes) []string {
	t.Helper()
	docs, _, err := c.look(context.Background(), told)
	require.NoError(t, err)
	var names []string
	for _, d := range docs {
		names = append(names, d.File)
	}
	return names
}

func TestOnlyDocumentsWhoseRowsChangedAreLookedAt(t *testing.T) {
	t.Parallel()
	r := &rows{clips: newestClips(12)}
	c := looking(t, r)
	front := r.clips[0].ClipID
	require.Equal(t, []string{FileClips, FileJobs}, files(t, c, told(store.NoticeClip+front)))
	require.Equal(t, []string{FileQuotas}, files(t, c, told(store.NoticeQuota)))
	require.Equal(t, []string{FileJobs}, files(t, c, told(store.NoticeTriggers+"Qx7Zt2")))
	require.Equal(t, 1, r.full, "only the complete set took all clips")

	anything := files(t, c, told(store.NoticeClip+front, "news of another version"))
	require.Contains(t, anything, FilePolls)
	require.Contains(t, anything, FileQuotas)
	require.NotContains(t, anything, ClipPage(1), "no row of a page changed")
}

func TestAChangedClipOnAPageIsWrittenThereAtOnce(t *testing.T) {
	t.Parallel()
	for _, also := range []string{store.NoticeQuota, ""} {
		r := &rows{clips: newestClips(12)}
		c := looking(t, r)
		old := files(t, c, told(store.NoticeClip+r.clips[11].ClipID, also))
		require.Contains(t, old, ClipPage(1))
		require.NotContains(t, old, ClipPage(2))
		require.Equal(t, also == "", slices.Contains(old, FileClips), "in front as well, when it may be more than that clip")
		require.Equal(t, 1, r.full)
		require.Equal(t, []int{5}, r.asked, "the rows of that page")
	}
}

// TestDocumentsOfSomeRowsAreThoseOfAll holds what is built from a part of the rows
// against what is built from all of them, for clips that come, change and go.
func TestDocumentsOfSomeRowsAreThoseOfAll(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 2))
		r := &rows{clips: newestClips(8 + random.IntN(12))}
		c := looking(t, r)
		held := clipDocuments(t, r)
		for next := 100; next < 160; next++ {
			var news []string
			r.clips = slices.Clone(r.clips)
			for range random.IntN(3) { // several may come at once
				r.clips = append([]clip.Clip{someClip(next, clip.Queued)}, r.clips...)
				news = append(news, store.NoticeClip+r.clips[0].ClipID)
				next++
			}
			switch i := random.IntN(len(r.clips)); random.IntN(12) {
			case 0: // it goes, and nobody is told of more than that
				news = append(news, store.NoticeClip+r.clips[i].ClipID)
				r.clips = slices.Delete(r.clips, i, i+1)
			case 1: // it comes late
				late := someClip(-next, clip.Queued)
				r.clips = append(r.clips, late)
				news = append(news, store.NoticeClip+late.ClipID)
			default:
				r.clips[i].Title = fmt.Sprintf("Title %d", next)
				news = append(news, store.NoticeClip+r.clips[i].ClipID)
			}
			docs, owned, err := c.look(t.Context(), told(news...))
			require.NoError(t, err)
			present := map[string]bool{}
			for _, d := range docs {
				present[d.File] = true
				if d.File == FileClips || isPage(FileClips, d.File) {
					held[d.File] = string(d.Data)
				}
			}
			maps.DeleteFunc(held, func(file, _ string) bool { return !present[file] && owned(file) })
			require.Equal(t, clipDocuments(t, r), held)
		}
		require.NotEmpty(t, r.asked)
	}
}

// clipDocuments are the documents of all clips, five a document.
func clipDocuments(t *testing.T, r *rows) map[string]string {
	t.Helper()
	docs, err := BuildAllClips(ClipsInput{Clips: r.clips, ChannelURL: someSettings().ChannelURL, Since: someSettings().Since}, 5)
	require.NoError(t, err)
	return texts(docs)
}

func TestWhatIsListedStaysListedWhenOneFamilyAloneIsReadAgain(t *testing.T) {
	t.Parallel()
	r := &rows{clips: newestClips(10)}
	c := looking(t, r)
	r.clips = newestClips(11)
	docs, owned, err := c.look(t.Context(), told(store.NoticeClip+r.clips[0].ClipID))
	require.NoError(t, err)
	require.Equal(t, FileMeta, docs[len(docs)-1].File)
	require.Contains(t, string(docs[len(docs)-1].Data), ClipPage(2))
	require.True(t, owned(ClipPage(3)), "a page that is no more is removed")
	require.False(t, owned("polls/page-1.json"), "of what was not read nothing is removed")
	require.False(t, owned(FileJobs))
}

func TestOnlyTheFilesThatTellOfAChangeAreWritten(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		r := &rows{clips: newestClips(12)}
		_, _, stop := running(t, tr, r)
		defer stop()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		before := sums(tr)
		r.mu.Lock()
		r.clips = slices.Clone(r.clips)
		r.clips[1].State = clip.Encoding
		handle := r.handle
		r.mu.Unlock()
		handle(Channel, store.NoticeClip+r.clips[1].ClipID)
		synctest.Wait()
		after := sums(tr)
		maps.DeleteFunc(after, func(file, sum string) bool { return before[file] == sum })
		require.Equal(t, []string{FileClips}, slices.Sorted(maps.Keys(after)))
	})
}

// sums are the hashes of documents that do not change with time alone.
func sums(tr *tree) map[string]string {
	found := map[string]string{}
	for _, e := range tr.manifest().Documents {
		if !e.Heartbeat {
			found[e.File] = e.SHA256
		}
	}
	return found
}

func TestNoticesAreGatheredAndKeptAfterAFailure(t *testing.T) {
	t.Parallel()
	n := newNews()
	n.hear(store.NoticeClip + "a00001")
	n.hear(store.NoticeClip + "a00002")
	<-n.wake
	first := n.take()
	require.Equal(t, clipRows, first.rows)
	require.Len(t, first.clips, 2)
	n.again(first)
	n.hear(store.NoticeQuota)
	require.Equal(t, changes{rows: clipRows | quotaRows, clips: first.clips}, n.take())
	require.Equal(t, changes{rows: anyRows}, n.take(), "who looks without a notice has lost some, or looks because it is time")
	for i := range maxTold + 1 {
		n.hear(fmt.Sprintf("%sc%d", store.NoticeClip, i))
	}
	require.True(t, n.take().complete, "too many to remember")
}

func TestTheSnapshotsCatalogueOfTriggersIsBounded(t *testing.T) {
	t.Parallel()
	in := someSnapshot()
	one := in.Triggers[0]
	in.Triggers = nil
	for range MaxCatalogued {
		in.Triggers = append(in.Triggers, one)
	}
	n := 0
	for _, c := range snapshotTriggersOf(in).Creators {
		n += len(c.Triggers)
	}
	require.Equal(t, MaxCatalogued, n)
	d, err := BuildSnapshot(in)
	require.NoError(t, err)
	requireValid(t, d)
}

func TestAListUnderTwoNamesIsWrittenAsIfItWereEncodedTwice(t *testing.T) {
	t.Parallel()
	type row struct {
		Text string `json:"text"`
	}
	for _, rows := range [][]row{{}, {{"\n  \"clips\": ["}, {"}\n}\n"}}} {
		twice, err := encodeTwice(FileClips, "clips", struct {
			At    string `json:"at"`
			Clips []row  `json:"clips"`
		}{"\n  \"clips\": ", rows})
		require.NoError(t, err)
		plainly, err := encode(FileClips, struct {
			At    string `json:"at"`
			Clips []row  `json:"clips"`
			Items []row  `json:"items"`
		}{"\n  \"clips\": ", rows, rows})
		require.NoError(t, err)
		require.Equal(t, string(plainly), string(twice))
	}
	_, err := encodeTwice(FileClips, "clips", struct{}{})
	require.True(t, err != nil && strings.Contains(err.Error(), "no list clips"))
}
