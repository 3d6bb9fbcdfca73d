package store_test

import (
	"os"
	"testing"

	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(spendURL); url != "" {
		os.Exit(spendAll(url))
	}
	if url := os.Getenv(talkURL); url != "" {
		os.Exit(talkAll(url))
	}
	storetest.Main(m)
}
