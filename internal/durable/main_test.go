package durable_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// holdLock makes the test binary, run again, take the lock in that file and keep
// it until it is killed.
const holdLock = "DURABLE_TEST_HOLD_LOCK"

func TestMain(m *testing.M) {
	path := os.Getenv(holdLock)
	if path == "" {
		os.Exit(m.Run())
	}
	if _, err := durable.TakeLock(path); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("held")
	os.Stdin.Read(make([]byte, 1)) // until the parent closes it or kills us
}
