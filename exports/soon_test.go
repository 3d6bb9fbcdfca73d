package exports

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// patient bounds every wait that normally takes milliseconds: a machine may have much
// else to do.
const patient = 3 * time.Minute

// soon waits for a condition. When it waits in vain, it tells what everybody is doing.
func soon(t testing.TB, ok func() bool, what string, args ...any) {
	t.Helper()
	if assert.Eventuallyf(t, ok, patient, 5*time.Millisecond, what, args...) {
		return
	}
	stacks := make([]byte, 1<<20)
	t.Fatalf("%s", stacks[:runtime.Stack(stacks, true)])
}
