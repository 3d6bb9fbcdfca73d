package activities_test

import (
	"testing"

	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
