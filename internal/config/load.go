package config

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// Options say where the configuration is. The zero value reads the
// configuration of the working folder.
type Options struct {
	StateDir string // "" means the working folder
	Dir      string // folder of the documents; "" means the option or StateDir/shared/config
	WorkDir  string // folder of a second .env file; "" means the working folder

	// Env looks a variable up; nil means os.LookupEnv.
	Env func(string) (string, bool)
	// EnvNames lists the variables that exist, to find labelled ones; nil means
	// those of os.Environ when Env is nil too, else none.
	EnvNames func() []string
	// Destinations are the destinations that clips can be published to, the one
	// to fall back to first; empty means folder and youtube.
	Destinations []string
}

// Config is the whole configuration, with defaults filled in.
type Config struct {
	StateDir string
	Dir      string // folder of the documents

	Creators   []Creator  // those that can be used, also disabled ones; by id
	Platforms  []Platform // by name
	System     System
	Tiers      map[string]Tier
	RateLimits RateLimits
	// Twitch holds the bot accounts, by label; see TwitchAccount.
	Twitch map[string]TwitchAccount
	// YouTube holds the accounts that publish clips, by label; see YouTubeAccount.
	YouTube map[string]YouTubeAccount
	// Kick holds the accounts that send on Kick, by label; see KickAccount.
	Kick map[string]KickAccount
	// TokenKey is STREAMSUITES_TOKEN_KEY: keys in base64, separated by commas,
	// the one to encrypt with first.
	TokenKey Secret
	// DatabaseURL is a secret as a whole: it holds a password.
	DatabaseURL Secret
	// PublishRoot is the folder of a web site that also gets the exports, or "".
	PublishRoot string
	LogLevel    string
	LogFormat   string
	// Environment lists every option as it is set, without secrets.
	Environment []OptionValue
	// Settings lists every setting of system.json with its origin.
	Settings []Setting
	// TriggerSource says who wrote the triggers.
	TriggerSource TriggerSource
	// Discord, ClipRules and Monetization are read and checked; nothing acts on
	// them.
	Discord      Discord
	ClipRules    ClipRules
	Monetization Monetization
	// Version is a short hash of all documents as they are in force.
	Version string

	secrets      []string
	fingerprints map[string]string
	documents    string                             // hash of all documents
	triggers     map[string][]definition.Definition // by creator, in the files' order
	problems     Problems
	options      Options
	applications applications
	checked      map[string]document // by name, those that are in force
}

// SecretValues returns every secret value that the configuration holds, for the
// log's redactor. It must go nowhere else.
func (c *Config) SecretValues() []string { return slices.Clone(c.secrets) }

// Problems returns what was wrong when the configuration was loaded.
func (c *Config) Problems() Problems { return slices.Clone(c.problems) }

// Reload loads the configuration again, from where this one came. This one stays
// as it is.
func (c *Config) Reload(ctx context.Context) (*Config, Problems, error) { return Load(ctx, c.options) }

// Creator returns the creator of that id, or nil.
func (c *Config) Creator(id string) *Creator {
	if i := slices.IndexFunc(c.Creators, func(o Creator) bool { return o.ID == id }); i >= 0 {
		return &c.Creators[i]
	}
	return nil
}

// Platform returns the platform of that name; unknown ones are disabled.
func (c *Config) Platform(p chat.Platform) Platform {
	if i := slices.IndexFunc(c.Platforms, func(o Platform) bool { return o.Name == string(p) }); i >= 0 {
		return c.Platforms[i]
	}
	return Platform{Name: string(p), State: Disabled}
}

// Polls reports whether the runtime connects to that platform at all: it is
// active, switched on in system.json, and polling is not off as a whole.
func (c *Config) Polls(p chat.Platform) bool {
	polled := c.System.PlatformPolling || p == chat.Rumble
	return polled && c.Platform(p).State == Active && c.System.PlatformOn(string(p))
}

