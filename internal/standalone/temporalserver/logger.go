package temporalserver

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rs/zerolog"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
	"go.uber.org/zap/zapcore"
)

// errFatal stands for a fatal message whose text is in the fate.
var errFatal = errors.New("the Temporal server met a fatal condition")

// benign begins warnings that the server always gives on one machine and that
// ask nothing of anybody.
var benign = []string{
	"HTTP API port has not been set",
	"Not using any authorizer and flag",
}

// fate is what all loggers of one server share: whether it is being stopped, and
// the fatal message that ended it.
type fate struct {
	stopping atomic.Bool

	once  sync.Once
	ended chan struct{}
	err   error
}

func newFate() *fate { return &fate{ended: make(chan struct{})} }

// seal records the first fatal message.
func (f *fate) seal(err error) {
	f.once.Do(func() {
		f.err = err
		close(f.ended)
	})
}

// logger gives the server's messages to zerolog. It implements the server's
// Logger, WithLogger and SkipLogger.
type logger struct {
	out  zerolog.Logger
	fate *fate
}

var (
	_ log.Logger     = logger{}
	_ log.WithLogger = logger{}
	_ log.SkipLogger = logger{}
)

// Debug implements log.Logger.
func (l logger) Debug(msg string, tags ...tag.Tag) { l.write(zerolog.DebugLevel, msg, tags) }

// Info implements log.Logger.
func (l logger) Info(msg string, tags ...tag.Tag) { l.write(zerolog.InfoLevel, msg, tags) }

// Warn implements log.Logger.
func (l logger) Warn(msg string, tags ...tag.Tag) {
	for _, known := range benign {
		if strings.HasPrefix(msg, known) {
			l.write(zerolog.DebugLevel, msg, tags)
			return
		}
	}
	l.write(zerolog.WarnLevel, msg, tags)
}

// Error implements log.Logger.
func (l logger) Error(msg string, tags ...tag.Tag) { l.write(zerolog.ErrorLevel, msg, tags) }

// DPanic implements log.Logger: it panics in the server's own tests only.
func (l logger) DPanic(msg string, tags ...tag.Tag) { l.write(zerolog.ErrorLevel, msg, tags) }

// Panic implements log.Logger: its callers rely on not getting control back.
func (l logger) Panic(msg string, tags ...tag.Tag) {
	l.write(zerolog.ErrorLevel, msg, tags)
	panic(msg)
}

// Fatal implements log.Logger. The server expects the process to end here. What
// ends is the server: its Done is closed, and the calling goroutine, which must
// not go on, goes no further.
func (l logger) Fatal(msg string, tags ...tag.Tag) {
	if !l.fate.stopping.Load() {
		l.write(zerolog.ErrorLevel, msg, tags)
		l.fate.seal(fmt.Errorf("the Temporal server met a fatal condition: %s%s", msg, firstError(tags)))
	}
	runtime.Goexit()
}

// With implements log.WithLogger.
func (l logger) With(tags ...tag.Tag) log.Logger {
	fields := l.out.With()
	for _, t := range tags {
		fields = fields.Interface(t.Key(), plain(t))
	}
	return logger{out: fields.Logger(), fate: l.fate}
}

// Skip implements log.SkipLogger: callers are not logged.
func (l logger) Skip(int) log.Logger { return l }

// write logs a message. While the server is being stopped its services complain
// about each other's absence, which is no news: all of it counts as debug then.
func (l logger) write(level zerolog.Level, msg string, tags []tag.Tag) {
	if l.fate.stopping.Load() {
		level = zerolog.DebugLevel
	}
	event := l.out.WithLevel(level)
	if !event.Enabled() || level < l.out.GetLevel() {
		return
	}
	for _, t := range tags {
		event.Interface(t.Key(), plain(t))
	}
	event.Msg(msg)
}

// plain turns what JSON would show as an empty object into text.
func plain(t tag.Tag) any {
	if z, ok := t.(tag.ZapTag); ok {
		switch field := z.Field(); field.Type {
		case zapcore.ErrorType:
			return fmt.Sprint(field.Interface)
		case zapcore.StringType:
			return field.String
		}
	}
	value := t.Value()
	switch v := value.(type) {
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	default:
		return v
	}
}

func firstError(tags []tag.Tag) string {
	for _, t := range tags {
		if z, ok := t.(tag.ZapTag); ok && z.Field().Type == zapcore.ErrorType {
			return fmt.Sprint(": ", z.Field().Interface)
		}
	}
	return ""
}
