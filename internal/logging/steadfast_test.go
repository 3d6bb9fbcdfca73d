package logging

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// moody fails as long as it is told to.
type moody struct {
	bytes.Buffer
	err error
}

func (m *moody) Write(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	return m.Buffer.Write(p)
}

func TestALogThatCannotBeWrittenComplainsOnceForEachOutage(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	file := &moody{err: errors.New("no space left on device")}
	w := &steadfast{out: file, say: &said}
	for range 3 {
		n, err := w.Write([]byte("line\n"))
		require.NoError(t, err)
		require.Equal(t, 5, n)
	}
	require.Equal(t, 1, bytes.Count(said.Bytes(), []byte("\n")))
	file.err = nil
	_, _ = w.Write([]byte("again\n"))
	require.Equal(t, "again\n", file.String())
	file.err = errors.New("no space left on device")
	_, _ = w.Write([]byte("line\n"))
	require.Equal(t, 2, bytes.Count(said.Bytes(), []byte("\n")))
}