// Load reads and checks the whole configuration. It returns every problem at
// once, in the order of the documents, and an *InvalidError when one of them is
// fatal. The configuration is never nil: what could be used is in it.
func Load(ctx context.Context, o Options) (*Config, Problems, error) {
	set, err := schemas()
	if err != nil {
		return &Config{}, nil, fmt.Errorf("load the configuration schemas: %w", err)
	}
	l, workDir, err := newLoader(o, set)
	if err != nil {
		return &Config{}, nil, err
	}
	c := l.load(workDir)
	c.options, c.problems = o, slices.Clone(l.problems)
	if err := ctx.Err(); err != nil {
		return c, l.problems, fmt.Errorf("load the configuration: %w", err)
	}
	if fatal := l.problems.Fatal(); len(fatal) > 0 {
		return c, l.problems, &InvalidError{fatal}
	}
	return c, l.problems, nil
}

// loader collects problems and secrets while the documents are read.
type loader struct {
	stateDir     string
	dir          string
	destinations []string
	schemas      *schemaSet
	env          *environment
	problems     Problems
	secrets      []string
	checked      map[string]document // by name, those that are JSON objects
}

func newLoader(o Options, set *schemaSet) (*loader, string, error) {
	stateDir, err := filepath.Abs(first(o.StateDir, "."))
	if err != nil {
		return nil, "", fmt.Errorf("find the state directory: %w", err)
	}
	workDir, err := filepath.Abs(first(o.WorkDir, "."))
	if err != nil {
		return nil, "", fmt.Errorf("find the working folder: %w", err)
	}
	if o.Env == nil {
		o.Env = os.LookupEnv
		if o.EnvNames == nil {
			o.EnvNames = environNames
		}
	}
	l := &loader{stateDir: stateDir, schemas: set, destinations: o.Destinations, checked: map[string]document{},
		env: &environment{lookup: o.Env, opened: map[string]found{}}}
	if len(l.destinations) == 0 {
		l.destinations = []string{"folder", youtubeName}
	}
	if o.EnvNames != nil {
		l.env.names = o.EnvNames()
	}
	l.env.files = l.readEnvFiles(stateDir, workDir)
	l.dir = first(o.Dir, l.get(OptConfigDir).value, filepath.Join(stateDir, "shared", "config"))
	if l.dir, err = filepath.Abs(l.dir); err != nil {
		return nil, "", fmt.Errorf("find the configuration folder: %w", err)
	}
	return l, workDir, nil
}

func (l *loader) load(workDir string) *Config {
	c := &Config{StateDir: l.stateDir, Dir: l.dir, fingerprints: Fingerprints(l.dir), documents: documentsPrint(l.dir)}
	var docs []document
	var d document
	c.Tiers, d = l.loadTiers()
	docs = append(docs, d)
	c.RateLimits, d = l.loadRateLimits()
	docs = append(docs, d)
	var system document
	c.System, system = l.loadSystem()
	platforms, platformDocs := l.loadPlatforms()
	docs = append(append(docs, system), platformDocs...)

	creators, d := l.loadCreators()
	creators = l.skipUnknownTiers(creators, d, c.Tiers)
	creators = l.skipBadRumble(creators, d, platforms)
	c.Creators = l.settleChannels(creators, d, platforms)
	l.adviseSameChannel(d, c.Creators)
	l.checkDestinations(d, c.Creators)
	docs = append(docs, d)
	triggers := l.loadTriggers(c)
	docs = append(docs, triggers...)
	var discord document
	if c.Discord, discord = l.loadDiscord(); discord.present {
		docs = append(docs, discord)
	}
	c.ClipRules, c.Monetization = l.loadInert()
	l.adviseFiles()
	c.Twitch = l.loadTwitchAccounts(c.Creators, platforms)
	c.YouTube = l.loadYouTubeAccounts(c.Creators, c.System.Clips, platforms)
	c.Kick = l.loadKickAccounts(c.Creators, platforms)
	c.applications = l.loadApplications()
	c.Platforms = platforms
	c.TokenKey = l.tokenKey()
	l.adviseKick(c)

	c.PublishRoot = l.loadPublishRoot(workDir)
	c.DatabaseURL = l.databaseURL()
	c.LogLevel = l.oneOf(OptLogLevel, "info", "trace", "debug", "info", "warn", "error")
	c.LogFormat = l.oneOf(OptLogFormat, "auto", "auto", "console", "json")
	c.Environment = l.optionValues()
	c.Settings = l.settings(system)
	c.Version = versionOf(docs)
	c.secrets, c.checked = l.secrets, l.checked
	c.forget("triggers", "trigger_drafts", "chat_behaviour")
	return c
}

