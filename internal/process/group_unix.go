//go:build unix

package process

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// group is a process group, by the id of its leader.
type group struct{ id int }

func attributes(account *Account, death syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if account != nil {
		attr.Credential = &syscall.Credential{Uid: account.UID, Gid: account.GID}
	}
	if death == 0 {
		death = syscall.SIGKILL
	}
	attributesOfSystem(attr, death)
	return attr
}

func adopt(leader *os.Process) (group, error) { return group{id: leader.Pid}, nil }

func (g group) signal(s os.Signal) error {
	number, ok := s.(syscall.Signal)
	if !ok {
		return fmt.Errorf("signal %v is not one of this system", s)
	}
	err := syscall.Kill(-g.id, number)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

func (g group) kill() error { return g.signal(syscall.SIGKILL) }

func (g group) close() {}
