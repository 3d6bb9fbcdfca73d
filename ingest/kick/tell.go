package kick

// note queues a call to the handler; it is made when the lock is released.
func (c *Client) note(call func()) { c.notes = append(c.notes, call) }

// unlockAndTell releases the client's mutex and makes the queued calls in their
// order. If another goroutine is making calls, it makes these too; so a handler
// may call the client.
func (c *Client) unlockAndTell() {
	for len(c.notes) > 0 {
		c.mu.Unlock()
		if !c.telling.TryLock() {
			return
		}
		c.drain()
		c.telling.Unlock()
		c.mu.Lock()
	}
	c.mu.Unlock()
}

// unlockHavingTold is unlockAndTell for the goroutines that read: the calls
// have been made when it returns.
func (c *Client) unlockHavingTold() {
	waiting := len(c.notes) > 0
	c.mu.Unlock()
	if !waiting {
		return
	}
	c.telling.Lock()
	c.drain()
	c.telling.Unlock()
	c.mu.Lock()
	c.unlockAndTell()
}

// drain makes the queued calls; its caller holds telling.
func (c *Client) drain() {
	for {
		c.mu.Lock()
		calls := c.notes
		c.notes = nil
		c.mu.Unlock()
		if len(calls) == 0 {
			return
		}
		for _, call := range calls {
			call()
		}
	}
}