// forget drops the values of documents that nobody asks for once they were read: the
// triggers of thousands of creators are many.
func (c *Config) forget(documents ...string) {
	for _, name := range documents {
		if d, read := c.checked[name]; read {
			d.value = nil
			c.checked[name] = d
		}
	}
}

// checkDestinations replaces destinations that do not exist by the default.
func (l *loader) checkDestinations(d document, creators []Creator) {
	for i := range creators {
		clips := &creators[i].Clips
		path := "$.creators[?(@.creator_id==" + quoteShort(creators[i].ID) + ")].clips.destination"
		if name := clips.Destination; name != "" && !l.knownDestination(name) {
			l.add(Problem{File: d.file, Path: path, Found: quoteShort(name), Allowed: strings.Join(l.destinations, ", "),
				Remedy: "the default destination is used", Severity: Warning, Kind: Invalid})
			clips.Destination = ""
		}
		clips.Destinations = l.knownDestinations(d, path+"s", clips.Destinations)
	}
}

// knownDestinations leaves out destinations that do not exist or are there twice.
func (l *loader) knownDestinations(d document, path string, names []string) []string {
	known := []string{}
	for _, name := range names {
		switch {
		case !l.knownDestination(name):
			l.add(Problem{File: d.file, Path: path, Found: quoteShort(name), Allowed: strings.Join(l.destinations, ", "),
				Remedy: "this destination is left out", Severity: Warning, Kind: Invalid})
		case !slices.Contains(known, name):
			known = append(known, name)
		}
	}
	return known
}

func (l *loader) knownDestination(name string) bool { return slices.Contains(l.destinations, name) }

// oneOf reads an option that has a list of allowed values.
func (l *loader) oneOf(name, fallback string, allowed ...string) string {
	value := fallback
	l.overlay(name, &value, strings.Join(allowed, ", "), func(v string) bool { return slices.Contains(allowed, v) })
	return value
}

func (l *loader) add(p Problem) { l.problems = append(l.problems, p) }

func (l *loader) addOnce(p Problem) {
	if !slices.Contains(l.problems, p) {
		l.add(p)
	}
}

// secret remembers a value for the redactor and wraps it.
func (l *loader) secret(value string) Secret {
	if value != "" && !slices.Contains(l.secrets, value) {
		l.secrets = append(l.secrets, value)
	}
	return NewSecret(value)
}

// shown returns a path as people should read it: relative to the state directory
// when it is below it.
func (l *loader) shown(path string) string {
	rel, err := filepath.Rel(l.stateDir, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(path)
	}
	return filepath.ToSlash(rel)
}

func environNames() []string {
	names := os.Environ()
	for i, entry := range names {
		names[i], _, _ = strings.Cut(entry, "=")
	}
	return names
}

// versionOf hashes the documents as they are in force.
func versionOf(docs []document) string {
	h := sha256.New()
	for _, d := range docs {
		data, err := json.Marshal(d.value)
		if err != nil {
			data = nil // values came from JSON; this cannot fail
		}
		fmt.Fprintf(h, "%s %d %s\n", d.name, len(data), data)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
