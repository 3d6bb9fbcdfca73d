package main

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// TestMain lets the test's binary be the stage, too, as the program's is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == stageCommand {
		if err := stage(context.Background(), os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "soak:", err)
			os.Exit(1)
		}
		return
	}
	storetest.Main(m)
}
