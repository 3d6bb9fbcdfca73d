package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// usage is what the whole machine has done since it was switched on.
type usage struct {
	at   time.Time
	busy time.Duration // of all cores, whoever used them
	disk time.Duration // in which at least one process waited for the disk
}

// machineUsage reads it; what cannot be told is 0.
func machineUsage() usage {
	stat, _ := os.ReadFile("/proc/stat")
	pressure, _ := os.ReadFile("/proc/pressure/io")
	return usage{at: time.Now(), busy: busyTime(string(stat)), disk: pressureTime(string(pressure))}
}

// neighbours is what else went on while something was measured.
type neighbours struct {
	cores float64 // that others kept busy, on average
	disk  float64 // share of the time in which somebody waited for the disk
}

// neighboursSince tells what went on since, beside so much processor time of the
// benchmark's own.
func neighboursSince(before usage, own time.Duration) neighbours {
	return before.until(machineUsage(), own)
}

func (u usage) until(now usage, own time.Duration) neighbours {
	took := now.at.Sub(u.at).Seconds()
	if took <= 0 || now.busy == 0 {
		return neighbours{}
	}
	return neighbours{
		cores: max(0, (now.busy-u.busy-own).Seconds()/took),
		disk:  min(1, (now.disk-u.disk).Seconds()/took),
	}
}

// String tells it for people.
func (n neighbours) String() string {
	return fmt.Sprintf("Meanwhile other programs kept %.2f cores busy, and somebody waited for the disk %.0f %% of the time.", n.cores, 100*n.disk)
}

// busyTime sums up the first line of /proc/stat without idle time, and without that
// of guests, which is in the others already.
func busyTime(stat string) time.Duration {
	line, _, _ := strings.Cut(stat, "\n")
	fields := strings.Fields(line)
	const idle, wait, guest = 4, 5, 9
	var ticks int64
	for i := 1; i < min(len(fields), guest); i++ {
		if n, err := strconv.ParseInt(fields[i], 10, 64); err == nil && i != idle && i != wait {
			ticks += n
		}
	}
	return time.Duration(ticks) * tick
}

var someLine = regexp.MustCompile(`(?m)^some .* total=(\d+)$`)

// pressureTime reads a file of /proc/pressure.
func pressureTime(text string) time.Duration {
	found := someLine.FindStringSubmatch(text)
	if found == nil {
		return 0
	}
	microseconds, err := strconv.ParseInt(found[1], 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(microseconds) * time.Microsecond
}
