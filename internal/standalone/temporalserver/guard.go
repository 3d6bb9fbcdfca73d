package temporalserver

import "fmt"

// guard runs a call into the server that may end in ways other than returning: a
// panic, or a message at the level Fatal, after which the logger ends the
// goroutine. Either becomes an error.
func guard(call func() error) error {
	result := make(chan error, 1)
	go func() {
		returned := false
		defer func() {
			if returned {
				return
			}
			if cause := recover(); cause != nil {
				result <- fmt.Errorf("the Temporal server panicked: %v", cause)
				return
			}
			result <- errFatal
		}()
		err := call()
		returned = true
		result <- err
	}()
	return <-result
}
