package logging

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"
	"gopkg.in/natefinch/lumberjack.v2"
)

// Format is how lines look on standard error.
type Format string

// The formats.
const (
	FormatAuto    Format = "auto"    // pretty on a terminal, JSON otherwise
	FormatConsole Format = "console" // pretty
	FormatJSON    Format = "json"
)

// timeFormat has milliseconds: a clip's way through the program takes few of them.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// Options say where the log goes. The zero value logs JSON at level info to
// os.Stderr and to no file.
type Options struct {
	Level  string // trace, debug, info, warn, error; empty means info
	Format Format // empty means FormatAuto

	// Dir is the folder of the log file; empty means no file. The file is
	// Dir/<Name>.log; full ones are renamed and compressed beside it.
	Dir  string
	Name string // empty means "streamsuites"
	// FileLevel is the level of the file; empty means Level.
	FileLevel string

	MaxSizeMB  int // size at which the file is rotated, MiB; 0 means 32
	MaxBackups int // rotated files to keep; 0 means 8
	MaxAgeDays int // days to keep rotated files; 0 means 30

	Stderr   io.Writer        // nil means os.Stderr
	Redactor *Redactor        // nil means a new one
	Clock    func() time.Time // nil means time.Now
}

// Logs is the open log.
type Logs struct {
	// Logger is the root logger.
	Logger zerolog.Logger
	// Redactor is told about secrets as they become known.
	Redactor *Redactor

	file *lumberjack.Logger
}

// Open sets the log up. It fails for an unknown level or format and for a
// folder that cannot be written.
func Open(o Options) (*Logs, error) {
	level, err := parseLevel(o.Level, zerolog.InfoLevel)
	if err != nil {
		return nil, err
	}
	fileLevel, err := parseLevel(o.FileLevel, level)
	if err != nil {
		return nil, err
	}
	if o.Redactor == nil {
		o.Redactor = &Redactor{}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Stderr == nil {
		o.Stderr = os.Stderr
	}
	screen, err := screenWriter(o)
	if err != nil {
		return nil, err
	}
	logs := &Logs{Redactor: o.Redactor}
	writers := []io.Writer{atLevel(screen, level)}
	if o.Dir != "" {
		if logs.file, err = openFile(o); err != nil {
			return nil, err
		}
		writers = append(writers, atLevel(&steadfast{out: redacting{logs.file, o.Redactor}, say: os.Stderr}, fileLevel))
	}
	logs.Logger = zerolog.New(zerolog.MultiLevelWriter(writers...)).
		Level(min(level, fileLevel)).
		Hook(stamp(o.Clock))
	return logs, nil
}

// Close closes the log file.
func (l *Logs) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// Slog returns a logger of the standard library's kind that writes to l, for
// libraries that want one.
func Slog(l zerolog.Logger) *slog.Logger { return slog.New(zerolog.NewSlogHandler(l)) }

// stamp adds the time, in UTC with milliseconds, to every line.
func stamp(clock func() time.Time) zerolog.HookFunc {
	return func(e *zerolog.Event, _ zerolog.Level, _ string) {
		e.Str(zerolog.TimestampFieldName, clock().UTC().Format(timeFormat))
	}
}

func screenWriter(o Options) (io.Writer, error) {
	terminal := isTerminal(o.Stderr)
	out := zerolog.SyncWriter(redacting{o.Stderr, o.Redactor})
	switch o.Format {
	case FormatAuto, "":
		if !terminal {
			return out, nil
		}
	case FormatJSON:
		return out, nil
	case FormatConsole:
	default:
		return nil, fmt.Errorf("unknown log format %q: allowed are auto, console, json", o.Format)
	}
	return zerolog.ConsoleWriter{
		Out:          out,
		NoColor:      !terminal || os.Getenv("NO_COLOR") != "",
		TimeFormat:   "15:04:05.000",
		TimeLocation: time.Local,
	}, nil
}

func openFile(o Options) (*lumberjack.Logger, error) {
	if err := os.MkdirAll(o.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the log folder: %w", err)
	}
	path := filepath.Join(o.Dir, orDefault(o.Name, "streamsuites")+".log")
	// Tried at once, so that an unwritable folder is an error now and not with
	// the first line.
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, fmt.Errorf("open the log file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open the log file: %w", err)
	}
	return &lumberjack.Logger{
		Filename:   path,
		MaxSize:    orDefault(o.MaxSizeMB, 32),
		MaxBackups: orDefault(o.MaxBackups, 8),
		MaxAge:     orDefault(o.MaxAgeDays, 30),
		Compress:   true,
	}, nil
}

func parseLevel(text string, fallback zerolog.Level) (zerolog.Level, error) {
	if text == "" {
		return fallback, nil
	}
	level, err := zerolog.ParseLevel(text)
	if err != nil || level < zerolog.TraceLevel || level > zerolog.ErrorLevel {
		return 0, fmt.Errorf("unknown log level %q: allowed are trace, debug, info, warn, error", text)
	}
	return level, nil
}

// ValidLevel returns an error that names the allowed levels unless text is one.
func ValidLevel(text string) error {
	_, err := parseLevel(text, zerolog.InfoLevel)
	return err
}

func orDefault[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// redacting passes on what is written to it without the secrets.
type redacting struct {
	out io.Writer
	*Redactor
}

// Write implements io.Writer; it reports the length of what it was given.
func (w redacting) Write(p []byte) (int, error) {
	if _, err := w.out.Write(w.Bytes(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// RedactWriter returns a writer that passes everything on to out without the
// secrets. Each Write is taken by itself: give it whole lines.
func RedactWriter(out io.Writer, r *Redactor) io.Writer { return redacting{out, r} }

// leveled drops lines below its level.
type leveled struct {
	io.Writer
	min zerolog.Level
}

func atLevel(w io.Writer, level zerolog.Level) zerolog.LevelWriter { return leveled{w, level} }

// WriteLevel implements zerolog.LevelWriter.
func (w leveled) WriteLevel(level zerolog.Level, p []byte) (int, error) {
	if level < w.min {
		return len(p), nil
	}
	n, err := w.Write(p)
	if errors.Is(err, os.ErrClosed) {
		// A late line after Close must not become a complaint on standard error.
		return len(p), nil
	}
	return n, err
}
