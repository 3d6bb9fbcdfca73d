package main

import (
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	kicksim "github.com/streamsuites/streamsuites/internal/sim/kick"
	twitchsim "github.com/streamsuites/streamsuites/internal/sim/twitch"
	youtubesim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// creators is how many people stream, each on all three platforms.
const creators = 5

// hooked is the creator whose chat on Kick comes by webhooks as well.
const hooked = 0

// platforms in the order in which they are reported.
var platforms = []chat.Platform{chat.Twitch, chat.YouTube, chat.Kick}

// shares is how much of the load each platform has, in quarters.
var shares = map[chat.Platform]int{chat.Twitch: 2, chat.YouTube: 1, chat.Kick: 1}

// creatorID names a creator.
func creatorID(i int) string { return fmt.Sprintf("Soak%02d", i) }

// channelOf names a creator's channel on a platform.
func channelOf(p chat.Platform, i int) string {
	if p == chat.YouTube {
		return fmt.Sprintf("UCsoakingSimulatedChan%02d", i)
	}
	return fmt.Sprintf("soak%02d", i)
}

// ping asks for an answer that says which one it is; pong is the beginning of that.
const (
	ping = "!ping "
	pong = "pong "
)

// pingEvery is how many messages there are to one that asks.
const pingEvery = 100

func twitchSeed() twitchsim.Seed {
	seed := twitchsim.DefaultSeed()
	bot := seed.Accounts[0].Login
	seed.Channels = nil
	for i := range creators {
		seed.Channels = append(seed.Channels, twitchsim.Channel{Login: channelOf(chat.Twitch, i), Moderators: []string{bot}, Title: "Soak"})
	}
	return seed
}

func kickSeed(webhook string) kicksim.Seed {
	seed := kicksim.DefaultSeed()
	seed.Webhook, seed.Channels = webhook, nil
	for i := range creators {
		id := int64(100 + i)
		seed.Channels = append(seed.Channels, kicksim.Channel{
			Slug: channelOf(chat.Kick, i), ID: 8_100_000 + id, Chatroom: 9_100_000 + id, Moderators: []string{seed.Bot}, Title: "Soak",
		})
	}
	return seed
}

func youtubeSeed() youtubesim.Seed {
	seed := youtubesim.DefaultSeed()
	bot := seed.Accounts[len(seed.Accounts)-1]
	seed.Accounts = []youtubesim.Account{bot}
	for i := range creators {
		seed.Accounts = append(seed.Accounts, youtubesim.Account{
			RefreshToken: fmt.Sprintf("1//simulated-soak-%02d", i), Channel: channelOf(chat.YouTube, i), Title: creatorID(i),
			Handle: "@" + creatorID(i), Broadcast: "Soak", Moderators: []string{bot.Channel},
		})
	}
	return seed
}

// boundless lifts a limit of the simulated platforms: the load is what is tested.
const boundless = -1

// remembered is how many messages of each chat the simulated YouTube keeps for
// readers who were away: a minute and more of the load.
const remembered = 20_000

// webhookRetry is how soon a webhook that failed comes again.
const webhookRetry = time.Second
