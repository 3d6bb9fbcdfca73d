package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	ingestRuns   = 3
	ingestWithin = 3 * time.Minute // a run
	// ahead is how many messages may be on their way: about a fifth of what the data
	// plane holds before it records a gap.
	ahead = 50_000
)

// measureIngest measures the data plane: how much chat it takes in at most, beside
// COPY alone and beside a bot as people build it today, where its time goes, and how
// long a message takes at a fifth of the load or less.
func measureIngest(ctx context.Context, b bench) (found Finding, err error) {
	r, err := newRig(ctx, b)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, r.stop(ctx)) }()
	rows, err := openTable(ctx, r.url)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, rows.close(context.WithoutCancel(ctx))) }()
	peer, err := r.startPeer(ctx)
	if err != nil {
		return found, err
	}
	full := load{Chat: b.lines, Ahead: ahead}
	if err := r.warmUp(ctx, rows, peer, full); err != nil {
		return found, fmt.Errorf("warm up: %w", err)
	}
	var turns []turn
	for i := range ingestRuns {
		p, err := r.measureTurn(ctx, rows, peer, full)
		if err != nil {
			return found, err
		}
		r.say("run %d: %s lines/s, COPY alone %s rows/s, the bot on tmi.js %s lines/s", i+1,
			number(p.own.perSecond()), number(p.own.referencePerSecond()), number(p.peer.perSecond()))
		turns = append(turns, p)
	}
	section, err := r.measureProfile(ctx, rows, full)
	if err != nil {
		return found, err
	}
	paced, err := r.measurePaced(ctx, rows)
	if err != nil {
		return found, err
	}
	return Finding{
		Figures:  []Figure{throughput(turns), copyRatio(turns), peerRatio(turns, peer.versions), peakMemory(turns), paced},
		Sections: []Section{section},
	}, nil
}

// turn is two runs one after the other, of the data plane and of the bot that it is
// measured against.
type turn struct {
	own  run
	peer peerRun
}

// warmUp has both take in a load that does not count: afterwards programs are compiled
// and Postgres has the files that it will need.
func (r *rig) warmUp(ctx context.Context, rows *table, to *peer, l load) error {
	if _, err := r.drive(ctx, rows, l); err != nil {
		return err
	}
	_, err := r.drivePeer(ctx, rows, to, l)
	return err
}

// measureTurn measures both, and COPY alone between them.
func (r *rig) measureTurn(ctx context.Context, rows *table, other *peer, l load) (p turn, err error) {
	if p.own, err = r.drive(ctx, rows, l); err != nil {
		return p, err
	}
	reference, err := rows.copyAgain(ctx, p.own.eachCommit())
	if err != nil {
		return p, err
	}
	p.own.reference = sum(reference)
	p.peer, err = r.drivePeer(ctx, rows, other, l)
	return p, err
}
