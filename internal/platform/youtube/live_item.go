package youtube

// chatItem is a liveChatMessage as it is on the wire.
type chatItem struct {
	ID      string `json:"id"`
	Snippet struct {
		Type            string  `json:"type"`
		AuthorChannelID string  `json:"authorChannelId"`
		PublishedAt     instant `json:"publishedAt"`
		DisplayMessage  string  `json:"displayMessage"`
		details
	} `json:"snippet"`
	Author struct {
		ChannelID   string `json:"channelId"`
		DisplayName string `json:"displayName"`
		Owner       bool   `json:"isChatOwner"`
		Sponsor     bool   `json:"isChatSponsor"`
		Moderator   bool   `json:"isChatModerator"`
		Verified    bool   `json:"isVerified"`
	} `json:"authorDetails"`
}

// details are the objects of which a snippet has the one for its type.
type details struct {
	Text struct {
		Text string `json:"messageText"`
	} `json:"textMessageDetails"`
	SuperChat   purchase `json:"superChatDetails"`
	Sticker     purchase `json:"superStickerDetails"`
	FanFunding  purchase `json:"fanFundingEventDetails"`
	Sponsorship struct {
		Level   string `json:"memberLevelName"`
		Upgrade bool   `json:"isUpgrade"`
	} `json:"newSponsorDetails"`
	Milestone struct {
		Level   string `json:"memberLevelName"`
		Month   number `json:"memberMonth"`
		Comment string `json:"userComment"`
	} `json:"memberMilestoneChatDetails"`
	Gifting struct {
		Count number `json:"giftMembershipsCount"`
		Level string `json:"giftMembershipsLevelName"`
	} `json:"membershipGiftingDetails"`
	Received struct {
		Level   string `json:"memberLevelName"`
		Gifter  string `json:"gifterChannelId"`
		Gifting string `json:"associatedMembershipGiftingMessageId"`
	} `json:"giftMembershipReceivedDetails"`
	Gift struct {
		Name   string `json:"giftName"`
		Jewels number `json:"jewelsAmount"`
	} `json:"giftDetails"`
	Banned struct {
		User struct {
			ChannelID   string `json:"channelId"`
			DisplayName string `json:"displayName"`
		} `json:"bannedUserDetails"`
		Type    string `json:"banType"`
		Seconds number `json:"banDurationSeconds"`
	} `json:"userBannedDetails"`
	Deleted struct {
		ID string `json:"deletedMessageId"`
	} `json:"messageDeletedDetails"`
	Retracted struct {
		ID string `json:"retractedMessageId"`
	} `json:"messageRetractedDetails"`
}

type purchase struct {
	Micros   number `json:"amountMicros"`
	Currency string `json:"currency"`
	Comment  string `json:"userComment"`
}

// Types of items that are read further than their author and time.
const (
	TypeText      = "textMessageEvent"
	TypeSuperChat = "superChatEvent"
	TypeSticker   = "superStickerEvent"
	TypeFunding   = "fanFundingEvent"
	TypeSponsor   = "newSponsorEvent"
	TypeMilestone = "memberMilestoneChatEvent"
	TypeGifting   = "membershipGiftingEvent"
	TypeReceived  = "giftMembershipReceivedEvent"
	TypeGift      = "giftEvent"
	TypeBanned    = "userBannedEvent"
	TypeDeleted   = "messageDeletedEvent"
	TypeRetracted = "messageRetractedEvent"
	TypeTombstone = "tombstone"
	TypeEnded     = "chatEndedEvent"
)

func (c *chatItem) read() ChatItem {
	s := &c.Snippet
	item := ChatItem{
		ID: c.ID, Type: s.Type, At: s.PublishedAt.Time, Shown: s.DisplayMessage,
		Author: ChatAuthor{
			ChannelID: c.Author.ChannelID, DisplayName: c.Author.DisplayName,
			Owner: c.Author.Owner, Moderator: c.Author.Moderator, Member: c.Author.Sponsor, Verified: c.Author.Verified,
		},
	}
	if item.Author.ChannelID == "" {
		item.Author.ChannelID = s.AuthorChannelID
	}
	switch s.Type {
	case TypeText:
		if item.Text = s.Text.Text; item.Text == "" {
			item.Text = s.DisplayMessage
		}
	case TypeSuperChat:
		item.pay(s.SuperChat)
	case TypeSticker:
		item.pay(s.Sticker)
	case TypeFunding:
		item.pay(s.FanFunding)
	case TypeSponsor:
		item.Level, item.Upgrade = s.Sponsorship.Level, s.Sponsorship.Upgrade
	case TypeMilestone:
		item.Level, item.Months, item.Text = s.Milestone.Level, int64(s.Milestone.Month), s.Milestone.Comment
	case TypeGifting:
		item.Level, item.Gifts = s.Gifting.Level, int64(s.Gifting.Count)
	case TypeReceived:
		item.Level, item.Gifter, item.Gifting = s.Received.Level, s.Received.Gifter, s.Received.Gifting
	case TypeGift:
		item.GiftName, item.Jewels = s.Gift.Name, int64(s.Gift.Jewels)
	case TypeBanned:
		item.BannedID, item.BannedName = s.Banned.User.ChannelID, s.Banned.User.DisplayName
		if s.Banned.Type != "permanent" {
			item.BanSeconds = int64(s.Banned.Seconds)
		}
	case TypeDeleted:
		item.Removed = s.Deleted.ID
	case TypeRetracted:
		item.Removed = s.Retracted.ID
	case TypeTombstone:
		item.Removed = c.ID
	}
	return item
}

func (i *ChatItem) pay(p purchase) {
	i.Money, i.Text = Money{int64(p.Micros), p.Currency}, p.Comment
}
