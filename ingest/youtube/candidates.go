package youtube

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

// inquiry is a channel with the videos that may be its broadcast.
type inquiry struct {
	ch     *channel
	videos []string
}

// resolve finds the ids and playlists of channels that are not known yet.
func (d *detector) resolve(ctx context.Context, due []*channel) error {
	byID := map[string][]*channel{}
	for _, ch := range due {
		switch {
		case ch.id != "" || d.c.cfg.Video(ch.name) != "":
		case channelID.MatchString(ch.name):
			byID[ch.name] = append(byID[ch.name], ch)
		default:
			err := d.byHandle(ctx, ch)
			if its(err) {
				d.refused(ch, err.Error())
				continue
			}
			if err != nil {
				return err
			}
		}
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(byID)), youtube.ListedAtOnce) {
		var found []youtube.Channel
		err := d.c.ask(ctx, youtube.MethodChannels, func() (err error) {
			found, err = d.c.cfg.API.ChannelsByID(ctx, ids...)
			return err
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			i := slices.IndexFunc(found, func(f youtube.Channel) bool { return f.ID == id })
			for _, ch := range byID[id] {
				if i < 0 {
					d.refused(ch, unknownChannel)
					continue
				}
				ch.id, ch.uploads = id, found[i].Uploads
			}
		}
	}
	return nil
}

func (d *detector) byHandle(ctx context.Context, ch *channel) error {
	var found youtube.Channel
	var ok bool
	err := d.c.ask(ctx, youtube.MethodChannels, func() (err error) {
		found, ok, err = d.c.cfg.API.ChannelByHandle(ctx, ch.name)
		return err
	})
	switch {
	case err != nil:
		return err
	case !ok:
		d.refused(ch, unknownChannel)
	default:
		ch.id, ch.uploads = found.ID, found.Uploads
	}
	return nil
}

const unknownChannel = "youtube does not know the channel"

// its reports whether a failure is that of one channel, and no reason to leave the
// others alone.
func its(err error) bool {
	if err == nil {
		return false
	}
	action := actionOf(err)
	return action == youtube.ActionForbid || action == youtube.ActionGiveUp
}

// refused parks a channel that the platform does not know or does not tell about. Many
// of them are not asked about more often than the plan allows.
func (d *detector) refused(ch *channel, why string) {
	c := d.c
	pause := c.cfg.Timing.Parked
	if pace, err := c.pace(c.life); err == nil {
		pause = max(pause, pace.Detect)
	}
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	ch.known, ch.due = true, c.cfg.Clock().Add(pause)
	if ch.reader == nil {
		c.setState(ch, StatePaused, why)
	}
}

// candidates are the videos that may be a channel's broadcast; false when the
// channel cannot be looked at now.
func (d *detector) candidates(ctx context.Context, ch *channel) (videos []string, ready bool, err error) {
	c := d.c
	c.mu.Lock()
	read, own := ch.live, c.own
	reading := ch.reader != nil
	c.mu.Unlock()
	if fixed := c.cfg.Video(ch.name); fixed != "" {
		return []string{fixed}, true, nil
	}
	if ch.id == "" {
		return nil, false, nil
	}
	if reading && read != nil {
		return []string{read.ID}, true, nil
	}
	if own != nil && own.ID == ch.id && !d.noOwn {
		videos, err := d.ownBroadcasts(ctx)
		if err != nil || !d.noOwn {
			return videos, err == nil, err
		}
	}
	var uploads []string
	if ch.uploads != "" {
		err = c.ask(ctx, youtube.MethodPlaylist, func() (err error) {
			uploads, err = c.cfg.API.NewestUploads(ctx, ch.uploads, newest)
			return err
		})
		if err != nil {
			return nil, false, err
		}
	}
	videos = append(videos, ch.coming.order...)
	if read != nil && !slices.Contains(videos, read.ID) {
		videos = append(videos, read.ID)
	}
	for _, id := range uploads {
		if _, over := ch.over.get(id); !over && !slices.Contains(videos, id) {
			videos = append(videos, id)
		}
	}
	if len(videos) == 0 {
		found, err := d.search(ctx, ch)
		if err != nil {
			return nil, false, err
		}
		if found != "" {
			videos = []string{found}
		}
	}
	return videos, true, nil
}

// ownBroadcasts are those of the account's own channel that are going on. An account
// that may not list them is looked at like any other from then on.
func (d *detector) ownBroadcasts(ctx context.Context) ([]string, error) {
	var active []youtube.Broadcast
	var refused error
	err := d.c.ask(ctx, youtube.MethodBroadcasts, func() (err error) {
		active, err = d.c.cfg.API.ActiveBroadcasts(ctx)
		var failed *youtube.Error
		if errors.As(err, &failed) && failed.Status == http.StatusForbidden && actionOf(err) != youtube.ActionQuota && actionOf(err) != youtube.ActionThrottle {
			refused, err = err, nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if refused != nil {
		d.noOwn = true
		d.c.cfg.Log.Info().Err(refused).Msg("the youtube account's broadcasts cannot be listed; its uploads are looked at")
	}
	var videos []string
	for _, b := range active {
		videos = append(videos, b.ID)
	}
	return videos, nil
}

// inquire asks about all candidates together and draws the conclusions.
func (d *detector) inquire(ctx context.Context, asked []inquiry) error {
	var ids []string
	for _, i := range asked {
		ids = append(ids, i.videos...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	videos := map[string]youtube.Video{}
	for batch := range slices.Chunk(ids, youtube.ListedAtOnce) {
		var found []youtube.Video
		err := d.c.ask(ctx, youtube.MethodVideos, func() (err error) {
			found, err = d.c.cfg.API.LiveVideos(ctx, batch...)
			return err
		})
		if err != nil {
			return err
		}
		for _, v := range found {
			videos[v.ID] = v
		}
	}
	pace, err := d.c.pace(ctx)
	if err != nil {
		return err
	}
	next := d.c.cfg.Clock().Add(max(pace.Detect, d.c.cfg.Timing.Detect))
	for _, i := range asked {
		d.conclude(i, videos, next)
	}
	return nil
}

// liveOf picks the video that is live, one with a chat before one without.
func liveOf(i inquiry, videos map[string]youtube.Video) *youtube.Video {
	var live []youtube.Video
	for _, id := range i.videos {
		if v, known := videos[id]; known && v.State == "live" {
			live = append(live, v)
		}
	}
	slices.SortStableFunc(live, func(a, b youtube.Video) int {
		if (a.ChatID == "") != (b.ChatID == "") {
			return strings.Compare(b.ChatID, a.ChatID)
		}
		return b.Started.Compare(a.Started)
	})
	if len(live) == 0 {
		return nil
	}
	return &live[0]
}
