package quota

import "maps"

// Costs are the units that one call of a method takes, by the method's name in the
// platform's documentation, such as "videos.list".
type Costs map[string]int64

// YouTubeCosts are the costs of the methods that the runtime calls, as of June 2026
// (developers.google.com/youtube/v3/determine_quota_cost): uploads are counted as
// calls, in an allowance of their own, and so are searches, which are not taken out
// of the units at all. For live chat the pages of the methods say more than the
// table; a stream costs once per connection.
func YouTubeCosts() Costs {
	return Costs{
		"videos.insert": 1, "videos.list": 1, "channels.list": 1, "playlistItems.list": 1,
		"liveBroadcasts.list": 1, "search.list": 0,
		"liveChatMessages.list": 5, "liveChatMessages.streamList": 5, "liveChatMessages.insert": 20, "liveChatMessages.delete": 50,
	}
}

// Of is what calls of a method take together. A method that is not listed costs
// one unit a call, which is the least that any call takes.
func (c Costs) Of(method string, calls int64) int64 {
	if cost, ok := c[method]; ok {
		return cost * calls
	}
	return calls
}

// With returns a copy in which other costs are laid over these.
func (c Costs) With(over Costs) Costs {
	all := maps.Clone(c)
	maps.Copy(all, over)
	return all
}

// Terms are what holds for a creator's calls to a platform.
type Terms struct {
	Credential string // label of the account that calls, never a secret
	Pool       Pool   // of the project that the credential belongs to
	Limits     Limits
	Costs      Costs
	WarnAt     []float64 // fractions of the maximum that are worth a warning
}
