package tell

import "sync"

// Mutex is a lock whose holder can note calls. Its zero value is ready. Unlock
// alone leaves what was noted to the next who tells.
type Mutex struct {
	sync.Mutex // also guards notes

	notes []func()   // to be called, in order
	turn  sync.Mutex // is held by whoever makes the calls
}

// Note queues a call, which is made when the lock is released. The caller holds
// the lock.
func (m *Mutex) Note(call func()) { m.notes = append(m.notes, call) }

// UnlockAndTell releases the lock and makes the queued calls in their order. If
// another goroutine is making calls, that one makes these too; so a call may take
// the lock and release it in this way.
func (m *Mutex) UnlockAndTell() {
	for len(m.notes) > 0 {
		m.Unlock()
		if !m.turn.TryLock() {
			return
		}
		m.drain()
		m.turn.Unlock()
		m.Lock()
	}
	m.Unlock()
}

// UnlockHavingTold is UnlockAndTell for goroutines that must not run ahead of whoever
// is told: the calls have been made when it returns. A call must not use it.
func (m *Mutex) UnlockHavingTold() {
	waiting := len(m.notes) > 0
	m.Unlock()
	if !waiting {
		return
	}
	m.turn.Lock()
	m.drain()
	m.turn.Unlock()
	m.Lock()
	m.UnlockAndTell()
}

// drain makes the queued calls; its caller holds turn.
func (m *Mutex) drain() {
	for {
		m.Lock()
		calls := m.notes
		m.notes = nil
		m.Unlock()
		if len(calls) == 0 {
			return
		}
		for _, call := range calls {
			call()
		}
	}
}
