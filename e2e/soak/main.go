package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := command
	if len(os.Args) > 1 && os.Args[1] == stageCommand {
		run = func(ctx context.Context, args []string) error { return stage(ctx, args[1:]) }
	}
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		_, _ = fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// options are what a soak can be told.
type options struct {
	length time.Duration // of the load
	rate   int           // messages a second on all platforms
	seed   uint64        // of everything that is drawn
	json   string        // file for the figures, or empty
	traces string        // folder for profiles of the heap and the goroutines at the end, or empty
	out    io.Writer
}

// command soaks as the arguments say.
func command(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	minutes := flags.Float64("minutes", 10, "how long people speak and things go wrong")
	o := options{out: os.Stdout}
	flags.IntVar(&o.rate, "rate", 2000, "messages a second: half on Twitch, a quarter each on YouTube and Kick")
	flags.Uint64Var(&o.seed, "seed", rand.Uint64()&0xffffffff, "draws the same troubles and texts again")
	flags.StringVar(&o.json, "json", "", "write the figures to a file as well")
	flags.StringVar(&o.traces, "profiles", "", "write profiles of the data plane's heap and goroutines at the end into a folder")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *minutes <= 0 || *minutes > 24*60 || o.rate < 40 || o.rate > 20_000 {
		return errors.New("allowed are up to a day of minutes, and a rate of 40 to 20000")
	}
	o.length = time.Duration(*minutes * float64(time.Minute))
	_, err := soak(ctx, o)
	return err
}
