package config

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// YouTubeProject is a project of Google's with the accounts that call in its name. Its
// quota is one, however many accounts there are.
type YouTubeProject struct {
	Labels   []string   // of the accounts, sorted
	Creators []*Creator // enabled ones who stream on YouTube or publish there
	Pool     quota.Pool
}

// YouTubeProjects are the projects of a configuration: found out once, so that asking
// about many creators costs little.
type YouTubeProjects struct {
	All []*YouTubeProject // by their first labels

	config *Config
	of     map[string]*YouTubeProject // by label
}

// YouTubeProjects finds out which accounts belong to one project: those whose clients
// do, and those with the same API key.
func (c *Config) YouTubeProjects() YouTubeProjects {
	found := YouTubeProjects{config: c, of: map[string]*YouTubeProject{}}
	creators := c.youtubeCreators()
	labels := slices.Sorted(maps.Keys(creators))
	joined := marks{}
	for _, label := range labels {
		joined.join(c.YouTubeAccountOf(label).projectMarks())
	}
	byRoot := map[string]*YouTubeProject{}
	for _, label := range labels {
		root := joined.root(c.YouTubeAccountOf(label).projectMarks()[0])
		p := byRoot[root]
		if p == nil {
			p = &YouTubeProject{Pool: quota.Pool{Name: poolName(root)}}
			byRoot[root] = p
			found.All = append(found.All, p)
		}
		p.Labels, p.Creators = append(p.Labels, label), append(p.Creators, creators[label]...)
		found.of[label] = p
	}
	for _, p := range found.All {
		p.Pool.Several = len(p.Creators) > 1
		p.Pool.Limits = c.poolLimits(p.Creators)
	}
	return found
}

// Of returns the project of an account; nil for one that nobody uses.
func (p YouTubeProjects) Of(label string) *YouTubeProject { return p.of[label] }

// Terms are what holds for a creator's calls.
func (p YouTubeProjects) Terms(creator *Creator) quota.Terms {
	terms := quota.Terms{
		Credential: creator.YouTubeAccount, Limits: p.config.youtubeLimits(creator),
		Costs: p.config.System.Quotas.YouTubeUnits, WarnAt: p.config.System.Quotas.WarnAt,
	}
	if project := p.of[creator.YouTubeAccount]; project != nil {
		terms.Pool = project.Pool
	}
	return terms
}

// Account says whose quota an account's reading of chats counts against: that of the
// only creator who uses the project, together with what is published for him, and else
// the project's alone.
func (p YouTubeProjects) Account(label string) (quota.Key, quota.Terms) {
	project := p.of[label]
	if project == nil {
		project = &YouTubeProject{Pool: quota.Pool{Name: poolName(labelMark(label)), Limits: quota.Limits{Max: quota.DefaultYouTubeUnits}}}
	}
	if len(project.Creators) == 1 {
		creator := project.Creators[0]
		terms := p.Terms(creator)
		return quota.Key{Platform: string(chat.YouTube), CreatorID: creator.ID, Credential: terms.Credential}, terms
	}
	return project.Pool.KeyOf(string(chat.YouTube)), quota.Terms{
		Credential: project.Pool.Name, Pool: project.Pool, Limits: project.Pool.Limits,
		Costs: p.config.System.Quotas.YouTubeUnits, WarnAt: p.config.System.Quotas.WarnAt,
	}
}

// youtubeCreators are the enabled creators who use YouTube, by the label of their
// account. Accounts that nobody uses are there as well.
func (c *Config) youtubeCreators() map[string][]*Creator {
	creators := map[string][]*Creator{}
	for label := range c.YouTube {
		creators[label] = nil
	}
	for i := range c.Creators {
		creator := &c.Creators[i]
		if creator.Enabled && (creator.On(chat.YouTube) || slices.Contains(c.ClipLimits(creator).Destinations, youtubeName)) {
			creators[creator.YouTubeAccount] = append(creators[creator.YouTubeAccount], creator)
		}
	}
	return creators
}

// poolLimits are a project's: what its creators are allowed together, but not more than
// projects usually have, unless one creator alone is allowed more, because then the
// project was granted more.
func (c *Config) poolLimits(creators []*Creator) quota.Limits {
	if len(creators) == 0 {
		return quota.Limits{Max: quota.DefaultYouTubeUnits}
	}
	var largest quota.Limits
	together := int64(0)
	for _, creator := range creators {
		own := c.youtubeLimits(creator)
		together += own.Max
		largest.Max, largest.Buffer = max(largest.Max, own.Max), max(largest.Buffer, own.Buffer)
	}
	return quota.Limits{Max: max(largest.Max, min(together, quota.DefaultYouTubeUnits)), Buffer: largest.Buffer}
}

// projectMarks are what an account has in common with the others of its project.
func (a YouTubeAccount) projectMarks() []string {
	var all []string
	if a.ClientID != "" {
		// Clients are called <number of the project>-<text>.apps.googleusercontent.com.
		number, _, _ := strings.Cut(a.ClientID, "-")
		if strings.Trim(number, "0123456789") != "" {
			number = a.ClientID
		}
		all = append(all, "client "+number)
	}
	if a.APIKey.IsSet() {
		all = append(all, "key "+a.APIKey.Reveal())
	}
	if len(all) == 0 {
		all = append(all, labelMark(a.Label))
	}
	return all
}

func labelMark(label string) string { return "label " + label }

// poolName stands for a project where its number or key must not.
func poolName(mark string) string {
	sum := sha256.Sum256([]byte(mark))
	return "project." + hex.EncodeToString(sum[:6])
}

// marks joins marks that belong to one project: each leads to a smaller one.
type marks map[string]string

// root is the smallest mark of a project.
func (m marks) root(mark string) string {
	for m[mark] != "" {
		mark = m[mark]
	}
	return mark
}

func (m marks) join(all []string) {
	for _, mark := range all[1:] {
		a, b := m.root(all[0]), m.root(mark)
		if a != b {
			m[max(a, b)] = min(a, b)
		}
	}
}
