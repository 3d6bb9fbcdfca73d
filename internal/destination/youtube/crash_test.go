package youtube_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var errDead = errors.New("the process is dead")

// moment is where in a step a process dies.
type moment string

const (
	before moment = "before it" // what was to be done is not done
	amid   moment = "amid it"   // half of what was to be sent arrives
	after  moment = "after it"  // it is done, and nobody learns so
)

// doomed is a process that dies at its n-th step. Steps are requests to the
// platform and calls of the database; nothing works after the death.
type doomed struct {
	mu    sync.Mutex
	left  int // steps to go
	when  moment
	steps int
	last  string
	dead  bool
	next  http.RoundTripper
}

// step begins a step and reports how it ends.
func (d *doomed) step(name string) (dies bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return false, errDead
	}
	d.steps++
	d.left--
	if d.left != 0 {
		return false, nil
	}
	d.dead, d.last = true, name
	if d.when == before {
		return true, errDead
	}
	return true, nil
}

// RoundTrip implements http.RoundTripper.
func (d *doomed) RoundTrip(r *http.Request) (*http.Response, error) {
	dies, err := d.step(r.Method + " " + r.URL.Path)
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	if dies && d.when == amid && r.ContentLength > 1 {
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, r.ContentLength/2), torn{}))
	}
	resp, err := d.next.RoundTrip(r)
	if dies {
		if err == nil {
			resp.Body.Close()
		}
		return nil, errDead
	}
	return resp, err
}

// attach lets the process use the bench's network and database.
func (d *doomed) attach(b *bench) {
	b.wrap = func(next http.RoundTripper) http.RoundTripper {
		d.next = next
		return d
	}
	dies := false
	b.store.before = func(name string) (err error) {
		dies, err = d.step("database " + name)
		return err
	}
	b.store.after = func(string) error {
		if dies {
			return errDead
		}
		return nil
	}
}

// world is what else happens around a crash.
type world struct {
	name string
	// between happens after the crash, before the next process begins.
	between func(b *bench)
	prepare func(b *bench)
}

var worlds = []world{
	{name: "an honest platform"},
	{name: "one that takes less than is sent", prepare: func(b *bench) { b.fails(askSend, 0, taking(unit-1000)) }},
	{name: "one that loses its sessions", between: loseAll},
	{name: "one that loses its sessions and lists late", between: loseAll, prepare: func(b *bench) { b.fake.lag = 100 * time.Second }},
}

func loseAll(b *bench) {
	b.fake.mu.Lock()
	defer b.fake.mu.Unlock()
	for id, s := range b.fake.sessions {
		if s != nil {
			b.fake.sessions[id] = nil
		}
	}
}

func TestACrashAtAnyStepLeavesOneWholeVideo(t *testing.T) {
	t.Parallel()
	for _, w := range worlds {
		for _, when := range []moment{before, amid, after} {
			t.Run(fmt.Sprintf("%s, dying %s", w.name, when), func(t *testing.T) {
				t.Parallel()
				steps := 1
				for step := 1; step <= steps; step++ {
					synctest.Test(t, func(t *testing.T) { steps = max(steps, dieAt(t, w, when, step)) })
				}
				require.Greater(t, steps, 10, "every step of a whole upload was tried")
			})
		}
	}
}

// dieAt lets a process die at a step, and others after it publish the clip. It
// returns how many steps there are, as far as is known.
func dieAt(t *testing.T, w world, when moment, step int) int {
	b := newBench(t, 3*unit+12_345)
	if w.prepare != nil {
		w.prepare(b)
	}
	first := &doomed{left: step, when: when}
	first.attach(b)
	published, err := b.publish()
	if !first.dead {
		b.requireOne(published, err)
		return step
	}
	if err != nil {
		for _, secret := range secrets {
			require.NotContains(t, err.Error(), secret)
		}
	}
	if w.between != nil {
		w.between(b)
	}
	for range 5 {
		next := &doomed{}
		next.attach(b)
		published, err := b.publish()
		if err == nil {
			b.requireOne(published, err)
			return step + 1
		}
		pause := time.NewTimer(time.Minute)
		<-pause.C
	}
	require.Fail(t, "never published", "died %s at step %d, %s: %v", when, step, first.last, err)
	return 0
}

func TestTwoCrashesInARowLeaveOneWholeVideo(t *testing.T) {
	t.Parallel()
	for first := 1; first <= 10; first++ {
		for second := 1; second <= 10; second++ {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, 2*unit+1)
				for _, step := range []int{first, second} {
					process := &doomed{left: step, when: after}
					process.attach(b)
					_, _ = b.publish()
				}
				loseAll(b)
				(&doomed{}).attach(b)
				published, err := b.publish()
				for range 5 {
					if err == nil {
						break
					}
					<-time.NewTimer(time.Minute).C
					published, err = b.publish()
				}
				b.requireOne(published, err)
			})
		}
	}
}

func TestTwoPublishersAtOnceMakeOneVideo(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askSend, 2, taking(unit/2))
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				to := b.destination()
				for attempt := 0; ; attempt++ {
					published, err := to.Publish(t.Context(), b.item, func(int64) {})
					if err == nil {
						b.requireOne(published, err)
						return
					}
					if attempt == 20 {
						require.NoError(t, err)
					}
					<-time.NewTimer(time.Second).C
				}
			})
		}
		all.Wait()
		require.Equal(t, 1, b.store.session.Opened)
	})
}
